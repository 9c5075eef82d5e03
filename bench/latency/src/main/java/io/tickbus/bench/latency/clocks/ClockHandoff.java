// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.clocks;

import io.tickbus.core.internal.platform.Platforms;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Two threads on two processors hand the time to each other: a reading below the one handed over is a step back. */
final class ClockHandoff {
    private static final int TURNS = 20_000;
    private static final long LONGEST_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final TimePath path;
    /** Counts the turns; its lowest bit tells whose turn it is. */
    private final AtomicLong turn = new AtomicLong();
    private volatile long handedNs = Long.MIN_VALUE;
    private volatile boolean isPinned = true;
    private final AtomicLong backwardSteps = new AtomicLong();
    private final long untilNs = System.nanoTime() + LONGEST_NS;

    private ClockHandoff(TimePath path) {
        this.path = path;
    }

    /** How many there were; −1 where the threads could not be put on two processors. */
    static long backwardSteps(TimePath path, int[] cpus) throws InterruptedException {
        ClockHandoff handoff = new ClockHandoff(path);
        Thread first = handoff.start(0, cpus[0]);
        Thread other = handoff.start(1, cpus[cpus.length - 1]);
        first.join();
        other.join();
        return handoff.isPinned ? handoff.backwardSteps.get() : -1;
    }

    private Thread start(int mine, int cpu) {
        Thread thread = new Thread(() -> {
            try {
                take(mine, cpu);
            } finally {
                // Whatever ends one ends the other.
                turn.set(TURNS);
            }
        }, "clock-handoff");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void take(int mine, int cpu) {
        if (!Arrays.equals(new int[] {cpu}, Platforms.current().setAffinity(cpu))) {
            isPinned = false;
            return;
        }
        while (turn.get() < TURNS) {
            long current = turn.get();
            if ((current & 1) == mine) {
                // The memory of the time is shared by both threads, but only whoever has the turn uses it.
                long nowNs = path.reader().read(1);
                if (nowNs < handedNs) {
                    backwardSteps.incrementAndGet();
                }
                handedNs = nowNs;
                // SYNC: the volatile count after the time, so that the other thread reads the time that belongs to it.
                turn.set(System.nanoTime() > untilNs ? TURNS : current + 1);
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
