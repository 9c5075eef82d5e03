// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal;

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
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        boolean isInterrupted = false;
        while (thread.isAlive() && System.nanoTime() - untilNs < 0) {
            try {
                thread.join(1 + Math.max(0, TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime())));
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
