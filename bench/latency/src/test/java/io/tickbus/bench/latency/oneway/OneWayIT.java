// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import static io.tickbus.bench.latency.BenchProcess.list;
import static io.tickbus.bench.latency.BenchProcess.number;
import static io.tickbus.bench.latency.BenchProcess.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.bench.latency.BenchProcess;
import io.tickbus.bench.latency.transport.Transports;
import io.tickbus.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The harness with real processes, shortly. */
@Timeout(180)
final class OneWayIT {
    private static final long STALL_MS = 250;

    @TempDir
    private Path folder;

    @Test
    void shouldDeliverEveryMessageOfEveryTransport() throws Exception {
        BenchProcess.assumeSharedMemory();
        Path log = folder.resolve("latency.hlog");
        Map<String, Object> report = BenchProcess.json("--json", "--rounds", "3", "--warm-up", "2", "--histograms",
                log.toString());
        List<Map<String, Object>> transports = list(report, "transports");
        Set<String> names = transports.stream().map(each -> (String) each.get("name")).collect(Collectors.toSet());
        list(report, "leftOut").forEach(each -> names.add((String) each.get("what")));
        assertTrue(names.containsAll(Transports.labels()), names::toString);
        for (Map<String, Object> transport : transports) {
            Transports kind = Transports.of((String) transport.get("name"));
            assertEquals(3L * kind.pace().count(), number(transport, "count"), transport::toString);
            assertEquals(0, number(transport, "lost"), transport::toString);
            assertEquals(0, number(transport, "duplicated"), transport::toString);
            assertEquals(0, number(transport, "outOfOrder"), transport::toString);
            assertEquals(3, number(transport, "rounds"));
            assertFalse(((String) transport.get("settings")).isBlank());
            if (transport.get("syscallsPerMessage") != null) {
                double calls = ((Number) transport.get("syscallsPerMessage")).doubleValue();
                boolean isKernels = kind.pace() == Transports.Pace.SLEEPING;
                // These two nap while nothing comes, and on a starved host nothing may come for long.
                boolean isNapping = kind == Transports.TICKBUS_BACKOFF || kind == Transports.AERON_IPC_STOCK;
                // On a starved host messages wait for our own reader, which then need not sleep for each.
                double least = kind.name().startsWith("TICKBUS") ? Double.MIN_VALUE : 1;
                assertTrue(isKernels ? calls >= least : calls < 1 || isNapping, transport::toString);
            }
        }
        assertTrue(Files.readString(log).contains("Tag=tickbus-spin"));
        assertTrue(number(object(report, "hiccup"), "watchedNs") > 0);
    }

    @Test
    @Tag("soak")
    void shouldShowAStallInEveryTransportsFigures() throws Exception {
        BenchProcess.assumeSharedMemory();
        Map<String, Object> report = BenchProcess.json("oneway", "--json", "--rounds", "2", "--warm-up", "1",
                "--count-calls", "0", "--stall-ms", Long.toString(STALL_MS));
        // The receiver is stopped within a lead of half the stall, so that every message waits for the other half.
        long leastNs = TimeUnit.MILLISECONDS.toNanos(STALL_MS / 4);
        for (Map<String, Object> transport : list(report, "transports")) {
            if (!transport.get("name").equals("posix-timer-signal")) {
                assertEquals(0, number(transport, "lost"), transport::toString);
            }
            Map<String, Object> latency = object(transport, "latencyNs");
            assertTrue(number(latency, "max") >= leastNs, transport::toString);
            assertTrue(number(latency, "p999") >= leastNs, transport::toString);
        }
    }

    @Test
    void shouldRefuseAnUnknownTransportInASentence() throws Exception {
        ChildJvm bench = BenchProcess.start("oneway", "--only", "carrier-pigeon");
        assertEquals("", bench.rest());
        assertEquals(2, bench.exitCode());
    }

    @Test
    void shouldMeasureWakeUpsByGap() throws Exception {
        Map<String, Object> report =
                BenchProcess.json("wakeup", "--json", "--rounds", "2", "--warm-up", "1", "--only",
                        "tickbus-predictive,futex");
        List<Map<String, Object>> legs = list(report, "legs");
        boolean isForbiddenToo = list(report, "leftOut").isEmpty();
        assertEquals(isForbiddenToo ? 20 : 10, legs.size());
        assertEquals(10, legs.stream().filter(leg -> leg.get("idleStates").equals("allowed")).count());
        for (Map<String, Object> leg : legs) {
            assertEquals(0, number(leg, "lost"), leg::toString);
            assertTrue(number(leg, "count") > 0, leg::toString);
            assertTrue(object(leg, "cpuPercent").containsKey("receiver"));
        }
    }
}
