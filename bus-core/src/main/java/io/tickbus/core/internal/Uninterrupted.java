package io.tickbus.core.internal;

import java.util.concurrent.TimeUnit;

/**
 * What must be done whole on a thread that somebody interrupts: a {@code FileChannel} closes itself under an
 * interrupted thread. The interrupt is kept for afterwards.
 */
public final class Uninterrupted {
    private static final int TRIES = 8;

    private Uninterrupted() {
    }

    /** Something with files that may be begun again. */
    @FunctionalInterface
    public interface Task<T, X extends Exception> {
        /** Does it. */
        T run() throws X;
    }

    /** Does something with files; begins again where an interrupt cut it short. */
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

    /** Waits for a thread's end, at most so long; false if it has not ended. */
    public static boolean join(Thread thread, long mostMs) {
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(mostMs);
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
