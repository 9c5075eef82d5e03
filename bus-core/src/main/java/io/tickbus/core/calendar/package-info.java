// SPDX-License-Identifier: Apache-2.0
/**
 * Calendar expressions: cron's and systemd's, with a time zone, and what happens when its clocks are set forward or
 * back.
 */
package io.tickbus.core.calendar;
