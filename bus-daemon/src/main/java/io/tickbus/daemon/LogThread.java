package io.tickbus.daemon;

import io.tickbus.core.internal.Uninterrupted;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Hands lines on to who prints them, on a thread of its own, so that who logs never waits for who reads: a pipe that
 * nobody empties blocks its writer, and so may any handler of a logger. Lines for which there is no room are lost; how
 * many were is said after the next that is not.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> allocates, and locks for moments only.
 */
final class LogThread implements AutoCloseable {
    /** Lines that wait, at most. */
    static final int CAPACITY = 1024;
    private static final long PATIENCE_MS = 1000;

    private final LongConsumer onLost;
    private final AtomicLong lost = new AtomicLong();
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(CAPACITY), LogThread::thread);

    /** {@code onLost} is told on the thread how many lines were lost. */
    LogThread(LongConsumer onLost) {
        this.onLost = onLost;
        // Now: a thread runs where the one that starts it may run, and that of the timers may be pinned later.
        executor.prestartCoreThread();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "tickbus-log");
        thread.setDaemon(true);
        return thread;
    }

    /** Has one line printed. */
    void execute(Runnable printing) {
        try {
            executor.execute(() -> print(printing));
        } catch (RejectedExecutionException e) {
            lost.incrementAndGet();
        }
    }

    private void print(Runnable printing) {
        try {
            printing.run();
            long count = lost.getAndSet(0);
            if (count > 0) {
                onLost.accept(count);
            }
        } catch (RuntimeException | Error e) {
            // A handler that fails, or memory that is short: the line is lost, and the thread is not.
            lost.incrementAndGet();
        }
    }

    /** Prints what waits, for a second at most, on an interrupted thread too. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            Uninterrupted.call(() -> executor.awaitTermination(PATIENCE_MS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
