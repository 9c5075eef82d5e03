// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tickbus.bench.latency.harness.Tables.Table;
import io.tickbus.cli.ReportText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TablesTest {
    private static Map<String, Object> wakeUp(String idleStates, long p50Ns) {
        return Map.of("name", "futex", "gapNs", 1_000_000, "idleStates", idleStates, "cpuPercent",
                Map.of("sender", 3.0, "receiver", 1.2), "latencyNs", Map.of("p50", p50Ns), "count", 100, "lost", 0);
    }

    @Test
    void shouldSayUnderWhichIdleStatesWhereThereAreTwo() {
        List<Table> both = Tables.of(List.of(wakeUp("allowed", 29_000), wakeUp("forbidden", 6_000)), false);
        assertEquals(List.of("allowed", "forbidden"), both.stream().map(Table::idleStates).toList());
        List<Table> one = Tables.of(List.of(wakeUp("allowed", 29_000)), false);
        assertEquals(1, one.size());
        assertNull(one.get(0).idleStates());
        assertEquals("29 µs", ReportText.text(one.get(0).rows().get(0), "p50Ns"));
        assertEquals("futex, 1 ms", one.get(0).rows().get(0).get("transport"), "names the row");
    }

    @Test
    void shouldPutEachRowIntoEveryTableThatItHasFiguresFor() {
        Map<String, Object> cpu = new LinkedHashMap<>();
        cpu.put("daemon", 4.1);
        cpu.put("daemonThreads", 4.0);
        cpu.put("subscriber", 5.25);
        Map<String, Object> tickbus = Map.of("name", "tickbus 1kHz", "latenessNs", Map.of("p50", 400, "mean", 700),
                "cpuPercent", cpu, "drift", Map.of("slopePpm", 0.012, "firings", 1_000));
        Map<String, Object> pool = Map.of("name", "stpe 1kHz", "latenessNs", Map.of("p50", 79_000), "cpuPercent",
                Map.of("jvm", 8.0));
        Map<String, Object> highest = Map.of("name", "highest rate kept", "firingsPerSecond", 1_000_000);
        List<Table> tables = Tables.of(List.of(tickbus, pool, highest), false);
        assertEquals(List.of(List.of("tickbus 1kHz", "stpe 1kHz"), List.of("highest rate kept"),
                List.of("tickbus 1kHz")),
                tables.stream().map(table -> table.rows().stream().map(row -> row.get("timers")).toList()).toList());
        assertEquals(List.of("timers", "p50Ns", "cpuPercent"), tables.get(0).columns(),
                "what nobody has is no column");
        assertEquals("4.1 + 5.3", ReportText.text(tables.get(0).rows().get(0), "cpuPercent"));
        assertEquals("0.01", ReportText.text(tables.get(2).rows().get(0), "slopePpm"));
    }

    @Test
    void shouldShowMoreOnThePageThanInText() {
        Map<String, Object> row = Map.of("name", "futex", "ratioToFloor", Map.of("p50", 2.46), "coalesced", 3);
        assertFalse(Tables.of(List.of(row), false).get(0).rows().get(0).containsKey("coalesced"));
        assertEquals(3, Tables.of(List.of(row), true).get(0).rows().get(0).get("coalesced"));
        assertEquals("2.46", ReportText.text(Tables.of(List.of(row), true).get(0).rows().get(0), "timesFloor"));
    }
}
