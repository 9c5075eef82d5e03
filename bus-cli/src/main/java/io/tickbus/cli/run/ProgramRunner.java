// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.run;

import java.io.File;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs a program for one signal at a time, on a thread of its own, so that no program delays the reading of signals.
 *
 * <p><b>Threads:</b> any thread offers runs; the listener is called on the runner's thread.
 */
public final class ProgramRunner implements AutoCloseable {
    /** What stands before a program in its line to have its output on standard error. */
    public static final List<String> TO_STANDARD_ERROR = List.of("/bin/sh", "-c", "exec \"$@\" >&2", "sh");
    /** Runs that may be queued. */
    static final int MOST_QUEUED = 1_000;
    /** How long a program that was asked to end may take until it is killed. */
    private static final long ENDING_NS = TimeUnit.SECONDS.toNanos(5);

    private final List<String> command;
    private final OverlappingRun overlapping;
    private final long timeoutNs;
    private final Consumer<ProgramRun> listener;
    private final Queue<ProgramRun> queue = new ArrayDeque<>();
    private final Thread thread = new Thread(this::run, "tickbus-run");
    private Process current;
    private ProgramRun running;
    private boolean isStopped;
    private boolean isClosed;
    private long skipped;

    /** {@code timeoutNs}: how long a program may run; the listener hears of each run that has ended. */
    public ProgramRunner(List<String> command, OverlappingRun overlapping, long timeoutNs,
            Consumer<ProgramRun> listener) {
        this.command = List.copyOf(command);
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
        boolean isBusy = running != null || !queue.isEmpty();
        boolean isTaken = !isStopped && queue.size() < MOST_QUEUED && (!isBusy || overlapping != OverlappingRun.SKIP);
        if (!isTaken) {
            skipped++;
            return false;
        }
        if (overlapping == OverlappingRun.KILL) {
            skipped += queue.size();
            queue.clear();
            killCurrent();
        }
        queue.add(run);
        notifyAll();
        return true;
    }

    /** Signals that started nothing. */
    synchronized long skipped() {
        return skipped;
    }

    private void killCurrent() {
        if (current != null) {
            running.isKilled = true;
            end(current);
        }
    }

    /** Asks a program to end, and kills it with its children if it has not ended after a while. */
    private static void end(Process process) {
        process.destroy();
        CompletableFuture.delayedExecutor(ENDING_NS, TimeUnit.NANOSECONDS).execute(() -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }

    private void run() {
        for (ProgramRun next = take(); next != null; next = take()) {
            Process process = start(next);
            if (process != null) {
                await(process, next);
            }
            synchronized (this) {
                current = null;
                running = null;
            }
            next.durationNs = System.nanoTime() - next.startNs;
            listener.accept(next);
        }
    }

    private synchronized ProgramRun take() {
        while (queue.isEmpty() && !isStopped) {
            try {
                wait();
            } catch (InterruptedException e) {
                return null;
            }
        }
        running = queue.poll();
        return running;
    }

    private Process start(ProgramRun run) {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO()
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().putAll(run.environment);
        run.startNs = System.nanoTime();
        try {
            Process started = builder.start();
            synchronized (this) {
                current = started;
                if (isClosed) {
                    killCurrent();
                }
            }
            return started;
        } catch (IOException e) {
            run.exitCode = ProgramRun.NOT_STARTED;
            run.problem = e.getMessage();
            return null;
        }
    }

    private void await(Process process, ProgramRun run) {
        try {
            if (!process.waitFor(timeoutNs, TimeUnit.NANOSECONDS)) {
                run.isTimedOut = true;
                end(process);
            }
            run.exitCode = process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            run.exitCode = ProgramRun.NOT_STARTED;
            Thread.currentThread().interrupt();
        }
    }

    /** Takes no further runs; its thread ends when those that were taken have run. */
    public synchronized void retire() {
        isStopped = true;
        notifyAll();
    }

    /** Whether it is retired and everything that was taken has run. */
    public boolean isOver() {
        return !thread.isAlive();
    }

    /** Waits until everything that was taken has run. */
    void drain() {
        retire();
        join();
    }

    /** Ends the program that runs, and forgets those that are queued. */
    @Override
    public void close() {
        synchronized (this) {
            isStopped = true;
            isClosed = true;
            skipped += queue.size();
            queue.clear();
            killCurrent();
            notifyAll();
        }
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
