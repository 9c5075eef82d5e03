// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.run;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Runs programs for signals, one at a time, on a thread of its own, so that no program delays the reading of signals.
 * Each is a {@link ProgramGroup}; one that is ended is so with all processes that it has started, and the next one
 * starts when they are gone. Those that it leaves behind by itself are its own business.
 *
 * <p><b>Threads:</b> any thread offers runs; the listener is called on the runner's thread.
 */
public final class ProgramRunner implements AutoCloseable {
    /** What stands before a program in its line to have its output on standard error. */
    public static final List<String> TO_STANDARD_ERROR = List.of("/bin/sh", "-c", "exec \"$@\" >&2", "sh");
    /** Runs that may be queued. */
    static final int MOST_QUEUED = 1_000;

    private final OverlappingRun overlapping;
    private final long timeoutNs;
    private final Consumer<ProgramRun> listener;
    private final Queue<ProgramRun> queue = new ArrayDeque<>();
    private final Thread thread = new Thread(this::run, "tickbus-run");
    private ProgramRun running;
    /** Completed when the program that runs is to end. */
    private CompletableFuture<Void> end = new CompletableFuture<>();
    private boolean isRetired;
    private long taken;
    private long skipped;
    private RuntimeException failure;

    /** {@code timeoutNs}: how long a program may run; the listener hears of each run that has ended. */
    public ProgramRunner(OverlappingRun overlapping, long timeoutNs, Consumer<ProgramRun> listener) {
        this.overlapping = overlapping;
        this.timeoutNs = timeoutNs;
        this.listener = listener;
    }

    /** Starts the thread. */
    public ProgramRunner start() {
        thread.start();
        return this;
    }

    /** Takes a run; false if it is skipped, as another one is running or too many are queued. */
    public synchronized boolean offer(ProgramRun run) {
        boolean isSkipped = overlapping == OverlappingRun.SKIP && !isIdle();
        if (isRetired || isSkipped || queue.size() >= MOST_QUEUED) {
            skipped++;
            return false;
        }
        if (overlapping == OverlappingRun.KILL) {
            clearQueue();
            endCurrent();
        }
        queue.add(run);
        taken++;
        notifyAll();
        return true;
    }

    private void clearQueue() {
        skipped += queue.size();
        taken -= queue.size();
        queue.clear();
    }

    /** Whether nothing runs and nothing is queued. */
    public synchronized boolean isIdle() {
        return running == null && queue.isEmpty();
    }

    /** Runs that have started or will. */
    synchronized long taken() {
        return taken;
    }

    /** Signals that started nothing. */
    synchronized long skipped() {
        return skipped;
    }

    /** Throws what the listener has thrown. */
    public synchronized void check() {
        if (failure != null) {
            throw failure;
        }
    }

    /** Ends the program that runs, or that is just being started. */
    private void endCurrent() {
        if (running != null) {
            running.isKilled = true;
            end.complete(null);
        }
    }

    private void run() {
        for (ProgramRun next = take(); next != null; next = take()) {
            next.startNs = System.nanoTime();
            try {
                await(ProgramGroup.start(next.program, next.environment), next);
            } catch (IOException | RuntimeException e) {
                next.exitCode = ProgramRun.NOT_STARTED;
                next.problem = e.getMessage();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            next.durationNs = System.nanoTime() - next.startNs;
            ended(next);
        }
    }

    private void ended(ProgramRun run) {
        RuntimeException thrown = null;
        try {
            listener.accept(run);
        } catch (RuntimeException e) {
            thrown = e;
        }
        synchronized (this) {
            running = null;
            failure = thrown == null ? failure : thrown;
        }
    }

    private synchronized ProgramRun take() {
        while (queue.isEmpty() && !isRetired) {
            try {
                wait();
            } catch (InterruptedException e) {
                return null;
            }
        }
        running = queue.poll();
        end = new CompletableFuture<>();
        return running;
    }

    private void await(ProgramGroup group, ProgramRun run) throws IOException, InterruptedException {
        CompletableFuture<Void> asked;
        synchronized (this) {
            asked = end;
        }
        try {
            CompletableFuture.anyOf(group.onExit(), asked).get(timeoutNs, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            run.isTimedOut = true;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        if (run.isTimedOut || asked.isDone()) {
            group.end();
        }
        run.exitCode = group.exitCode();
    }

    /** Takes no further runs; its thread ends when those that were taken have run. */
    public synchronized void retire() {
        isRetired = true;
        notifyAll();
    }

    /** Waits until everything that was taken has run. */
    void drain() {
        retire();
        join();
    }

    /** Ends the program that runs, forgets those that are queued, and waits for neither. */
    public synchronized void stop() {
        clearQueue();
        endCurrent();
        retire();
    }

    /** Stops, and waits until the program has ended. */
    @Override
    public void close() {
        stop();
        join();
    }

    private void join() {
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
