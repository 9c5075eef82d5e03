// SPDX-License-Identifier: Apache-2.0
/**
 * {@code tickbus daemon}: runs a timer daemon, with its settings as options, its reloads and its reports.
 */
package io.tickbus.cli.daemon;
