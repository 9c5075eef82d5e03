// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DemoScheduleTest {
    private static final long START_NS = 123_456_789L;
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final DemoSchedule schedule = new DemoSchedule(START_NS, PERIOD_NS, 3, true);

    @Test
    void shouldGiveEachModeTheSameTimeWhenWholeCyclesPass() {
        Map<DemoMode, Long> signals = new EnumMap<>(DemoMode.class);
        for (long deadlineNs = START_NS; deadlineNs < schedule.endNs(); deadlineNs += PERIOD_NS) {
            signals.merge(schedule.modeAt(deadlineNs), 1L, Long::sum);
        }
        assertEquals(3000, signals.values().stream().mapToLong(Long::longValue).sum());
        for (DemoMode mode : schedule.measuredModes()) {
            assertEquals(720, signals.get(mode), mode.label());
        }
    }

    @Test
    void shouldEndSliceWhereNextModeBegins() {
        for (long timeNs = START_NS; timeNs < schedule.endNs(); timeNs += 777_777) {
            long endNs = schedule.sliceEndNs(timeNs);
            assertTrue(endNs > timeNs, () -> "endNs=" + endNs);
            assertEquals(schedule.modeAt(timeNs), schedule.modeAt(endNs - 1));
            assertTrue(endNs >= schedule.endNs() || schedule.modeAt(endNs) != schedule.modeAt(timeNs));
        }
    }

    @Test
    void shouldCountNoSignalOfTheFirstMillisecondsOfSlice() {
        assertFalse(schedule.isSettled(START_NS));
        assertTrue(schedule.isSettled(START_NS + 10 * PERIOD_NS));
        assertFalse(schedule.isSettled(schedule.endNs() + 10 * PERIOD_NS));
    }

    @Test
    void shouldReadBackWhatItWrote() {
        assertEquals(schedule, DemoSchedule.parse(schedule.toText()));
    }
}
