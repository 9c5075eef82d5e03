// SPDX-License-Identifier: Apache-2.0
/** The command {@code late}: firings that were late, and why. */
package io.tickbus.cli.late;
