// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class PortablePlatformTest {
    private static final int WORD = 8;
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    Path folder;

    private final PortablePlatform platform = new PortablePlatform();
    private final SharedRegion region = SharedRegion.allocate(64);
    private final FutexWord word = platform.futexWord(region, WORD);

    @Test
    void shouldServeWhenNoProviderIsOnClassPath() {
        assertEquals(PortablePlatform.class, Platforms.current().getClass());
        assertTrue(Platforms.reason().contains("no native platform module"), Platforms.reason());
        assertFalse(platform.hasFutex());
        assertTrue(platform.unavailableReason().isEmpty());
    }

    @Test
    void shouldAnswerChangedWhenWordDiffers() {
        assertEquals(FutexWord.CHANGED, word.await(1, System.nanoTime() + LONG_NS));
    }

    @Test
    void shouldTimeOutAndNeverEarly() {
        for (int i = -5; i < 50; i++) {
            long deadlineNs = System.nanoTime() + i * 20_000L;
            assertEquals(FutexWord.TIMED_OUT, word.await(0, deadlineNs));
            assertTrue(System.nanoTime() >= deadlineNs);
        }
    }

    @Test
    void shouldReturnWhenWordChangesMeanwhile() throws Exception {
        Thread changer = new Thread(() -> {
            region.putIntRelease(WORD, 1);
            word.wakeAll();
        });
        changer.start();
        assertEquals(FutexWord.CHANGED, word.await(0, System.nanoTime() + LONG_NS));
        changer.join();
    }

    @Test
    void shouldReturnWhenInterrupted() {
        Thread.currentThread().interrupt();
        assertEquals(FutexWord.WOKEN, word.await(0, System.nanoTime() + LONG_NS));
        assertTrue(Thread.interrupted(), "the interrupt was swallowed");
    }

    @Test
    void shouldFillFileWithZerosWhenAllocated() throws IOException {
        for (int length : new int[] {1, 4096, (1 << 20) + 1, 3 << 20}) {
            Path file = Files.createFile(folder.resolve("file-" + length));
            platform.allocate(file, length);
            assertArrayEquals(new byte[length], Files.readAllBytes(file));
        }
    }
}
