// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tickbus.bench.latency.harness.JsonLines;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CostsTest {
    @Test
    void shouldShareOutWhatTheHeapHoldsMore() {
        Costs costs = new Costs(1_000);
        costs.addHeap(5_000, 9_000, 105_000);
        costs.addOwn(90_000);
        costs.addNs(Map.of("p50", 10.0), Map.of("p50", 3.0));
        Row row = new Row("any");
        costs.report(row);
        assertEquals(Map.of("name", "any", "timers", 1_000, "heapBytesPerTimer", 100.0, "emptyHeapBytes", 4_000L,
                "ownBytesPerTimer", 90.0, "nsPerArm", Map.of("p50", 10.0), "nsPerCancel", Map.of("p50", 3.0)),
                row.toMap());
    }

    @Test
    void shouldGiveTheMedianOfTheRounds() {
        Costs costs = new Costs(10);
        for (int round : new int[] {7, 100, 8}) {
            costs.addHeap(0, 0, 10L * round);
            costs.addOwn(-1);
            costs.addNs(Map.of("p50", (double) round), Map.of("p50", 2.0 * round));
        }
        Row row = new Row("any");
        costs.report(row);
        Map<String, Object> map = row.toMap();
        assertEquals(8.0, map.get("heapBytesPerTimer"));
        assertEquals(Map.of("p50", 16.0), map.get("nsPerCancel"));
        assertFalse(map.containsKey("ownBytesPerTimer"));
    }

    @Test
    void shouldReadTheGoProgramme() {
        Costs costs = new Costs(2);
        costs.addGo("arm 247.1\narm 249.1\ncancel 56.2\nheap 1000 1300\n");
        Row row = new Row("go");
        costs.report(row);
        Map<String, Object> map = row.toMap();
        assertEquals(150.0, map.get("heapBytesPerTimer"));
        assertEquals(248.1, JsonLines.fraction(JsonLines.object(map, "nsPerArm"), "mean"));
        assertEquals(56.2, JsonLines.fraction(JsonLines.object(map, "nsPerCancel"), "p50"));
    }
}
