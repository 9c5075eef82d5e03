// SPDX-License-Identifier: Apache-2.0
/** {@code tickbus run}. */
package io.tickbus.cli.run;
