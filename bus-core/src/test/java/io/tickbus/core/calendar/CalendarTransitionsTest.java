// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every zone and every transition from 1970 to 2100, against a search second by second that shares no code with what
 * it checks. Builds try one transition in {@value #STRIDE_OF_BUILDS}; {@code
 * -Dtickbus.transitions=1} tries all.
 */
@Timeout(1_200)
class CalendarTransitionsTest {
    private static final int STRIDE_OF_BUILDS = 150;
    private static final int STRIDE = Integer.getInteger("tickbus.transitions", STRIDE_OF_BUILDS);
    private static final Instant FROM = Instant.parse("1970-01-02T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2100-12-30T00:00:00Z");
    /** Searched on both sides of a transition, beyond what it leaves out or repeats. */
    private static final int MARGIN = 2 * 3600;
    private static final int DAY = 86_400;

    private interface Matcher {
        boolean matches(LocalDate date, int second);
    }

    /** Gaps and overlaps do not meet, so that one run tries a policy of each. */
    private static final Map<GapPolicy, OverlapPolicy> POLICIES = Map.of(GapPolicy.AT_TRANSITION, OverlapPolicy.FIRST,
            GapPolicy.SKIP, OverlapPolicy.SECOND, GapPolicy.SHIFT, OverlapPolicy.BOTH);

    private record Case(String expression, Matcher matcher) {
    }

    private static final List<Case> CASES = List.of(
            new Case("30 2 * * *", (date, second) -> second == 9_000),
            new Case("0 0 * * *", (date, second) -> second == 0),
            new Case("*/15 * * * *", (date, second) -> second % 900 == 0),
            new Case("15,45 0-3 * * *", (date, second) -> second / 60 % 30 == 15 && second % 60 == 0
                    && second < 14_400),
            new Case("30 30 1,2,3 * * MON-SAT", (date, second) -> date.getDayOfWeek() != DayOfWeek.SUNDAY
                    && second % 3600 == 1_830 && second / 3600 >= 1 && second / 3600 <= 3),
            new Case("7/20 1-59/2 0-4 * * *", (date, second) -> second % 60 % 20 == 7 && second / 60 % 2 == 1
                    && second < 18_000),
            new Case("Sun *-*-* 00..03:00/20:00", (date, second) -> date.getDayOfWeek() == DayOfWeek.SUNDAY
                    && second < 14_400 && second % 1_200 == 0));

    @Test
    void shouldFireAsSearchSecondBySecondSaysWhenClocksAreSet() {
        Map<ZoneRules, ZoneId> zones = new HashMap<>();
        ZoneId.getAvailableZoneIds().stream().sorted().forEach(id -> zones.putIfAbsent(ZoneId.of(id).getRules(),
                ZoneId.of(id)));
        int transitions = 0;
        int checked = 0;
        long fired = 0;
        for (Map.Entry<ZoneRules, ZoneId> zone : zones.entrySet()) {
            for (ZoneOffsetTransition next = zone.getKey().nextTransition(FROM); next != null
                    && next.getInstant().isBefore(UNTIL); next = zone.getKey().nextTransition(next.getInstant())) {
                if (transitions++ % STRIDE == 0) {
                    fired += check(zone.getValue(), next);
                    checked++;
                }
            }
        }
        System.out.println("zones=" + zones.size() + " transitions=" + transitions + " checked=" + checked + " firings="
                + fired);
        assertTrue(checked > 100 && fired > 10_000, "checked=" + checked + " fired=" + fired);
    }

    private static long check(ZoneId zone, ZoneOffsetTransition transition) {
        long fired = 0;
        for (Case tried : CASES) {
            CalendarSchedule plain = CalendarSchedule.parse(tried.expression(), zone);
            for (Map.Entry<GapPolicy, OverlapPolicy> policies : POLICIES.entrySet()) {
                GapPolicy gap = policies.getKey();
                OverlapPolicy overlap = policies.getValue();
                CalendarSchedule schedule = plain.withGap(gap).withOverlap(overlap);
                long size = Math.abs(transition.getDuration().toSeconds());
                long from = transition.toEpochSecond() - size - MARGIN;
                long until = transition.toEpochSecond() + size + MARGIN;
                List<Long> expected = search(zone.getRules(), tried.matcher(), gap, overlap, from, until);
                List<Long> actual = fire(schedule, from, until);
                assertEquals(expected, actual, () -> schedule + " around " + transition);
                assertCounts(schedule, actual, from, until);
                if (overlap != OverlapPolicy.BOTH) {
                    assertOncePerLocalTime(zone.getRules(), actual, schedule);
                }
                fired += actual.size();
            }
        }
        return fired;
    }

