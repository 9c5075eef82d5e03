// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus reload}: has a running daemon read its settings again.
 */
package io.tickbus.cli.reload;
