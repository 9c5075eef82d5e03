// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs what an interrupt must not cut short: a {@code FileChannel} closes itself when its thread is interrupted. The
 * thread's interrupt is restored afterwards.
 */
public final class Uninterrupted {
    private static final int TRIES = 8;

    private Uninterrupted() {
    }

    /** File work that can be repeated. */
    @FunctionalInterface
    public interface Task<T, X extends Exception> {
        /** Does the work. */
        T run() throws X;
    }

    /** Does file work, and repeats it if an interrupt cut it short. */
    public static <T, X extends Exception> T call(Task<T, X> task) throws X {
        boolean wasInterrupted = Thread.interrupted();
        try {
            for (int tried = 1; true; tried++) {
                try {
                    return task.run();
                } catch (Exception e) {
                    // Whatever it was: if the thread was interrupted meanwhile, that may be the cause.
                    if (!Thread.interrupted() || tried == TRIES) {
                        throw e;
                    }
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits at most this long for a thread to end; false if it has not. */
    public static boolean join(Thread thread, long timeoutMs) {
        return wait(timeoutMs, leftMs -> {
            // At least 1, as 0 would mean to wait for ever.
            thread.join(Math.max(1, leftMs));
            return !thread.isAlive();
        });
    }

    /** Waits at most this long for a latch; false if it has not been released. */
    public static boolean await(CountDownLatch latch, long timeoutMs) {
        return wait(timeoutMs, leftMs -> latch.await(leftMs, TimeUnit.MILLISECONDS));
    }

    @FunctionalInterface
    private interface Wait {
        boolean isOver(long leftMs) throws InterruptedException;
    }

    private static boolean wait(long timeoutMs, Wait wait) {
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        boolean wasInterrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return wait.isOver(Math.max(0, TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime())));
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
