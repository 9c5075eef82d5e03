// SPDX-License-Identifier: Apache-2.0
/** The command {@code profile}: a flame graph of a daemon or a client that runs. */
package io.tickbus.cli.profile;
