// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.timers.FiringStats.Tally;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FiringLogTest {
    private static final long START_NS = 1_000_000;

    private static FiringLog log(Workload workload) {
        return new FiringLog(workload, new Schedule(workload, START_NS));
    }

    @Test
    void shouldBeCompleteWhenEachOccurrenceHasFired() {
        FiringLog log = log(Workload.periodic(List.of(100L), 1000, 300));
        for (int occurrence = 0; occurrence < 10; occurrence++) {
            assertFalse(log.isComplete());
            log.fired(0, occurrence, 0, START_NS + 100L * occurrence + 7);
        }
        assertTrue(log.isComplete());
        // Due after the end: does not count.
        log.fired(0, 10, 0, START_NS + 1007);
        FiringStats figures = log.conclude();
        assertTrue(figures.isFlawless());
        assertEquals(7, figures.count());
        assertEquals(7, figures.percentileNs(50));
    }

    @Test
    void shouldTellLostFromFoldedOnes() {
        FiringLog log = log(Workload.periodic(List.of(100L), 1000, 0));
        log.fired(0, 0, 0, START_NS);
        log.fired(0, 3, 2, START_NS + 600);
        log.fired(0, 7, 0, START_NS + 700);
        FiringStats figures = log.conclude();
        // 1, 2, 6, and at the end 8 and 9.
        assertEquals(5, figures.tally(Tally.LOST));
        assertEquals(2, figures.tally(Tally.MISSED));
        assertEquals(3, figures.count());
    }

    @Test
    void shouldFoldNoMoreThanIsExpected() {
        FiringLog log = log(Workload.periodic(List.of(100L), 1000, 0));
        log.fired(0, 0, 100, START_NS + 10_000);
        assertTrue(log.isComplete());
        assertEquals(9, log.conclude().tally(Tally.MISSED));
    }

    @Test
    void shouldNoticeWhatIsEarlyTwiceOrOutOfOrder() {
        Workload workload = Workload.herd(2, 50);
        FiringLog log = log(workload);
        log.fired(1, 0, 0, START_NS - 1);
        log.fired(0, 0, 0, START_NS);
        log.fired(0, 0, 0, START_NS);
        log.fired(2, 0, 0, START_NS + 50);
        FiringStats figures = log.conclude();
        assertEquals(1, figures.tally(Tally.EARLY));
        assertEquals(1, figures.tally(Tally.OUT_OF_ORDER));
        assertEquals(1, figures.tally(Tally.DUPLICATED));
        assertEquals(0, figures.tally(Tally.LOST));
        assertFalse(figures.isFlawless());
    }

    @Test
    void shouldKeepEverythingOnTheWire() {
        FiringLog log = log(Workload.once(3, 1000, 5));
        log.fired(0, 0, 0, START_NS + 2000);
        log.fired(1, 0, 0, START_NS);
        FiringStats figures = log.conclude();
        FiringStats copy = FiringStats.ofWire(JsonLines.parse(JsonLines.line(figures.toWire())));
        assertEquals(figures.toReport(), copy.toReport());
        Workload workload = Workload.periodic(List.of(1L, 2L), 3, 4).spread(5, 6, 7).windows(8);
        assertEquals(workload, Workload.of(JsonLines.parse(JsonLines.line(workload.toMap()))));
    }

    @Test
    void shouldGiveMeansByWindow() {
        Workload workload = Workload.periodic(List.of(100L), 400, 0).windows(200);
        FiringLog log = log(workload);
        for (int occurrence = 0; occurrence < 4; occurrence++) {
            log.fired(0, occurrence, 0, START_NS + 100L * occurrence + 10L * occurrence);
        }
        assertEquals(List.of(List.of(5.0, 25.0)), JsonLines.object(log.toWire(Map.of()), "windows").get("meansNs"));
    }
}
