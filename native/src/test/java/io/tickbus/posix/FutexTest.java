// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platform;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FutexTest {
    private static final int OFFSET = 64;
    private static final int LENGTH = 4096;
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    Path folder;

    private Platform platform;

    @BeforeEach
    void requireLinux() {
        platform = OnLinux.platform();
    }

    @Test
    void shouldAnswerChangedWhenWordDiffers() {
        FutexWord word = platform.futexWord(SharedRegion.allocate(LENGTH), OFFSET);
        assertEquals(FutexWord.CHANGED, word.await(1, System.nanoTime() + LONG_NS));
    }

    @Test
    void shouldCompareAllBitsOfWord() {
        SharedRegion region = SharedRegion.allocate(LENGTH);
        FutexWord word = platform.futexWord(region, OFFSET);
        for (int value : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            region.putIntRelease(OFFSET, value);
            assertEquals(FutexWord.TIMED_OUT, word.await(value, System.nanoTime()));
            assertEquals(FutexWord.CHANGED, word.await(value - 1, System.nanoTime() + LONG_NS));
        }
    }

    @Test
    void shouldNeverTimeOutEarly() {
        FutexWord word = platform.futexWord(SharedRegion.allocate(LENGTH), OFFSET);
        for (int i = 0; i < 200; i++) {
            long deadlineNs = System.nanoTime() + i * 10_000L;
            int status = word.await(0, deadlineNs);
            long nowNs = System.nanoTime();
            assertTrue(status == FutexWord.WOKEN || nowNs >= deadlineNs, () -> "early by ns=" + (deadlineNs - nowNs));
        }
    }

    @Test
    void shouldTimeOutWhenDeadlineIsPast() {
        FutexWord word = platform.futexWord(SharedRegion.allocate(LENGTH), OFFSET);
        assertEquals(FutexWord.TIMED_OUT, word.await(0, System.nanoTime() - 1));
        assertEquals(FutexWord.TIMED_OUT, word.await(0, Long.MIN_VALUE));
    }

    @Test
    void shouldWakeAcrossThreads() throws Exception {
        SharedRegion region = SharedRegion.allocate(LENGTH);
        assertWakes(region, region);
    }

    @Test
    void shouldWakeAcrossTwoMappingsWhenBothAreReadOnly() throws Exception {
        Path file = file();
        assertWakes(map(file, false), map(file, false));
    }

    @Test
    void shouldWakeReadOnlySleeperFromWritableMapping() throws Exception {
        Path file = file();
        assertWakes(map(file, false), map(file, true));
    }

    @Test
    void shouldNotSleepWhenFileWasTruncated() throws Exception {
        Path file = file();
        FutexWord word = platform.futexWord(map(file, false), OFFSET);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        long deadlineNs = System.nanoTime() + LONG_NS;
        assertEquals(FutexWord.CHANGED, word.await(0, deadlineNs));
        assertEquals(0, word.wakeAll());
    }

    @Test
    void shouldRefuseWordOutsideItsRegion() {
        SharedRegion region = map(file(), false);
        for (int offset : new int[] {-4, 2, LENGTH, LENGTH - 2}) {
            assertThrows(IllegalArgumentException.class, () -> platform.futexWord(region, offset));
        }
    }

    /** Wakes until the kernel reports that it woke one thread: only then was the other really asleep. */
    private void assertWakes(SharedRegion sleepers, SharedRegion wakers) throws InterruptedException {
        FutexWord sleeping = platform.futexWord(sleepers, OFFSET);
        FutexWord waking = platform.futexWord(wakers, OFFSET);
        AtomicInteger status = new AtomicInteger(Integer.MIN_VALUE);
        CountDownLatch done = new CountDownLatch(1);
        Thread sleeper = new Thread(() -> {
            status.set(sleeping.await(0, System.nanoTime() + LONG_NS));
            done.countDown();
        });
        sleeper.start();
        int woken = 0;
        while (woken == 0 && done.getCount() > 0) {
            woken = waking.wakeAll();
            Thread.onSpinWait();
        }
        sleeper.join();
        assertEquals(1, woken);
        assertEquals(FutexWord.WOKEN, status.get());
    }

    private Path file() {
        try {
            return Files.write(folder.resolve("words"), new byte[LENGTH]);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static SharedRegion map(Path file, boolean writable) {
        StandardOpenOption[] options = writable
                ? new StandardOpenOption[] {StandardOpenOption.READ, StandardOpenOption.WRITE}
                : new StandardOpenOption[] {StandardOpenOption.READ};
        try (FileChannel channel = FileChannel.open(file, options)) {
            return SharedRegion.map(channel, LENGTH, writable);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
