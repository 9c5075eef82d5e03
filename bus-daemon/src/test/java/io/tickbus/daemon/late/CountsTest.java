// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.late;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.platform.HostFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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

    /** By memory, which the command's jar and this module's tests may ask for; and by the file that this JVM maps. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldFindSafepointsOfThisJvm() {
        Path file = Path.of("/tmp/hsperfdata_" + System.getProperty("user.name"),
                Long.toString(ProcessHandle.current().pid()));
        for (JvmCounts jvm : new JvmCounts[] {JvmCounts.ofMemory(), JvmCounts.open(file)}) {
            jvm.read(reading);
            long safepoints = reading.safepoints;
            long safepointNs = reading.safepointNs;
            System.gc();
            // Its time is added a moment after it has ended.
            do {
                jvm.read(reading);
            } while (reading.safepoints == safepoints || reading.safepointNs <= safepointNs);
        }
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

    /** As the JVM maps it; each counter has the value 7. */
    private Path countersFile(int valueAt, String... names) throws IOException {
        int entryLength = 64;
        ByteBuffer file = ByteBuffer.allocate(32 + names.length * entryLength).order(ByteOrder.nativeOrder());
        file.putInt(24, 32).putInt(28, names.length);
        for (int i = 0; i < names.length; i++) {
            int entry = 32 + i * entryLength;
            file.putInt(entry, entryLength).putInt(entry + 4, 20).putInt(entry + 16, valueAt);
            file.put(entry + 20, names[i].getBytes(StandardCharsets.ISO_8859_1));
            file.putLong(entry + entryLength - 8, 7);
        }
        return Files.write(root.resolve("4712"), file.array());
    }

    @Test
    void shouldCountEachCollectorOnceWhateverFileSays() throws IOException {
        String[] names = new String[11];
        Arrays.fill(names, "sun.gc.collector.3.time");
        names[10] = "sun.rt.safepointTime";
        JvmCounts counts = JvmCounts.open(countersFile(56, names));
        counts.read(reading);
        assertEquals(List.of(7L, 7L, 0L), List.of(reading.collectionNs, reading.safepointNs, reading.collections));
        for (int valueAt : new int[] {-1_000, 57, 60, 1 << 20, Integer.MAX_VALUE}) {
            assertNull(JvmCounts.open(countersFile(valueAt, names)), "valueAt=" + valueAt);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldOpenNeitherLinkNorPipeNorEmptyFile() throws Exception {
        Path file = countersFile(56, "sun.gc.collector.0.time", "sun.rt.safepointTime");
        assertNotNull(JvmCounts.open(file));
        assertNull(JvmCounts.open(Files.createSymbolicLink(root.resolve("link"), file)));
        Path pipe = root.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        assertNull(JvmCounts.open(pipe));
        assertNull(JvmCounts.open(Files.createFile(root.resolve("empty"))));
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100));
        assertNull(JvmCounts.open(file));
    }

    @Test
    void shouldUseOnlyFileThatThisJvmHasMapped() throws IOException {
        HostFiles host = new HostFiles(root);
        assertFalse(JvmCounts.isMapped(Path.of("/tmp/hsperfdata_a/47"), host));
        put("proc/self/maps", """
                7f00-7f08 rw-s 00000000 08:01 1311 /tmp/hsperfdata_a/47
                7f10-7f18 rw-s 00000000 08:01 1312 /tmp/hsperfdata_a/48 (deleted)
                """);
        assertTrue(JvmCounts.isMapped(Path.of("/tmp/hsperfdata_a/47"), host));
        assertFalse(JvmCounts.isMapped(Path.of("/tmp/hsperfdata_a/48"), host));
        assertFalse(JvmCounts.isMapped(Path.of("/tmp/hsperfdata_a/4"), host));
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
