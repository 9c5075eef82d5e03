// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus stat}: the state of all buses or of one, with its daemon's counters and its clients.
 */
package io.tickbus.cli.stat;
