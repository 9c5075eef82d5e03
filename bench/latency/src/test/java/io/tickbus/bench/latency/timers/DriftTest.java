// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.bench.latency.harness.JsonLines;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DriftTest {
    private static final long PERIOD_NS = 1_000_000;

    private static Drift drift(int firings, double nsPerPeriod, long firstNs) {
        Drift drift = new Drift(PERIOD_NS);
        for (int i = 0; i < firings; i++) {
            drift.fired(i, firstNs + Math.round(i * nsPerPeriod));
        }
        return drift;
    }

    @Test
    void shouldTellTheSlopeOfWhatIsPutOff() {
        // 60 µs in each millisecond.
        Map<String, Object> map = drift(3_000, 60_000, 500).toMap();
        assertEquals(60_000_000L, map.get("slopeNsPerS"));
        assertEquals(60_000.0, map.get("slopePpm"));
        assertEquals(3_000, map.get("firings"));
        assertEquals(500 + 150 * 60_000L, map.get("firstOffsetNs"));
        assertEquals(500 + 2_850 * 60_000L, map.get("finalOffsetNs"));
    }

    @Test
    void shouldTellNoSlopeWhenOnlyTheHostStalled() {
        SplittableRandom random = new SplittableRandom(7);
        Drift drift = new Drift(PERIOD_NS);
        for (int i = 0; i < 3_000; i++) {
            // Of 200 ms, which is most of one part, and of 50 ms.
            long stalledNs = i >= 1_810 && i < 2_010 ? (2_010 - i) * PERIOD_NS
                    : i >= 2_900 && i < 2_950 ? (2_950 - i) * PERIOD_NS : 0;
            drift.fired(i, 60_000 + random.nextLong(-500, 500) + stalledNs);
        }
        assertEquals(0.0, drift.slopeNsPerS(), 200.0);
    }

    @Test
    void shouldKeepToTheOccurrenceWhenSomeAreMissing() {
        Drift drift = new Drift(PERIOD_NS);
        for (int i = 0; i < 2_000; i++) {
            if (i % 3 != 0) {
                drift.fired(i, 10L * i);
            }
        }
        assertEquals(10_000.0, drift.slopeNsPerS(), 100.0);
    }

    @Test
    void shouldTellNoSlopeOfTooFew() {
        assertEquals(0.0, drift(19, 60_000, 0).slopeNsPerS());
        assertEquals(0, new Drift(PERIOD_NS).toMap().get("firings"));
    }

    @Test
    void shouldBeToldOfASinglePeriodicTimerOnly() {
        Workload single = Workload.periodic(List.of(100L), 10_000, 0);
        FiringLog log = new FiringLog(single, new Schedule(single, 0));
        for (int i = 0; i < 100; i++) {
            // The second half comes after the end and does not count.
            log.fired(0, i, 0, 200L * i);
        }
        Map<String, Object> map = JsonLines.object(log.toWire(Map.of()), "drift");
        assertEquals(50, map.get("firings"));
        assertEquals(1e6, JsonLines.fraction(map, "slopePpm"));
        Workload once = Workload.once(1, 100, 0);
        assertEquals(null, new FiringLog(once, new Schedule(once, 0)).toWire(Map.of()).get("drift"));
    }

    @Test
    void shouldReadTheDriftOfGo() {
        StringBuilder output = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            output.append(i * 50_000).append('\n');
        }
        Peer.Outcome outcome = GoPeer.parse(output + "cpu 1\n",
                Workload.periodic(List.of(PERIOD_NS), 100 * PERIOD_NS, 0));
        assertEquals(50_000.0, JsonLines.fraction(JsonLines.object(outcome.extras(), "drift"), "slopePpm"));
        assertEquals(Map.of(), GoPeer.parse("5\ncpu 1\n", Workload.once(1, 100, 0)).extras());
    }
}