    /** What counts without going from one to the next must count the same, wherever it begins and ends. */
    private static void assertCounts(CalendarSchedule schedule, List<Long> fired, long from, long until) {
        for (int first = 0; first < fired.size(); first += 1 + fired.size() / 5) {
            long after = first % 2 == 0 ? fired.get(first) : fired.get(first) - 1;
            int skipped = first % 2 == 0 ? first + 1 : first;
            for (int last = first; last < fired.size(); last += 1 + fired.size() / 5) {
                int expected = last + 1 - skipped;
                assertEquals(expected, schedule.count(after, fired.get(last)), () -> schedule + " after " + after);
                assertEquals(Math.max(0, expected - 1), schedule.count(after, fired.get(last) - 1));
                if (expected > 0) {
                    assertEquals(fired.get(last), schedule.next(after, expected), () -> schedule + " after " + after);
                }
            }
        }
        assertEquals(fired.size(), schedule.count(from - 1, until), () -> schedule + " from " + from);
    }

    private static List<Long> fire(CalendarSchedule schedule, long from, long until) {
        List<Long> fired = new ArrayList<>();
        long time = from - 1;
        while (true) {
            long next = schedule.next(time);
            assertTrue(next > time, () -> schedule + " is due before it is asked for");
            if (next > until) {
                return fired;
            }
            fired.add(next);
            time = next;
        }
    }

    private static List<Long> search(ZoneRules rules, Matcher matcher, GapPolicy gap, OverlapPolicy overlap, long from,
            long until) {
        Set<Long> found = new TreeSet<>();
        for (long stretch = from; stretch <= until;) {
            ZoneOffsetTransition next = rules.nextTransition(Instant.ofEpochSecond(stretch));
            long end = next == null ? until + 1 : Math.min(until + 1, next.toEpochSecond());
            ZoneOffset offset = rules.getOffset(Instant.ofEpochSecond(stretch));
            LocalDate date = null;
            for (long instant = stretch; instant < end; instant++) {
                long local = instant + offset.getTotalSeconds();
                int second = (int) Math.floorMod(local, (long) DAY);
                if (date == null || second == 0) {
                    date = LocalDate.ofEpochDay(Math.floorDiv(local, (long) DAY));
                }
                if (matcher.matches(date, second) && isItsTurn(rules, offset, overlap, date, second)) {
                    found.add(instant);
                }
            }
            stretch = end;
        }
        // Whose missing times may be fired later.
        for (ZoneOffsetTransition next = rules.nextTransition(Instant.ofEpochSecond(from - 2 * DAY)); next != null
                && next.toEpochSecond() <= until; next = rules.nextTransition(next.getInstant())) {
            if (next.isGap() && gap != GapPolicy.SKIP) {
                searchGap(rules, next, matcher, gap, found);
            }
        }
        found.removeIf(instant -> instant < from || instant > until);
        return List.copyOf(found);
    }

    private static boolean isItsTurn(ZoneRules rules, ZoneOffset offset, OverlapPolicy overlap, LocalDate date,
            int second) {
        List<ZoneOffset> valid = rules.getValidOffsets(LocalDateTime.of(date, LocalTime.ofSecondOfDay(second)));
        return valid.size() < 2 || overlap == OverlapPolicy.BOTH
                || valid.get(overlap == OverlapPolicy.FIRST ? 0 : 1).equals(offset);
    }

    private static void searchGap(ZoneRules rules, ZoneOffsetTransition transition, Matcher matcher, GapPolicy gap,
            Set<Long> found) {
        long before = transition.getOffsetBefore().getTotalSeconds();
        long start = transition.toEpochSecond() + before;
        long end = transition.toEpochSecond() + transition.getOffsetAfter().getTotalSeconds();
        for (long local = start; local < end; local++) {
            LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(local, (long) DAY));
            int second = (int) Math.floorMod(local, (long) DAY);
            if (matcher.matches(date, second) && rules.getValidOffsets(
                    LocalDateTime.of(date, LocalTime.ofSecondOfDay(second))).isEmpty()) {
                found.add(gap == GapPolicy.AT_TRANSITION ? transition.toEpochSecond() : local - before);
            }
        }
    }

    private static void assertOncePerLocalTime(ZoneRules rules, List<Long> fired, CalendarSchedule schedule) {
        Set<Long> locals = new HashSet<>();
        for (long instant : fired) {
            long local = instant + rules.getOffset(Instant.ofEpochSecond(instant)).getTotalSeconds();
            assertTrue(locals.add(local), () -> schedule + " fires twice at the same local time: "
                    + Instant.ofEpochSecond(instant));
        }
    }
}
