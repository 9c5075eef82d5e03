// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.core.internal.file.DurationHistogram;
import io.tickbus.core.internal.file.HistogramKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every firing is in the histogram of its mode, and in that of its signal or of all others. */
class LatenessHistogramsTest {
    private final DaemonCounters counters = DaemonCounters.inMemory();

    private List<DurationHistogram> used(HistogramKind kind) {
        return counters.file().histograms().stream()
                .filter(histogram -> histogram.kind() == kind && histogram.isUsed()).toList();
    }

    private Map<Long, Long> totals(HistogramKind kind) {
        Map<Long, Long> totals = new HashMap<>();
        used(kind).forEach(histogram -> totals.put(histogram.key(), histogram.total()));
        return totals;
    }

    @Test
    void shouldRecordByMode() {
        counters.recordLateness(1, 100);
        counters.mode(DaemonMode.ECO);
        counters.recordLateness(1, 200);
        counters.recordLateness(1, 300);
        assertEquals(4, counters.value(DaemonCounter.MODE));
        assertEquals(Map.of(1L, 0L, 2L, 1L, 3L, 0L, 4L, 2L), totals(HistogramKind.LATENESS_BY_MODE));
        assertEquals(600, counters.file().lateness().sumNs());
    }

    @Test
    void shouldRecordByTheFirstSignalsAndTheRestTogether() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("LatenessHistogramsTest -Dseed=" + seed);
        Random random = new Random(seed);
        int[] ids = random.ints(100).distinct().toArray();
        ids[random.nextInt(5)] = 0;
        Map<Long, Long> expected = new HashMap<>(Map.of(HistogramKind.OTHER_SIGNALS, 0L));
        for (int i = 0; i < 20_000; i++) {
            // The first ids fire first.
            int id = ids[random.nextInt(Math.min(ids.length, 1 + i / 10))];
            boolean isOwn = expected.containsKey((long) id) || expected.size() <= LatenessHistograms.SIGNALS;
            expected.merge(isOwn ? id : HistogramKind.OTHER_SIGNALS, 1L, Long::sum);
            counters.recordLateness(id, 100 + i);
        }
        assertEquals(LatenessHistograms.SIGNALS + 1, expected.size(), "-Dseed=" + seed);
        assertEquals(expected, totals(HistogramKind.LATENESS_BY_SIGNAL), "-Dseed=" + seed);
        assertEquals(20_000, counters.file().lateness().total());
    }

    @Test
    void shouldHaveNoSignalUntilOneFires() {
        assertEquals(Map.of(HistogramKind.OTHER_SIGNALS, 0L), totals(HistogramKind.LATENESS_BY_SIGNAL));
        counters.recordLateness(0, 1);
        counters.recordLateness(0, 1);
        assertEquals(Map.of(HistogramKind.OTHER_SIGNALS, 0L, 0L, 2L), totals(HistogramKind.LATENESS_BY_SIGNAL));
    }
}
