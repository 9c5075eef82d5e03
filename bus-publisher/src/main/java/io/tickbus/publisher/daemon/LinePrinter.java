package io.tickbus.publisher.daemon;

import java.io.PrintStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Prints lines on a thread of its own, so that who logs never waits for who reads: a pipe that nobody empties blocks
 * its writer. Lines for which there is no room are lost; how many were is said in a line after the next that is not.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> allocates, and locks for moments only.
 */
final class LinePrinter implements Consumer<String>, AutoCloseable {
    /** Lines that wait to be printed, at most. */
    static final int CAPACITY = 1024;
    private static final long PATIENCE_MS = 1000;

    private final PrintStream out;
    private final AtomicLong lost = new AtomicLong();
    private final ThreadPoolExecutor printer = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(CAPACITY), LinePrinter::thread);

    LinePrinter(PrintStream out) {
        this.out = out;
        // Now: a thread runs where the one that starts it may run, and that of the timers may be pinned later.
        printer.prestartCoreThread();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "tickbus-log");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void accept(String line) {
        try {
            printer.execute(() -> print(line));
        } catch (RejectedExecutionException e) {
            lost.incrementAndGet();
        }
    }

    private void print(String line) {
        out.print(line);
        long count = lost.getAndSet(0);
        if (count > 0) {
            out.print("log-lines-lost count=" + count + "\n");
        }
        out.flush();
    }

    /** Prints what waits, for a second at most. */
    @Override
    public void close() {
        printer.shutdown();
        try {
            printer.awaitTermination(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
