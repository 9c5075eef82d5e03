// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.cron;

import io.tickbus.core.calendar.CalendarSchedule;
import java.util.Map;

/**
 * One line of a crontab.
 *
 * @param number      in its file, from 1
 * @param key         its timer's key: the same for the same schedule and command, wherever the line stands
 * @param environment variables that the lines before it set
 */
record CronLine(int number, CalendarSchedule schedule, String command, long key, Map<String, String> environment) {
}
