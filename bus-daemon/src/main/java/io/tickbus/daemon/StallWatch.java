// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.LateFiring;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.file.LateFiringReader;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.daemon.late.JvmCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that sleeps and checks that the others do not stall. A stall is logged when it is found, with the step of
 * the loop and the stack of the thread, and again when it is over. It also records by how much it overslept itself,
 * which is what the host does to every thread, and makes the events for the flight recorder.
 *
 * <p><b>Threads:</b> its own; {@link #watch} before it runs. <b>Progress:</b> whatever it waits for, no other thread
 * waits for it.
 */
final class StallWatch implements Runnable {
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long ECO_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int MAX_FRAMES = 16;
    /** Before it loads what is not needed to start. */
    private static final int QUIET_ROUNDS = 3;

    private final DaemonCounters counters;
    private final LateFirings lateFirings;
    private final DaemonLog log;
    private final List<Watched> all = new ArrayList<>();
    private final LateFiringReader reader;
    /** Empty where they are not known. */
    private final int[] cpus;
    private final Thread thread = new Thread(this, "tickbus-watch");
    private volatile boolean isStopped;
    private volatile boolean isObserving = true;
    /** What was logged; the same in each round would say nothing new. */
    private String lastError = "";
    private int rounds;

    private final class Watched {
        private final LoopProgress loop;
        private final ThreadWatch watch;
        /** Null if its stalls have no counter of their own. */
        private final DaemonCounter counter;
        private long seenNs;
        private long stalledSinceNs;
        private LoopStep step;
        private String stack = "";

        Watched(LoopProgress loop, DaemonCounter counter, long timeoutNs) {
            this.loop = loop;
            this.counter = counter;
            this.watch = new ThreadWatch(loop::rounds, timeoutNs);
        }

        void check(long nowNs) {
            boolean wasStalled = watch.isStalled();
            boolean isFound = watch.findsStall(nowNs);
            Thread stalled = loop.thread();
            if (isFound && stalled != null && loop.currentStep() != LoopStep.IDLE) {
                report(nowNs, stalled);
            } else if (wasStalled && !watch.isStalled() && step != null) {
                log.warn("thread-continues", "thread", loop.name(), "step", step, "stalledMs",
                        TimeUnit.NANOSECONDS.toMillis(nowNs - stalledSinceNs));
                FlightEvents.stalled(loop.name(), step, nowNs - stalledSinceNs, stack);
                step = null;
            }
            if (!watch.isStalled()) {
                seenNs = nowNs;
            }
        }

        private void report(long nowNs, Thread stalled) {
            step = loop.currentStep();
            stalledSinceNs = seenNs;
            stack = stackOf(stalled);
            counters.add(DaemonCounter.STALLS, 1);
            if (counter != null) {
                counters.add(counter, 1);
            }
            log.warn("thread-stalled", "thread", loop.name(), "step", step, "silentMs",
                    TimeUnit.NANOSECONDS.toMillis(nowNs - stalledSinceNs), "stack", stack);
        }
    }

    StallWatch(DaemonCounters counters, LateFirings lateFirings, DaemonLog log, int... cpus) {
        this.cpus = cpus;
        this.counters = counters;
        this.lateFirings = lateFirings;
        this.log = log;
        this.reader = counters.file().lateFirings().reader();
        thread.setDaemon(true);
    }

    /** Watches a loop, whose stalls are counted in {@code counter} too unless that is null. */
    void watch(LoopProgress loop, DaemonCounter counter, long timeoutNs) {
        all.add(new Watched(loop, counter, timeoutNs));
    }

    /** Whether it checks anything. */
    void observe(boolean isWanted) {
        isObserving = isWanted;
    }

    void start() {
        thread.start();
    }

    /** Ends it, and waits until it has ended. */
    void stop(long timeoutMs) {
        isStopped = true;
        LockSupport.unpark(thread);
        Uninterrupted.join(thread, timeoutMs);
    }

    @Override
    public void run() {
        // A thread inherits its processors; the timer thread may be pinned, and must not share its own.
        if (cpus.length > 0) {
            attempt(() -> Platforms.current().setAffinity(cpus));
        }
        // The counters' file may be shortened: the timer thread finds out, and ends the daemon.
        FaultBoundary.run(this::runRounds, fault -> LockSupport.parkNanos(INTERVAL_NS));
    }

    private void runRounds() {
        while (!isStopped) {
            boolean isEco = counters.value(DaemonCounter.MODE) == DaemonMode.ECO.code();
            long plannedNs = System.nanoTime() + (isEco ? ECO_INTERVAL_NS : INTERVAL_NS);
            for (long nowNs = System.nanoTime(); nowNs < plannedNs && !isStopped; nowNs = System.nanoTime()) {
                LockSupport.parkNanos(plannedNs - nowNs);
            }
            if (isObserving) {
                attempt(() -> check(plannedNs));
            }
        }
    }

    /** Whatever goes wrong in one round, the next may succeed, and a thread that has ended watches nothing. */
    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (OutOfMemoryError e) {
            // Another round may find room for a stack.
            LockSupport.parkNanos(INTERVAL_NS);
        } catch (RuntimeException | Error e) {
            if (e instanceof InternalError fault && FaultBoundary.isFault(fault)) {
                throw e;
            }
            if (!e.toString().equals(lastError)) {
                lastError = e.toString();
                log.error("watch-failed", "error", e);
            }
        }
    }

    private void check(long plannedNs) {
        long nowNs = System.nanoTime();
        if (rounds++ == QUIET_ROUNDS) {
            lateFirings.jvm(JvmCounts.open());
        }
        counters.recordHiccup(nowNs - plannedNs);
        for (Watched watched : all) {
            watched.check(nowNs);
        }
        // Read all the same while nothing records: a recording that is started later must not get them as of then.
        boolean isRecording = FlightEvents.isOn();
        for (LateFiring late = reader.poll(); late != null && !isStopped; late = reader.poll()) {
            if (isRecording) {
                FlightEvents.late(late);
            }
        }
    }

    private static String stackOf(Thread stalled) {
        StringBuilder text = new StringBuilder();
        StackTraceElement[] frames = stalled.getStackTrace();
        for (int i = 0; i < Math.min(frames.length, MAX_FRAMES); i++) {
            text.append(i == 0 ? "" : " < ").append(frames[i].getClassName()).append('.')
                    .append(frames[i].getMethodName()).append(':').append(frames[i].getLineNumber());
        }
        return text.toString();
    }
}
