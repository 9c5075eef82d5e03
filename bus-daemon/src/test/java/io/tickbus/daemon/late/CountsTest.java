// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.late;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel and the JVM count, as this JVM finds it and as files of other hosts say it. */
@Timeout(60)
class CountsTest {
    @TempDir
    Path root;

    private final Reading reading = new Reading();

    private void put(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void shouldReadFilesOfTheKernel() throws IOException {
        put("proc/thread-self/schedstat", "357669572 357947981 1362\n");
        put("proc/thread-self/stat", "2824 (a ) b (c) S 2819 2819 11707 0 -1 4194368 11647 0 31 0 37 49 0 0 20 0\n");
        put("proc/stat", "cpu  5287531 173487 564085 1315260 4255 0 3929 1845 0 0\ncpu0 1 2 3\n");
        try (KernelCounts counts = KernelCounts.open(root)) {
            counts.readSchedule(reading);
            counts.readFaults(reading);
            counts.readSteal(reading);
        }
        assertEquals(List.of(357_669_572L, 357_947_981L, 1_362L, 11_647L, 31L, 18_450_000_000L),
                List.of(reading.runNs, reading.waitNs, reading.slices, reading.minorFaults, reading.majorFaults,
                        reading.stealNs));
    }

    @Test
    void shouldLeaveNumbersAloneWhenFilesAreMissingOrBroken() throws IOException {
        reading.runNs = 5;
        try (KernelCounts counts = KernelCounts.open(root)) {
            counts.readSchedule(reading);
            counts.readFaults(reading);
            counts.readSteal(reading);
        }
        assertEquals(5, reading.runNs);
        put("proc/thread-self/schedstat", "");
        put("proc/thread-self/stat", "no parenthesis");
        put("proc/stat", "cpu");
        try (KernelCounts counts = KernelCounts.open(root)) {
            counts.readSchedule(reading);
            counts.readFaults(reading);
            counts.readSteal(reading);
        }
        assertEquals(List.of(5L, 0L, 0L), List.of(reading.runNs, reading.majorFaults, reading.stealNs));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldSeeThisThreadRunAndTheJvmCollect() {
        JvmCounts jvm = JvmCounts.open();
        Reading after = new Reading();
        try (KernelCounts kernel = KernelCounts.open(Path.of("/"))) {
            kernel.readSchedule(reading);
            kernel.readFaults(reading);
            jvm.read(reading);
            System.gc();
            byte[] touched = new byte[1 << 24];
            assertEquals(0, touched[touched.length - 1]);
            kernel.readSchedule(after);
            kernel.readFaults(after);
            jvm.read(after);
        }
        assertTrue(after.runNs > reading.runNs && reading.runNs > 0, "runNs=" + after.runNs);
        assertTrue(after.minorFaults >= reading.minorFaults && after.minorFaults > 0, "faults=" + after.minorFaults);
        assertTrue(after.collections > reading.collections, "collections=" + after.collections);
        assertTrue(after.collectionNs >= reading.collectionNs);
    }

    @Test
    void shouldNotTakeAnotherFileForTheCountersOfAJvm() throws IOException {
        Path file = root.resolve("4711");
        assertNull(JvmCounts.open(file));
        for (int length : new int[] {1, 40, 4096}) {
            byte[] bytes = new byte[length];
            for (int value : new int[] {0, 0x7F, 0xFF}) {
                Arrays.fill(bytes, (byte) value);
                Files.write(file, bytes);
                assertNull(JvmCounts.open(file), "length=" + length + " value=" + value);
            }
        }
    }

    @Test
    void shouldAllocateNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        JvmCounts jvm = JvmCounts.open();
        long allocated = Long.MAX_VALUE;
        try (KernelCounts kernel = KernelCounts.open(Path.of("/"))) {
            for (int attempt = 0; attempt < 5 && allocated > 0; attempt++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                long own = threads.getCurrentThreadAllocatedBytes() - before;
                before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 1_000; i++) {
                    kernel.readSchedule(reading);
                    kernel.readFaults(reading);
                    kernel.readSteal(reading);
                    jvm.read(reading);
                }
                allocated = threads.getCurrentThreadAllocatedBytes() - before - own;
            }
        }
        assertEquals(0, allocated);
    }
}
