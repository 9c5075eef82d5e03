// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.FutexWord;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AllocationFreeTest {
    private static final int ROUNDS = 10_000;
    private static final int PERIOD_NS = 1_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void shouldAllocateNothingWhenFutexWaitsAndWakes() {
        FutexWord word = OnLinux.platform().futexWord(SharedRegion.allocate(64), 0);
        assertAllocatesNothing(() -> {
            word.await(0, System.nanoTime() + PERIOD_NS);
            word.await(1, System.nanoTime() + PERIOD_NS);
            word.wakeAll();
        });
    }

    @Test
    void shouldAllocateNothingWhenClocksAreRead() {
        OnLinux.platform();
        assertAllocatesNothing(() -> {
            PosixClock.now(ClockId.MONOTONIC);
            PosixClock.nowBySyscall(ClockId.THREAD_CPUTIME);
        });
    }

    @Test
    void shouldAllocateNothingWhenWaitingForSignals() {
        OnLinux.platform();
        PosixSignalWaiter receiver = PosixSignalWaiter.of(PosixSignal.sigrtmin());
        assertAllocatesNothing(() -> {
            receiver.await(PERIOD_NS);
            receiver.value();
        });
    }

    /** The minimum of several runs, as a deoptimization by the JIT compiler may be charged to the thread. */
    private void assertAllocatesNothing(Runnable action) {
        repeat(action);
        long leastBytes = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 3 && leastBytes > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            repeat(action);
            leastBytes = Math.min(leastBytes, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, leastBytes);
    }

    private static void repeat(Runnable action) {
        for (int i = 0; i < ROUNDS; i++) {
            action.run();
        }
    }
}
