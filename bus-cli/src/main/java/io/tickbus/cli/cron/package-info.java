// SPDX-License-Identifier: Apache-2.0
/** {@code tickbus cron}. */
package io.tickbus.cli.cron;
