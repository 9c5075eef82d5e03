// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.calendar.CalendarSchedule.Rule;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What expressions mean, and the faults that other schedulers are known for. */
class CalendarScheduleTest {
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static long at(String time) {
        return OffsetDateTime.parse(time).toEpochSecond();
    }

    private static List<String> next(CalendarSchedule schedule, String after, int count) {
        List<String> found = new ArrayList<>();
        long time = at(after);
        for (int i = 0; i < count; i++) {
            time = schedule.next(time);
            if (time == CalendarSchedule.NONE) {
                found.add("none");
                return found;
            }
            found.add(Instant.ofEpochSecond(time).atZone(schedule.zone()).toLocalDateTime().toString());
        }
        return found;
    }

    private static List<String> next(String expression, String after, int count) {
        return next(CalendarSchedule.parse(expression, UTC), after, count);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "* * * * * | 2026-01-01T00:01",
            "*/10 * * * * * | 2026-01-01T00:00:10",
            "5 4 * * * | 2026-01-01T04:05",
            "0 9-17/4 * * MON-FRI | 2026-01-01T09:00",
            "0 0 1,15 * FRI | 2026-01-02T00:00",
            "0 0 13 * 5 | 2026-01-02T00:00",
            "0 0 */5 * 5 | 2026-01-16T00:00",
            "0 0 * * 7 | 2026-01-04T00:00",
            "0 0 * * SAT-SUN | 2026-01-03T00:00",
            "0 0 29 2 * | 2028-02-29T00:00",
            "0 0 29 2 SUN | 2026-02-01T00:00",
            "0 12 L * ? | 2026-01-31T12:00",
            "0 12 L-3 2 ? | 2026-02-25T12:00",
            "0 12 LW 2 ? | 2026-02-27T12:00",
            "0 12 1W 2 ? | 2026-02-02T12:00",
            "0 12 15W 8 ? | 2026-08-14T12:00",
            "0 12 31W * ? | 2026-01-30T12:00",
            "0 12 ? * FRIL | 2026-01-30T12:00",
            "0 12 ? * 5L | 2026-01-30T12:00",
            "0 12 ? * FRI#2 | 2026-01-09T12:00",
            "0 12 ? * 0#5 | 2026-03-29T12:00",
            "@yearly | 2027-01-01T00:00",
            "@monthly | 2026-02-01T00:00",
            "@weekly | 2026-01-04T00:00",
            "@daily | 2026-01-02T00:00",
            "@hourly | 2026-01-01T01:00",
            "0 0 1 jan,july * | 2026-07-01T00:00",
            "5/15 * * * * | 2026-01-01T00:05",
            "Mon..Fri *-*-* 09:30 | 2026-01-01T09:30",
            "Sat,Sun 10:00 | 2026-01-03T10:00",
            "Sat..Mon 10:00 | 2026-01-03T10:00",
            "*-*~01 12:00 | 2026-01-31T12:00",
            "Mon *-05~07/1 | 2026-05-25T00:00",
            "2027..2028-02-29 00:00:30 | 2028-02-29T00:00:30",
            "*:0/15 | 2026-01-01T00:15",
            "*:*:10/20 | 2026-01-01T00:00:10",
            "minutely | 2026-01-01T00:01",
            "weekly | 2026-01-05T00:00",
            "quarterly | 2026-04-01T00:00",
            "02-14 | 2026-02-14T00:00",
            "2026-01-01 | none"})
    void shouldBeDueWhenExpressionSays(String expression, String expected) {
        assertEquals(List.of(expected), next(expression, "2026-01-01T00:00:00Z", 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "'' | 0 | the expression is empty",
            "61 * * * * | 0 | a minute is a number from 0 to 59",
            "0 24 * * * | 2 | an hour is a number from 0 to 23",
            "0 0 0 * * | 4 | a day is a number from 1 to 31",
            "0 0 * 13 * | 6 | a month is a number from 1 to 12",
            "0 0 * * 8 | 8 | a weekday is a number from 0 to 7",
            "0 0 * * FOO | 8 | a weekday is expected here",
            "0 22-4 * * * | 5 | the range ends before it begins",
            "*/0 * * * * | 2 | a step of minutes is a number from 1 to 59",
            "*/90 * * * * | 2 | a step of minutes is a number from 1 to 59",
            "0 0 1-5W * * | 7 | 'W' follows one day",
            "0 0 * * MON-FRI#2 | 15 | 'L' and '#' follow one weekday",
            "0 0 * * FRI#6 | 12 | which one of the month is a number from 1 to 5",
            "0 0 30 2 * | 0 | there is no such day before the year 2200",
            "0 0 0 0 0 0 0 | 12 | five fields, or six",
            "1,,2 * * * * | 2 | a minute is expected here",
            "5x * * * * | 1 | 'x' is not understood here",
            "@every 5m | 0 | an interval is no calendar",
            "@reboot | 0 | it is none of",
            "Mon 10:00 Mars/Base | 10 | it is neither a time zone",
            "10:00:00.5 | 8 | whole seconds",
            "25:00 | 0 | an hour is a number from 0 to 23",
            "tomorrow | 0 | it is neither a time zone",
            "10 | 2 | '-' is expected here"})
    void shouldPointAtCharacterWhenItIsNotUnderstood(String expression, int index, String why) {
        CalendarSyntaxException thrown = assertThrows(CalendarSyntaxException.class,
                () -> CalendarSchedule.parse(expression == null ? "" : expression.equals("''") ? "" : expression, UTC));
        assertTrue(thrown.getMessage().contains(why), thrown::getMessage);
        assertEquals(index, thrown.index(), thrown::getMessage);
    }

    /** Vixie's cron, where nobody chooses: what is due often is due as ever, what is due rarely is made up for. */
    @Test
    void shouldDoAsCronDoesWhenClocksAreSet() {
        CalendarSchedule fixed = CalendarSchedule.parse("30 2 * * *", BERLIN);
        assertEquals(List.of("2026-03-28T02:30", "2026-03-29T03:00", "2026-03-30T02:30"),
                next(fixed, "2026-03-27T12:00:00Z", 3));
        assertEquals(Rule.AT_TRANSITION, fixed.ruleOf(at("2026-03-29T01:00:00Z")));
        assertEquals(at("2026-10-25T00:30:00Z"), fixed.next(at("2026-10-24T12:00:00Z")));
        assertEquals(Rule.FIRST, fixed.ruleOf(at("2026-10-25T00:30:00Z")));
        assertEquals(at("2026-10-26T01:30:00Z"), fixed.next(at("2026-10-25T00:30:00Z")));
        CalendarSchedule frequent = CalendarSchedule.parse("*/30 * * * *", BERLIN);
        assertEquals(List.of("2026-10-25T02:00", "2026-10-25T02:30", "2026-10-25T02:00", "2026-10-25T02:30",
                "2026-10-25T03:00"), next(frequent, "2026-10-24T23:59:00Z", 5));
        assertEquals(Rule.SECOND, frequent.ruleOf(at("2026-10-25T01:30:00Z")));
        assertEquals(List.of("2026-03-29T01:30", "2026-03-29T03:00", "2026-03-29T03:30"),
                next(frequent, "2026-03-29T00:29:00Z", 3));
    }

    @Test
    void shouldFollowChosenPolicyWhenClocksAreSet() {
        CalendarSchedule daily = CalendarSchedule.parse("30 2 * * *", BERLIN);
        assertEquals(List.of("2026-03-30T02:30"), next(daily.withGap(GapPolicy.SKIP), "2026-03-28T12:00:00Z", 1));
        CalendarSchedule shifted = daily.withGap(GapPolicy.SHIFT);
        assertEquals(List.of("2026-03-29T03:30"), next(shifted, "2026-03-28T12:00:00Z", 1));
        assertEquals(Rule.SHIFTED, shifted.ruleOf(at("2026-03-29T01:30:00Z")));
        assertEquals(at("2026-10-25T01:30:00Z"),
                daily.withOverlap(OverlapPolicy.SECOND).next(at("2026-10-24T12:00:00Z")));
        CalendarSchedule both = daily.withOverlap(OverlapPolicy.BOTH);
        assertEquals(at("2026-10-25T00:30:00Z"), both.next(at("2026-10-24T12:00:00Z")));
        assertEquals(at("2026-10-25T01:30:00Z"), both.next(at("2026-10-25T00:30:00Z")));
    }

    /** Spring's CronExpression lost the whole day where the clocks are set forward at midnight. */
    @Test
    void shouldNotLoseDayWhenGapIsAtMidnight() {
        CalendarSchedule cairo = CalendarSchedule.parse("0 0 * * *", ZoneId.of("Africa/Cairo"));
        assertEquals(List.of("2026-04-23T00:00", "2026-04-24T01:00", "2026-04-25T00:00"),
                next(cairo, "2026-04-22T12:00:00Z", 3));
        CalendarSchedule noon = CalendarSchedule.parse("0 12 * * *", ZoneId.of("Africa/Cairo"));
        assertEquals(List.of("2026-04-24T12:00"), next(noon, "2026-04-23T12:00:00Z", 1));
    }

    /** Apia had no 30 December 2011. */
    @Test
    void shouldMakeUpForMissingDayOnce() {
        CalendarSchedule apia = CalendarSchedule.parse("0 6,12 * * *", ZoneId.of("Pacific/Apia"));
        assertEquals(List.of("2011-12-29T12:00", "2011-12-31T00:00", "2011-12-31T06:00"),
                next(apia, "2011-12-29T20:00:00Z", 3));
    }

    /** systemd's timers are silent for an hour in autumn, even if due each minute; and Quartz's. */
    @Test
    void shouldFireEachMinuteOfBothHoursWhenClocksAreSetBack() {
        CalendarSchedule each = CalendarSchedule.parse("*-*-* *:*:00", BERLIN);
        long from = at("2026-10-24T23:59:30Z");
        long time = from;
        for (int i = 0; i < 180; i++) {
            long next = each.next(time);
            assertEquals(i == 0 ? from + 30 : time + 60, next);
            time = next;
        }
    }

    /** croncpp answered with the time it was asked for, ccronexpr with an earlier one. */
    @Test
    void shouldAlwaysBeLaterThanAsked() {
        SplittableRandom random = new SplittableRandom(1);
        CalendarSchedule schedule = CalendarSchedule.parse("*/7 1-5 * * *", ZoneId.of("America/New_York"));
        for (int i = 0; i < 100_000; i++) {
            long time = random.nextLong(4_000_000_000L);
            long next = schedule.next(time);
            assertTrue(next > time);
            assertTrue(schedule.next(next - 1) == next, "it is due at " + next + " unless one asks just before");
        }
    }

    @Test
    void shouldKeepWithinBoundsAndLeaveOutDays() {
        CalendarSchedule schedule = CalendarSchedule.parse("0 12 * * *", UTC)
                .between(at("2026-01-02T12:00:00Z"), at("2026-01-05T12:00:00Z"))
                .without(LocalDate.of(2026, 1, 4).toEpochDay(), LocalDate.of(2026, 1, 3).toEpochDay());
        assertEquals(List.of("2026-01-02T12:00", "2026-01-05T12:00", "none"),
                next(schedule, "2025-01-01T00:00:00Z", 3));
        assertEquals(CalendarSchedule.NONE, schedule.next(Long.MAX_VALUE));
        CalendarSchedule endless = CalendarSchedule.parse("* * * * *", UTC);
        assertEquals(at("2199-12-31T23:59:00Z"), endless.next(at("2199-12-31T23:58:00Z")));
        assertEquals(CalendarSchedule.NONE, endless.next(at("2199-12-31T23:59:00Z")));
        assertEquals(CalendarSchedule.NONE, endless.next(at("2200-01-01T00:00:00Z")));
        assertEquals(at("2026-01-02T12:00:00Z"), schedule.next(Long.MIN_VALUE));
        assertThrows(IllegalArgumentException.class, () -> schedule.between(2, 1));
    }

    @Test
    void shouldTakeZoneFromExpression() {
        CalendarSchedule schedule = CalendarSchedule.parse("Mon..Fri 09:30 America/New_York", BERLIN);
        assertEquals("America/New_York", schedule.zone().getId());
        assertEquals(at("2026-07-06T13:30:00Z"), schedule.next(at("2026-07-04T00:00:00Z")));
    }

    @Test
    void shouldKnowEveryDateUntil2199() {
        LocalDate date = LocalDate.of(1968, 12, 31);
        while (date.getYear() < 2200) {
            long day = date.toEpochDay();
            assertEquals(day, LocalTimes.epochDay(date.getYear(), date.getMonthValue(), date.getDayOfMonth()));
            assertEquals((long) date.getYear() << 16 | (long) date.getMonthValue() << 8 | date.getDayOfMonth(),
                    LocalTimes.civil(day));
            assertEquals(date.lengthOfMonth(), LocalTimes.monthLength(date.getYear(), date.getMonthValue()));
            date = date.plusDays(1);
        }
    }

    /** Against a search second by second over the days of two years, of expressions made at random. */
    @Test
    void shouldMatchLikeFieldByFieldWhenExpressionsAreRandom() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 300; i++) {
            int second = random.nextInt(60);
            int minute = random.nextInt(60);
            int hour = random.nextInt(24);
            int day = 1 + random.nextInt(31);
            int step = 1 + random.nextInt(11);
            int weekday = random.nextInt(7);
            String expression = second + " " + minute + "/" + (1 + minute % 7) + " " + hour + " " + day + " */" + step
                    + " " + weekday;
            CalendarSchedule schedule = CalendarSchedule.parse(expression, UTC);
            LocalDateTime time = LocalDateTime.of(2026, 1, 1, 0, 0).plusSeconds(random.nextInt(1_000_000));
            long found = schedule.next(time.toEpochSecond(ZoneOffset.UTC));
            LocalDateTime expected = time.plusSeconds(1);
            while (!((expected.getDayOfMonth() == day || expected.getDayOfWeek().getValue() % 7 == weekday)
                    && (expected.getMonthValue() - 1) % step == 0 && expected.getHour() == hour)) {
                expected = expected.toLocalDate().atTime(expected.getHour(), 0).plusHours(1);
            }
            while (expected.getHour() == hour && !(expected.getMinute() >= minute
                    && (expected.getMinute() - minute) % (1 + minute % 7) == 0 && expected.getSecond() == second)) {
                expected = expected.plusSeconds(1);
            }
            if (expected.getHour() == hour) {
                assertEquals(expected.toEpochSecond(ZoneOffset.UTC), found, expression + " after " + time);
            }
        }
    }

    @Test
    void shouldCountWithoutGoingFromOneToTheNextWhateverTheExpression() {
        SplittableRandom random = new SplittableRandom(22);
        String[] expressions = {"0 0 29 2 *", "0 12 LW * ?", "*/7 * * * *", "0 9-17 * * MON#2", "5,35 0 1,15 * FRI",
            "0/13 * 1-3 * * *", "0 0 L-3 * *", "30 2 * * *"};
        for (String zone : List.of("Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC")) {
            for (String expression : expressions) {
                CalendarSchedule schedule = CalendarSchedule.parse(expression, ZoneId.of(zone))
                        .without(10_957, 11_100, 11_101, 20_000);
                long after = random.nextLong(7_000_000_000L);
                long found = after;
                int steps = random.nextInt(3, 3_000);
                int done = 0;
                for (; done < steps && schedule.next(found) != CalendarSchedule.NONE; done++) {
                    found = schedule.next(found);
                }
                assertEquals(done, schedule.count(after, found), schedule + " after " + after);
                assertEquals(done, schedule.count(after, Math.max(found, schedule.next(found) - 1)));
                assertEquals(found, schedule.next(after, done), schedule + " after " + after);
            }
        }
        CalendarSchedule all = CalendarSchedule.parse("* * * * * *", ZoneId.of("UTC"));
        assertEquals(1_000_000_000, all.count(999_999_999, 1_999_999_999));
        assertEquals(1_999_999_999, all.next(999_999_999, 1_000_000_000));
        assertEquals(CalendarSchedule.NONE, all.between(0, 100).next(10, 91));
        assertEquals(90, all.between(0, 100).count(10, Long.MAX_VALUE));
    }

    /** Where missing times become others that are due too, by half an hour, a day, and not even whole minutes. */
    @ParameterizedTest
    @CsvSource({"Europe/Berlin, 2027-03-28T01:00:00Z", "Australia/Lord_Howe, 2026-10-03T15:30:00Z",
            "Pacific/Apia, 2011-12-30T10:00:00Z", "Africa/Monrovia, 1972-01-07T00:44:30Z"})
    void shouldCountAroundMissingTimesAsGoingFromOneToTheNextDoes(String zone, String transition) {
        SplittableRandom random = new SplittableRandom(23);
        String[] expressions = {"* * * * * *", "*/7 * * * * *", "0 */7 * * * *", "30 10-40 1-3 * * *", "0 0 0 * * *",
            "5/13 3/4 */2 * * *", "0 0 12 28 3 *"};
        for (String expression : expressions) {
            for (GapPolicy gap : GapPolicy.values()) {
                CalendarSchedule schedule = CalendarSchedule.parse(expression, ZoneId.of(zone)).withGap(gap)
                        .withOverlap(random.nextBoolean() ? OverlapPolicy.BOTH : OverlapPolicy.SECOND)
                        .without(random.nextBoolean() ? 0 : at(transition) / 86_400);
                long from = at(transition) - random.nextInt(4_000);
                long until = at(transition) + random.nextInt(100_000);
                long steps = 0;
                long last = from;
                for (long next = schedule.next(from); next <= until; next = schedule.next(next)) {
                    steps++;
                    last = next;
                }
                assertEquals(steps, schedule.count(from, until), schedule + " from " + from + " until " + until);
                assertEquals(last, schedule.next(from, steps), schedule + " from " + from);
            }
        }
    }

    /** Takes a second; where each missing time was counted, and each month searched for each offset, some minutes. */
    @Test
    @Timeout(60)
    void shouldNotTakeLongWhereDecadesLieInBetween() {
        CalendarSchedule seconds = CalendarSchedule.parse("* * * * * *", BERLIN).withGap(GapPolicy.SHIFT);
        CalendarSchedule distant = CalendarSchedule.parse("2199-*-* 00:00", BERLIN);
        CalendarSchedule never = CalendarSchedule.parse("Sun *-03~07/1 02:30", BERLIN).withGap(GapPolicy.SKIP);
        long until = at("2027-01-01T00:00:00Z");
        long first = at("2198-12-31T23:00:00Z");
        for (int i = 0; i < 200; i++) {
            assertEquals(until, seconds.count(0, until));
            assertEquals(until, seconds.next(0, until));
            assertEquals(first, distant.next(until + i));
            assertEquals(first, distant.next(first - 1));
            assertEquals(0, distant.count(0, until));
        }
        for (int i = 0; i < 20; i++) {
            assertEquals(at("1970-03-29T01:30:00Z"), never.next(i));
            assertEquals(CalendarSchedule.NONE, never.next(until));
        }
    }

    @Test
    void shouldKeepTheTimesOfRegionsOnly() {
        assertSame(ZoneTimeline.of(BERLIN), ZoneTimeline.of(ZoneId.of("Europe/Berlin")));
        assertNotSame(ZoneTimeline.of(ZoneId.of("+01:02:03")), ZoneTimeline.of(ZoneId.of("+01:02:03")));
        assertNotSame(ZoneTimeline.of(ZoneId.of("UTC+01:02:03")), ZoneTimeline.of(ZoneId.of("UTC+01:02:03")));
    }

    @Test
    void shouldTravelAsTextWhateverIsSet() {
        CalendarSchedule schedule = CalendarSchedule.parse("30  2 *\t* MON-FRI", ZoneId.of("Europe/Berlin"))
                .withGap(GapPolicy.SHIFT).withOverlap(OverlapPolicy.BOTH).between(1_000, 2_000_000_000).limit(7)
                .without(20_820, 20_819);
        ScheduleDefinition definition = schedule.definition();
        assertEquals("30 2 * * MON-FRI; zone=Europe/Berlin; gap=shift; overlap=both; from=@1000; until=@2000000000; "
                + "count=7; except=2027-01-01,2027-01-02", definition.text());
        CalendarSchedule read = ScheduleDefinition.parse(definition.text());
        assertEquals(definition.text(), read.definition().text());
        assertEquals(definition.id(), read.definition().id());
        assertEquals(schedule.next(1_790_000_000), read.next(1_790_000_000));
        byte[] bytes = definition.text().getBytes(StandardCharsets.UTF_8);
        assertEquals(definition.id(), ScheduleDefinition.idOf(bytes, bytes.length));
        for (int i = 0; i < bytes.length; i++) {
            assertEquals(bytes[i], (byte) definition.word(i));
        }
        assertEquals(0, definition.word(bytes.length));
        for (String bad : List.of("", "30 2 * * *", "30 2 * * *; zone=Nowhere/Else", "61 2 * * *; zone=UTC",
                "30 2 * * *; zone=UTC; gap=never", "30 2 * * *; zone=UTC; until=@x", "30 2 * * *; zone=UTC; more=1",
                "30 2 * * *; zone=UTC; except=2026-02-30", "30 2 * * *; zone=UTC; gap", "30 2 * * *; zone=UTC; count=0",
                "30 2 * * *; zone=UTC; from=@5; until=@4", "30 2 * * *; zone=UTC; from=@",
                "30 2 * * *; zone=UTC; from= ", "30 2 * * *; zone=\ufffd; zone=UTC")) {
            assertThrows(IllegalArgumentException.class, () -> ScheduleDefinition.parse(bad), bad);
        }
    }
}
