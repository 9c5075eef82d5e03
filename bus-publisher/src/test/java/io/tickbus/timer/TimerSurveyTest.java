// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TimerSurveyTest {
    private static final long NOW_NS = TimeUnit.DAYS.toNanos(1);
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long[] DELAYS_MS = {1, 10, 100, 1_000, 10_000, 60_000, 3_600_000, 100_000_000};

    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT);
    private final TimerSurvey survey = engine.survey();

    private List<Long> counts() {
        return IntStream.range(0, TimerSurvey.GROUPS).mapToObj(survey::count).toList();
    }

    private long sum() {
        return counts().stream().mapToLong(Long::longValue).sum();
    }

    private void assertAbout(long expected, long actual, long most) {
        assertTrue(Math.abs(actual - expected) <= most, actual + " instead of " + expected + " in " + counts());
    }

    private List<Long> next() {
        return IntStream.range(0, survey.nextCount()).mapToObj(survey::key).toList();
    }

    private void pause(long key) {
        engine.execute(0, new TimerCommand().reset(CommandLayout.TYPE_PAUSE, key), NOW_NS, 0, new TimerReply());
    }

    @Test
    void shouldCountEachTimerInOneStepWhenTheyAreFew() {
        survey.step(NOW_NS);
        assertEquals(List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L), counts());
        assertEquals(0, survey.nextCount());
        for (int group = 0; group < DELAYS_MS.length; group++) {
            for (int i = 0; i <= group; i++) {
                engine.arm(10L * group + i, group, NOW_NS + DELAYS_MS[group] * MS - i);
            }
        }
        engine.arm(100, 0, NOW_NS - 5);
        engine.arm(101, 0, NOW_NS + MS);
        pause(101);
        survey.step(NOW_NS);
        assertEquals(List.of(2L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 1L), counts());
        assertEquals(List.of(100L, 0L, 11L, 10L, 22L, 21L, 20L, 33L), next());
        assertEquals(NOW_NS - 5, survey.deadlineNs(0));
        assertEquals(2, survey.signalId(4));
        assertEquals(0, survey.owner(4));
        engine.cancel(100);
        engine.cancel(22);
        survey.step(NOW_NS);
        assertEquals(List.of(1L, 2L, 2L, 4L, 5L, 6L, 7L, 8L, 1L), counts());
        assertEquals(List.of(0L, 11L, 10L, 21L, 20L, 33L, 32L, 31L), next());
    }

    @Test
    void shouldFindNextDeadlinesThatAreFarAwayAndOfBothClocks() {
        long aheadNs = TimeUnit.DAYS.toNanos(20_000);
        TimerEngine both = TimerEngine.create(TimerQuotas.DEFAULT, 1 << 10, () -> aheadNs);
        TimerSurvey surveyed = both.survey();
        TimerReply reply = new TimerReply();
        for (int i = 0; i < 20; i++) {
            TimerCommand command = i % 2 == 0 ? new TimerCommand().arm(i, i, NOW_NS + (20 - i) * 3_600_000L * MS)
                    : new TimerCommand().armAt(i, i, aheadNs + NOW_NS + (20 - i) * 3_600_000L * MS);
            both.execute(0, command.periodNs(7 * MS), NOW_NS, 0, reply);
        }
        surveyed.step(NOW_NS);
        assertEquals(List.of(19L, 18L, 17L, 16L, 15L, 14L, 13L, 12L),
                IntStream.range(0, surveyed.nextCount()).mapToObj(surveyed::key).toList());
        assertEquals(NOW_NS + 3_600_000L * MS, surveyed.deadlineNs(0));
        assertEquals(7 * MS, surveyed.periodNs(0));
    }

    @Test
    void shouldEstimateWhenTimersAreMany() {
        int each = 10_000;
        int all = each * DELAYS_MS.length;
        for (int i = 0; i < all; i++) {
            engine.arm(i, 0, NOW_NS + DELAYS_MS[i / each] * MS - i % each);
        }
        for (int i = 0; i < 20; i++) {
            survey.step(NOW_NS);
        }
        assertAbout(all, sum(), 9);
        for (int group = 0; group < DELAYS_MS.length; group++) {
            assertAbout(each, survey.count(group), each / 10);
        }
        assertEquals(List.of(each - 1L), next().subList(0, 1), "the next is exact, as the heap has it");
        // Of those that remain each is far from the next in the table.
        for (int i = 0; i < all; i++) {
            if (i % 1000 != 0) {
                engine.cancel(i);
            }
        }
        for (int i = 0; i < 200; i++) {
            survey.step(NOW_NS);
        }
        assertAbout(engine.pending(), sum(), 5);
        assertTrue(next().stream().allMatch(key -> key % 1000 == 0), next().toString());
    }

    @Test
    void shouldCountEachTimerWhenFewOfManyRemain() {
        int peak = 1_000_000;
        for (int i = 0; i < peak; i++) {
            engine.arm(i, 0, NOW_NS + DELAYS_MS[i % DELAYS_MS.length] * MS);
        }
        survey.step(NOW_NS);
        for (int i = 0; i < peak; i++) {
            if (i % 1_001 != 0) {
                engine.cancel(i);
            }
        }
        pause(1_001);
        // The survey that was begun before ends in time.
        for (int i = 0; i < 64 + 4; i++) {
            survey.step(NOW_NS);
        }
        assertEquals(List.of(125L, 124L, 125L, 125L, 125L, 125L, 125L, 125L, 1L), counts());
        for (int i = 100 * 1_001; i < peak; i += 1_001) {
            engine.cancel(i);
        }
        for (int i = 0; i < 4 + 1; i++) {
            survey.step(NOW_NS);
        }
        assertEquals(List.of(13L, 12L, 13L, 13L, 12L, 12L, 12L, 12L, 1L), counts());
        assertEquals(8, next().stream().filter(key -> key % DELAYS_MS.length == 0).distinct().count());
        for (int i = 0; i < 100 * 1_001; i += 1_001) {
            engine.cancel(i);
        }
        survey.step(NOW_NS);
        assertEquals(0, sum());
    }

    @Test
    void shouldKeepOrderWhenTimersFireBetweenSteps() {
        long[] periodsNs = LongStream.range(1, 300).map(i -> i * MS).toArray();
        Arrays.stream(periodsNs).forEach(periodNs -> engine.armEvery(periodNs, 1, NOW_NS + periodNs, periodNs));
        for (long nowNs = NOW_NS; nowNs < NOW_NS + 500 * MS; nowNs += 3 * MS) {
            engine.expire(nowNs, 1_000, firing -> 0);
            survey.step(nowNs);
            for (int i = 1; i < survey.nextCount(); i++) {
                assertTrue(survey.deadlineNs(i - 1) <= survey.deadlineNs(i));
            }
            assertEquals(engine.nextDeadlineNs(), survey.deadlineNs(0));
        }
        assertEquals(8, next().stream().distinct().count());
    }
}
