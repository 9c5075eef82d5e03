// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.host.ClockSourceWatch.Change;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClockSourceWatchTest {
    private static final long INTERVAL_NS = 1_000;

    @TempDir
    Path root;

    private final Queue<Double> costsNs = new ArrayDeque<>();
    private FakeHost host;

    @BeforeEach
    void fake() throws IOException {
        host = new FakeHost(root).clockSource("tsc", "tsc hpet");
    }

    @Test
    void shouldReportFlipOnce() throws IOException {
        ClockSourceWatch watch = watch(22.0, 22.0, 1_200.0, 1_100.0, 1_100.0, 1_100.0);
        assertEquals(Optional.empty(), watch.poll(INTERVAL_NS));
        host.clockSource("hpet", "hpet acpi_pm");
        Change change = watch.poll(2 * INTERVAL_NS).orElseThrow();
        assertEquals(new Change("tsc", "hpet", 22, 1_100), change);
        assertTrue(change.isFlip());
        assertEquals(Optional.empty(), watch.poll(3 * INTERVAL_NS));
    }

    @Test
    void shouldLookOnlyOncePerInterval() throws IOException {
        ClockSourceWatch watch = watch(22.0, 22.0);
        host.clockSource("hpet", "hpet");
        assertEquals(Optional.empty(), watch.poll(INTERVAL_NS - 1));
        assertTrue(watch.poll(INTERVAL_NS).isPresent());
        host.clockSource("tsc", "tsc");
        assertEquals(Optional.empty(), watch.poll(2 * INTERVAL_NS - 1));
    }

    @Test
    void shouldReportJumpOfCostAlone() {
        ClockSourceWatch watch = watch(22.0, 400.0, 300.0, 300.0, 300.0, 22.0, 300.0, 300.0);
        Change change = watch.poll(INTERVAL_NS).orElseThrow();
        assertEquals(new Change("tsc", "tsc", 22, 300), change);
        assertFalse(change.isFlip());
        assertEquals(Optional.empty(), watch.poll(2 * INTERVAL_NS));
        assertEquals(Optional.empty(), watch.poll(3 * INTERVAL_NS));
        assertTrue(watch.poll(4 * INTERVAL_NS).isPresent());
    }

    @Test
    void shouldNotBelieveOneDisturbedMeasurement() {
        ClockSourceWatch watch = watch(22.0, 400.0, 23.0);
        assertEquals(Optional.empty(), watch.poll(INTERVAL_NS));
    }

    @Test
    void shouldCompareWithLowestCostWhenFirstWasTakenCold() {
        ClockSourceWatch watch = watch(200.0, 22.0, 400.0, 400.0);
        assertEquals(Optional.empty(), watch.poll(INTERVAL_NS));
        assertTrue(watch.poll(2 * INTERVAL_NS).isPresent());
    }

    @Test
    void shouldSeeNothingOnThisHostsSteadyClockSource() {
        FakeHost.assumeLinux();
        ClockSourceWatch watch = ClockSourceWatch.start(1);
        Optional<Change> change = watch.poll(System.nanoTime() + 1);
        assertTrue(change.isEmpty() || !change.get().isFlip(), change::toString);
    }

    @Test
    void shouldRefuseEmptyInterval() {
        assertThrows(IllegalArgumentException.class, () -> ClockSourceWatch.start(0));
    }

    private ClockSourceWatch watch(Double... scriptedNs) {
        costsNs.addAll(List.of(scriptedNs));
        return ClockSourceWatch.start(root, INTERVAL_NS, 0, costsNs::remove);
    }
}
