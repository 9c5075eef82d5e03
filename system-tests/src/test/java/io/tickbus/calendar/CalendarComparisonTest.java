// SPDX-License-Identifier: Apache-2.0
package io.tickbus.calendar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.text.ParseException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.quartz.CronExpression;

/** The same expressions with other schedulers, run and not quoted: the table of docs/CALENDAR.md. */
class CalendarComparisonTest {
    private static final int MOST = 2_000;

    /** The next instant after another; null if there is none. */
    private interface Scheduler {
        Instant next(String expression, ZoneId zone, Instant after) throws ParseException;
    }

    private interface Expectation {
        boolean isMet(List<Instant> due);
    }

    private record Case(String what, String expression, String zone, String from, String until, Expectation right) {
    }

    private static final Expectation ONCE = due -> due.size() == 1;

    private static final List<Case> CASES = List.of(
            new Case("daily at a time that is missing, Berlin: once that day", "0 30 2 * * ?", "Europe/Berlin",
                    "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", ONCE),
            new Case("daily at midnight, which is missing, Cairo: once that day", "0 0 0 * * ?", "Africa/Cairo",
                    "2026-04-23T21:59:59Z", "2026-04-24T20:59:59Z", ONCE),
            new Case("daily at noon of that day, Cairo: once", "0 0 12 * * ?", "Africa/Cairo", "2026-04-23T22:00:00Z",
                    "2026-04-24T20:59:59Z", ONCE),
            new Case("daily at midnight, which is missing, São Paulo 2018: once", "0 0 0 * * ?", "America/Sao_Paulo",
                    "2018-11-04T02:59:59Z", "2018-11-05T01:59:59Z", ONCE),
            new Case("daily at noon of the day that Apia left out: made up for once", "0 0 12 * * ?", "Pacific/Apia",
                    "2011-12-30T08:00:00Z", "2011-12-30T21:59:59Z", ONCE),
            new Case("daily at a time that comes twice, Berlin: once", "0 30 2 * * ?", "Europe/Berlin",
                    "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", ONCE),
            new Case("each quarter of an hour through the hour that comes twice", "0 0/15 * * * ?", "Europe/Berlin",
                    "2026-10-24T23:00:00Z", "2026-10-25T02:00:00Z", due -> isEven(due, 12, 900)),
            new Case("hourly through the hour that comes twice: 25 times", "0 0 * * * ?", "Europe/Berlin",
                    "2026-10-24T21:59:59Z", "2026-10-25T22:59:59Z", due -> isEven(due, 25, 3_600)),
            new Case("each minute, half an hour twice, Lord Howe: evenly", "0 * * * * ?", "Australia/Lord_Howe",
                    "2026-04-04T13:59:59Z", "2026-04-04T16:00:00Z", due -> isEven(due, 121, 60)),
            new Case("each 20 minutes from 1 to 3, clocks forward: later than asked, rising", "0 0/20 1-3 * * ?",
                    "America/New_York", "2026-03-08T05:00:00Z", "2026-03-08T08:00:00Z",
                    due -> due.size() >= 6 && isRising(due)),
            new Case("last weekday of February, 2028", "0 0 12 LW 2 ?", "UTC", "2028-02-01T00:00:00Z",
                    "2028-03-01T00:00:00Z", due -> due.equals(List.of(Instant.parse("2028-02-29T12:00:00Z")))));

    private static final Map<String, Scheduler> SCHEDULERS = new LinkedHashMap<>();

    static {
        SCHEDULERS.put("Tickbus", (expression, zone, after) -> {
            long next = CalendarSchedule.parse(expression, zone).next(after.getEpochSecond());
            return next == CalendarSchedule.NONE ? null : Instant.ofEpochSecond(next);
        });
        SCHEDULERS.put("Quartz", (expression, zone, after) -> {
            CronExpression quartz = new CronExpression(expression);
            quartz.setTimeZone(TimeZone.getTimeZone(zone));
            Date next = quartz.getNextValidTimeAfter(Date.from(after));
            return next == null ? null : next.toInstant();
        });
        SCHEDULERS.put("Spring", (expression, zone, after) -> {
            ZonedDateTime next = org.springframework.scheduling.support.CronExpression.parse(expression)
                    .next(after.atZone(zone));
            return next == null ? null : next.toInstant();
        });
        SCHEDULERS.put("cron-utils", (expression, zone, after) -> ExecutionTime.forCron(
                new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.QUARTZ)).parse(expression))
                .nextExecution(after.atZone(zone)).map(ZonedDateTime::toInstant).orElse(null));
    }

    private static boolean isEven(List<Instant> due, int count, long seconds) {
        for (int i = 1; i < due.size(); i++) {
            if (due.get(i).getEpochSecond() - due.get(i - 1).getEpochSecond() != seconds) {
                return false;
            }
        }
        return due.size() == count;
    }

    private static boolean isRising(List<Instant> due) {
        for (int i = 1; i < due.size(); i++) {
            if (!due.get(i).isAfter(due.get(i - 1))) {
                return false;
            }
        }
        return true;
    }

    /** All instants in (from, until]; stops at one that is not later than the one before. */
    private static List<Instant> due(Case tried, Scheduler scheduler) throws ParseException {
        List<Instant> due = new ArrayList<>();
        Instant last = Instant.parse(tried.from());
        Instant until = Instant.parse(tried.until());
        while (due.size() < MOST) {
            Instant next = scheduler.next(tried.expression(), ZoneId.of(tried.zone()), last);
            if (next == null || next.isAfter(until)) {
                return due;
            }
            due.add(next);
            if (!next.isAfter(last)) {
                return due;
            }
            last = next;
        }
        return due;
    }

    @Test
    void shouldAnswerRightAndShowWhatOthersAnswer() throws IOException, ParseException {
        StringBuilder table = new StringBuilder("| what is asked | " + String.join(" | ", SCHEDULERS.keySet())
                + " |\n|---|" + "---|".repeat(SCHEDULERS.size()) + "\n");
        for (Case tried : CASES) {
            table.append("| ").append(tried.what()).append(" |");
            for (Map.Entry<String, Scheduler> scheduler : SCHEDULERS.entrySet()) {
                List<Instant> due = due(tried, scheduler.getValue());
                boolean isRight = tried.right().isMet(due);
                table.append(isRight ? " right |" : " **wrong**: " + answer(due) + " |");
                assertTrue(isRight || !scheduler.getKey().equals("Tickbus"), () -> tried + " answers " + due);
            }
            table.append("\n");
        }
        System.out.println(table);
        String document = Files.readString(ProjectFiles.root().resolve("docs/CALENDAR.md"));
        assertEquals(table.toString().lines().collect(Collectors.joining("\n")), document.lines()
                .dropWhile(line -> !line.startsWith("| what is asked")).takeWhile(line -> line.startsWith("|"))
                .collect(Collectors.joining("\n")), "docs/CALENDAR.md has another table");
    }

    private static String answer(List<Instant> due) {
        return due.isEmpty() ? "not due" : !isRising(due) ? "not later than asked" : due.size() + " times";
    }
}
