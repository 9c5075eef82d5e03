// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.LateCause;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.file.HistogramView;
import io.tickbus.core.internal.file.LateFiringRing;
import io.tickbus.daemon.late.CauseRules;
import io.tickbus.daemon.late.CommandHistory;
import io.tickbus.daemon.late.Evidence;
import io.tickbus.daemon.late.JvmCounts;
import io.tickbus.daemon.late.KernelCounts;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Firings that are later than a threshold, and why. While a row is being published they are only noted, which is a
 * comparison and a copy. Their cause is found at the end of the duty cycle, when every signal of it is out: it follows
 * from what the kernel and the JVM have counted since a reading from before the trouble. Such readings are made before
 * the thread sleeps, and no more than once a millisecond, so that they cost nothing that can be measured.
 *
 * <p>Of one cycle the first {@value #MAX_NOTED} become records; the rest is counted with the cause of the last of them,
 * so that a herd is not made later by writing about it.
 *
 * <p><b>Threads:</b> the timer thread; {@link #jvm} any. <b>Progress:</b> makes system calls, none of which blocks;
 * allocates nothing after {@link #begin}.
 */
final class LateFirings {
    static final int MAX_NOTED = 32;
    private static final long READING_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Stolen time is counted in steps of 10 ms. */
    private static final long STEAL_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final DaemonCounters counters;
    private final CommandHistory history;
    private final LateFiringRing ring;
    private final HistogramView lateness;
    private final LateThreshold threshold = new LateThreshold();
    private final Evidence evidence = new Evidence();
    private final SignalRecord[] noted = new SignalRecord[MAX_NOTED];
    private int count;
    private LongSupplier clockSteps = () -> 0;
    private volatile JvmCounts jvm = JvmCounts.NONE;
    /** The one that the latest reading is of. */
    private JvmCounts readJvm = JvmCounts.NONE;
    /** Null until {@link #begin}. */
    private KernelCounts kernel;
    private long slackNs;
    private boolean isRunOver = true;
    /** Some were late since the thread has been busy, and others may be for the same reason. */
    private boolean isTroubled;
    private long nextPlannedWakeNs = Evidence.NEVER;
    private long commandsBefore;
    private long commandsSeen;

    LateFirings(DaemonCounters counters, CommandHistory history) {
        this.counters = counters;
        this.history = history;
        this.ring = counters.file().lateFirings();
        this.lateness = counters.file().lateness();
        for (int i = 0; i < MAX_NOTED; i++) {
            noted[i] = new SignalRecord();
        }
    }

    /** The timer thread, before it begins: opens what is read later. */
    void begin(LongSupplier clockStepCount) {
        clockSteps = clockStepCount;
        kernel = KernelCounts.open(Path.of("/"));
        read(true);
    }

    /** The timer thread, after it has ended. */
    void end() {
        if (kernel != null) {
            kernel.close();
            kernel = null;
        }
    }

    /** What the JVM says of its pauses, once that is known. */
    void jvm(JvmCounts newJvm) {
        jvm = newJvm;
    }

    /** Sets how long firings may be delayed on purpose. */
    void slackNs(long newSlackNs) {
        slackNs = newSlackNs;
    }

    /** Sets the threshold; 0 lets it adapt. */
    void fixThreshold(long ns) {
        threshold.fix(ns);
    }

    /** From which lateness on a firing is to be {@linkplain #note noted}. */
    long thresholdNs() {
        return counters.isObserving() ? threshold.ns() + slackNs : Long.MAX_VALUE;
    }

    /** At each heartbeat: adapts the threshold to what was usual lately. */
    void adapt(long nowNs) {
        threshold.adapt(nowNs, lateness, slackNs);
        counters.set(DaemonCounter.LATE_THRESHOLD, thresholdNs());
        if (counters.isObserving() && !isTroubled) {
            advance(true);
        }
    }

    /** Before the thread waits for something that is not due yet. */
    void beforeWait(long nowNs) {
        if (counters.isObserving() && nowNs - evidence.after.timeNs >= READING_INTERVAL_NS) {
            advance(false);
        }
    }

    /** After it has waited; {@code plannedWakeNs} says until when it wanted to sleep, NEVER if it did not. */
    void waited(long plannedWakeNs) {
        isRunOver = true;
        nextPlannedWakeNs = plannedWakeNs;
    }

    /** A firing that was published with this sequence. */
    void note(SignalRecord signal, long sequence) {
        if (count < MAX_NOTED) {
            SignalRecord copy = noted[count].sequence(sequence);
            System.arraycopy(signal.fields(), 0, copy.fields(), 0, copy.fields().length);
        }
        count++;
    }

    /** The signals of a duty cycle are out: finds the causes of those that were late. */
    void settle(long startNs, int fired) {
        if (isRunOver) {
            isRunOver = false;
            isTroubled = false;
            evidence.busySinceNs = startNs;
            evidence.plannedWakeNs = nextPlannedWakeNs;
            evidence.firings = 0;
            commandsBefore = commandsSeen;
        }
        evidence.firings += fired;
        if (count > 0) {
            isTroubled = true;
            findCauses(Math.min(count, MAX_NOTED));
            count = 0;
        }
        commandsSeen = history.commands();
    }

    private void findCauses(int records) {
        SignalRecord last = noted[records - 1];
        readAfter(noted[0].deadlineNs(), last.publishedNs(), last.publishedNs() - last.deadlineNs() >= STEAL_NS);
        evidence.commands = history.commands() - commandsBefore;
        int mode = (int) counters.value(DaemonCounter.MODE);
        for (int i = 0; i < records; i++) {
            SignalRecord signal = noted[i];
            evidence.deadlineNs = signal.deadlineNs();
            evidence.publishedNs = signal.publishedNs();
            history.find(signal.owner(), signal.generation(), evidence);
            CauseRules.decide(evidence);
            ring.record(signal, evidence.cause, mode, evidence.causeNs, evidence.detail);
            counters.add(DaemonCounter.of(evidence.cause), 1);
        }
        LateCause cause = evidence.cause;
        counters.add(DaemonCounter.of(cause), count - records);
        counters.add(DaemonCounter.LATE_FIRINGS, count);
    }

    /** Reads what has happened since, unless that was read for this trouble a moment ago. */
    private void readAfter(long firstDeadlineNs, long nowNs, boolean isLong) {
        boolean isRead = evidence.after.timeNs >= evidence.busySinceNs
                && nowNs - evidence.after.timeNs < READING_INTERVAL_NS;
        if (isRead) {
            return;
        }
        if (firstDeadlineNs >= evidence.after.timeNs) {
            evidence.before.copyOf(evidence.after);
        }
        if (kernel != null) {
            kernel.readFaults(evidence.after);
        }
        read(isLong);
    }

    private void advance(boolean isThorough) {
        evidence.before.copyOf(evidence.after);
        if (kernel != null && isThorough) {
            kernel.readFaults(evidence.after);
        }
        read(isThorough);
    }

    private void read(boolean isStealRead) {
        if (jvm != readJvm) {
            // Nothing has happened between two readings of which only the second counts.
            readJvm = jvm;
            readJvm.read(evidence.before);
        }
        readJvm.read(evidence.after);
        evidence.after.clockSteps = clockSteps.getAsLong();
        if (kernel != null) {
            kernel.readSchedule(evidence.after);
            if (isStealRead) {
                kernel.readSteal(evidence.after);
            }
        }
        // Last: what became due while this was being read must not be taken for later than the reading.
        evidence.after.timeNs = System.nanoTime();
    }
}
