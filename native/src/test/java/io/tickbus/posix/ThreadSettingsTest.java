// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ThreadSettingsTest {
    private final ExecutorService one = Executors.newSingleThreadExecutor();
    private final ExecutorService other = Executors.newSingleThreadExecutor();

    private LinuxPlatform platform;

    @BeforeEach
    void requireLinux() {
        platform = OnLinux.platform();
    }

    @AfterEach
    void endThreads() {
        one.shutdownNow();
        other.shutdownNow();
    }

    @Test
    void shouldSetTimerSlackOfCallingThreadOnly() throws Exception {
        long before = on(other, platform::timerSlackNs);
        assertTrue(before > 0, () -> "timerSlackNs=" + before);
        assertTrue(on(one, () -> platform.setTimerSlackNs(before + 1)));
        assertEquals(before + 1, on(one, platform::timerSlackNs));
        assertEquals(before, on(other, platform::timerSlackNs));
        assertTrue(on(one, () -> platform.setTimerSlackNs(1)));
        assertEquals(1, on(one, platform::timerSlackNs));
    }

    @Test
    void shouldRefuseSlackBelowOneNanosecond() {
        assertThrows(IllegalArgumentException.class, () -> platform.setTimerSlackNs(0));
    }

    @Test
    void shouldPinCallingThreadOnly() throws Exception {
        int[] all = on(other, platform::affinity);
        assertTrue(all.length > 0);
        for (int cpu : all) {
            assertArrayEquals(new int[] {cpu}, on(one, () -> platform.setAffinity(cpu)));
            assertArrayEquals(new int[] {cpu}, on(one, platform::affinity));
            assertArrayEquals(new int[] {cpu}, on(one, CpuAffinity::allowedByProc));
        }
        assertArrayEquals(all, on(other, platform::affinity));
        assertArrayEquals(all, on(one, () -> platform.setAffinity(all)));
    }

    @Test
    void shouldAllowWhatWasAllowedWhenProcessorWasLeft() throws Exception {
        int[] all = on(one, platform::affinity);
        for (int cpu : all) {
            assertEquals(all.length > 1, on(one, () -> CpuAffinity.leave(cpu)));
            assertArrayEquals(all, on(one, platform::affinity));
        }
        on(one, () -> platform.setAffinity(all[0]));
        assertFalse(on(one, () -> CpuAffinity.leave(all[0])), "it may run nowhere else");
        assertArrayEquals(new int[] {all[0]}, on(one, platform::affinity));
    }

    @Test
    void shouldAgreeWithProc() throws Exception {
        assertArrayEquals(on(one, CpuAffinity::allowedByProc), on(one, CpuAffinity::allowed));
    }

    @Test
    void shouldAnswerWhatKernelAllowsAndNotWhatWasAsked() throws Exception {
        int present = on(one, platform::affinity)[0];
        int absent = 8191;
        assertArrayEquals(new int[] {present}, on(one, () -> platform.setAffinity(absent, present)));
        assertArrayEquals(new int[0], on(one, () -> platform.setAffinity(absent)));
        assertArrayEquals(new int[] {present}, on(one, platform::affinity));
    }

    @Test
    void shouldRefuseImpossibleProcessors() {
        assertThrows(IllegalArgumentException.class, () -> platform.setAffinity());
        assertThrows(IllegalArgumentException.class, () -> platform.setAffinity(-1));
        assertThrows(IllegalArgumentException.class, () -> platform.setAffinity(8192));
    }

    @Test
    void shouldParseKernelsListsOfProcessors() {
        assertArrayEquals(new int[0], CpuAffinity.parseList("\n"));
        assertArrayEquals(new int[] {5}, CpuAffinity.parseList("5"));
        assertArrayEquals(new int[] {0, 1, 2, 3, 64, 127, 128, 1023}, CpuAffinity.parseList("0-3,64,127-128,1023\n"));
        assertArrayEquals(IntStream.range(0, 256).toArray(), CpuAffinity.parseList("0-255"));
    }

    private static <T> T on(ExecutorService thread, Callable<T> action) throws Exception {
        return thread.submit(action).get();
    }
}
