// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.bench.latency.harness.Strace;
import io.tickbus.bench.latency.timers.FiringStats.Tally;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What other programmes print, as they print it. */
final class ForeignOutputTest {
    @Test
    void shouldReadTheHistogramOfCyclictest() {
        FiringStats figures = CyclictestPeer.parse("""
                # /dev/cpu_dma_latency set to 0us
                # Histogram
                000000 000000
                000003 000090
                000017 000009
                # Total: 000000100
                # Min Latencies: 00003
                # Avg Latencies: 00004
                # Max Latencies: 31234
                # Histogram Overflows: 00001
                # Histogram Overflow at cycle number:
                # Thread 0: 00055
                """);
        assertEquals(100, figures.count());
        assertEquals(3_000, figures.percentileNs(50) / 10 * 10);
        assertEquals(17_000, figures.percentileNs(95) / 100 * 100);
    }

    @Test
    void shouldReadTheGoProgramme() {
        Peer.Outcome outcome = GoPeer.parse("500\n-1\n700\ncpu 30000000\n",
                Workload.once(3, 1_000_000_000, 0));
        assertEquals(3, outcome.stats().count());
        assertEquals(1, outcome.stats().tally(Tally.EARLY));
        assertEquals(Map.of("process", 3.0), outcome.cpuPercent());
    }

    @Test
    void shouldReadTheTableOfStrace() {
        assertEquals(Map.of("futex", 1234L, "sched_yield", 7L), Strace.table(List.of(
                "% time     seconds  usecs/call     calls    errors syscall",
                "------ ----------- ----------- --------- --------- ----------------",
                " 98.11    0.104000        1234      1234        12 futex",
                "  1.89    0.002000           3         7           sched_yield",
                "------ ----------- ----------- --------- --------- ----------------",
                "100.00    0.106000                  1241        12 total")));
    }

    @Test
    void shouldCorrelate() {
        assertEquals(1.0, GcBenchmark.pearson(List.of(1.0, 2.0, 3.0), List.of(10.0, 20.0, 30.0)), 1e-12);
        assertEquals(-1.0, GcBenchmark.pearson(List.of(1.0, 2.0, 3.0), List.of(3.0, 2.0, 1.0)), 1e-12);
        assertEquals(0.0, GcBenchmark.pearson(List.of(1.0, 2.0), List.of(3.0, 3.0)), 1e-12);
    }
}
