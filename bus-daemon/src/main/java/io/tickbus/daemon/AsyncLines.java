// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.Uninterrupted;
import java.lang.System.Logger.Level;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Prints lines on a thread of its own, so that logging never blocks: a pipe that nobody empties blocks its writer, and
 * so may any handler of a logger. Lines for which there is no room are lost; the line after them says how many.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> allocates, and locks for moments only.
 */
final class AsyncLines implements AutoCloseable {
    /** The most lines that wait. */
    static final int CAPACITY = 1024;
    private static final long CLOSE_TIMEOUT_MS = 1000;

    private final Consumer<LogLine> printer;
    private final LoopProgress progress = new LoopProgress("tickbus-log");
    private final AtomicLong lost = new AtomicLong();
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(CAPACITY), this::thread);

    AsyncLines(Consumer<LogLine> printer) {
        this.printer = printer;
        // A thread inherits its processors from the one that starts it, which may be pinned later.
        executor.prestartCoreThread();
    }

    private Thread thread(Runnable work) {
        Thread thread = new Thread(() -> {
            progress.begin();
            work.run();
        }, progress.name());
        thread.setDaemon(true);
        return thread;
    }

    void add(LogLine line) {
        try {
            executor.execute(() -> print(line));
        } catch (RejectedExecutionException e) {
            lost.incrementAndGet();
        }
    }

    /** Where the thread is. */
    LoopProgress progress() {
        return progress;
    }

    private void print(LogLine line) {
        progress.round(LoopStep.PRINTING);
        try {
            printer.accept(line);
            long count = lost.getAndSet(0);
            if (count > 0) {
                printer.accept(LogLine.of(line.timeMs(), Level.WARNING, "log-lines-lost", "count", count));
            }
        } catch (RuntimeException | Error e) {
            // A handler that fails, or too little memory: the line is lost, and the thread is not.
            lost.incrementAndGet();
        } finally {
            progress.step(LoopStep.IDLE);
        }
    }

    /** Prints what waits, for a second at most, on an interrupted thread too. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            Uninterrupted.call(() -> executor.awaitTermination(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
