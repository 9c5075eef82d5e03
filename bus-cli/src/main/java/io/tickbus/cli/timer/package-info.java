// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus arm, cancel, pause, resume, list}: timers at the daemon, from the command line.
 */
package io.tickbus.cli.timer;
