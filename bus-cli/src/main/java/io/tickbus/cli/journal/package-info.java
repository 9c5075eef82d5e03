// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus journal} and {@code tickbus replay}: verify, count and play back what a daemon's journal recorded.
 */
package io.tickbus.cli.journal;
