// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.late;

import io.tickbus.core.LateCause;
import java.util.concurrent.TimeUnit;

/**
 * Names the cause of a late firing: divides its lateness among all that may explain a part of it, and takes the largest
 * part.
 *
 * <pre>
 *  deadline                                                       published
 *  |---- not known ----|------ began late ------|------- working ------|
 *                      planned wake-up          busy since
 * </pre>
 *
 * <p>While it was <i>not known</i>, the thread slept, or worked, for something else: the timer was armed too late, or
 * the clock was set. From then on the time is first taken for what the kernel and the JVM have counted: garbage
 * collections, other safepoints, being ready without a processor. What is left before the thread began, it overslept;
 * what is left after, it worked, or was blocked.
 *
 * <p>A pure function of the {@link Evidence}.
 */
public final class CauseRules {
    /** A wake-up that is later than this is not a processor's. */
    private static final long LONGEST_HALT_NS = TimeUnit.MILLISECONDS.toNanos(2);
    /** Fewer firings or commands are neither a herd nor a backlog. */
    private static final long LEAST_ITEMS = 32;
    /** What one of them takes at most. */
    private static final long ITEM_NS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_TICK_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MINOR_FAULT_NS = TimeUnit.MICROSECONDS.toNanos(2);
    /** The kernel's own work, beside the wait for the disk: what one takes at most. */
    private static final long MAJOR_FAULT_NS = TimeUnit.MICROSECONDS.toNanos(50);
    /** The collectors count whole milliseconds. */
    private static final long COLLECTION_UNIT_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private CauseRules() {
    }

    /** Fills in cause, part and detail. */
    public static void decide(Evidence e) {
        e.cause = LateCause.UNKNOWN;
        e.causeNs = 0;
        e.detail = 0;
        long latenessNs = e.publishedNs - e.deadlineNs;
        boolean hasSlept = e.plannedWakeNs != Evidence.NEVER;
        long stoppedNs = stoppedNs(e);
        // While all threads were stopped, it could not learn of the timer.
        long dueNs = hasSlept ? Math.max(e.deadlineNs, Math.min(e.plannedWakeNs, e.busySinceNs - stoppedNs))
                : e.deadlineNs;
        long countedNs = stoppedNs + waitNs(e);
        long lateStartNs = clamp(e.busySinceNs - dueNs, 0, latenessNs);
        long armedNs = arming(e, hasSlept ? lateStartNs : Math.min(lateStartNs, countedNs));
        long leftNs = latenessNs - armedNs;
        if (armedNs == 0) {
            leftNs -= clockStep(e, hasSlept ? dueNs - e.deadlineNs : lateStartNs);
        }
        leftNs = Math.min(leftNs, latenessNs - (dueNs - e.deadlineNs));
        pauses(e, leftNs);
        long startNs = Math.min(lateStartNs, leftNs);
        beginning(e, hasSlept, Math.max(0, startNs - countedNs));
        working(e, Math.max(0, leftNs - startNs - Math.max(0, countedNs - startNs)));
    }

    /** The larger part wins, and the earlier of equal ones. */
    private static void offer(Evidence e, LateCause cause, long partNs, long detail) {
        if (partNs > e.causeNs) {
            e.cause = cause;
            e.causeNs = partNs;
            e.detail = detail;
        }
    }

    private static long clamp(long value, long least, long most) {
        return Math.max(least, Math.min(value, most));
    }

    /** In which the JVM had stopped all threads, as far as it has counted that by now. */
    private static long stoppedNs(Evidence e) {
        long countedNs = e.after.safepointNs - e.before.safepointNs;
        boolean isUncounted = countedNs == 0 && e.after.safepoints > e.before.safepoints;
        // The last safepoint is counted when it begins, its time a moment after it ends.
        long safepointNs = isUncounted ? Math.max(0, e.busySinceNs - e.deadlineNs) : countedNs;
        boolean isOfCollectors = e.after.safepoints == 0 && e.after.collections > e.before.collections;
        return Math.max(safepointNs,
                isOfCollectors ? e.after.collectionNs - e.before.collectionNs + COLLECTION_UNIT_NS : 0);
    }

    /**
     * In which it was ready without a processor; but not where it had given its own away to wait for a disk, since that
     * wait follows from the page fault.
     */
    private static long waitNs(Evidence e) {
        long waitNs = e.after.waitNs - e.before.waitNs;
        long faults = e.after.majorFaults - e.before.majorFaults;
        long waits = e.after.slices - e.before.slices;
        return faults <= 0 ? waitNs : (long) (waitNs * Math.max(0, 1 - (double) faults / Math.max(1, waits)));
    }

    /** Returns the part that the command's being late, or waiting, explains; beyond what the thread itself was late. */
    private static long arming(Evidence e, long ownNs) {
        if (e.executedNs == Evidence.NEVER || e.executedNs <= e.deadlineNs) {
            return 0;
        }
        long untilNs = Math.min(e.executedNs, e.publishedNs);
        long waitedNs = untilNs - Math.max(e.deadlineNs, Math.min(e.receivedNs, untilNs));
        long lateNs = clamp(untilNs - waitedNs - e.deadlineNs - ownNs, 0, untilNs - e.deadlineNs);
        boolean wasBusy = e.busySinceNs <= e.deadlineNs && e.commands >= LEAST_ITEMS;
        LateCause cause = e.isJournalBlocked ? LateCause.JOURNAL
                : wasBusy ? LateCause.COMMAND_BACKLOG : LateCause.ARMED_LATE;
        offer(e, cause, lateNs, wasBusy && !e.isJournalBlocked ? e.commands : lateNs);
        offer(e, LateCause.JOURNAL, waitedNs, waitedNs);
        return lateNs + waitedNs;
    }

    private static long clockStep(Evidence e, long unknownNs) {
        long steps = e.after.clockSteps - e.before.clockSteps;
        long partNs = steps > 0 ? unknownNs : 0;
        offer(e, LateCause.CLOCK_STEP, partNs, steps);
        return partNs;
    }

    private static void pauses(Evidence e, long leftNs) {
        long stoppedNs = stoppedNs(e);
        long collections = e.after.collections - e.before.collections;
        long safepoints = e.after.safepoints - e.before.safepoints;
        offer(e, collections > 0 ? LateCause.GC : LateCause.SAFEPOINT, Math.min(leftNs, stoppedNs),
                collections > 0 ? collections : safepoints);
        offer(e, LateCause.NOT_SCHEDULED, Math.min(leftNs, waitNs(e)), e.after.slices - e.before.slices);
    }

    /** It began late although it was not kept from it by anything that was counted. */
    private static void beginning(Evidence e, boolean hasSlept, long partNs) {
        long leftNs = partNs - stolen(e, partNs);
        if (e.after.majorFaults > e.before.majorFaults) {
            offer(e, LateCause.PAGE_FAULT, leftNs, e.after.majorFaults - e.before.majorFaults);
        } else if (leftNs >= LONGEST_HALT_NS) {
            offer(e, LateCause.STOPPED, leftNs, leftNs);
        } else {
            offer(e, hasSlept ? LateCause.PROCESSOR_HALTED : LateCause.UNKNOWN, leftNs, leftNs);
        }
    }

    private static void working(Evidence e, long partNs) {
        long items = e.firings + e.commands;
        // The kernel adds to the run time of a thread that does not sleep only at its clock's ticks.
        long uncountedNs = items >= LEAST_ITEMS ? LONGEST_TICK_NS : 0;
        long onProcessorNs = Math.min(partNs, e.after.runNs - e.before.runNs + uncountedNs);
        long blockedNs = partNs - onProcessorNs;
        blockedNs -= stolen(e, blockedNs);
        long majorFaults = e.after.majorFaults - e.before.majorFaults;
        if (majorFaults > 0) {
            long faultsNs = Math.min(onProcessorNs, majorFaults * MAJOR_FAULT_NS);
            offer(e, LateCause.PAGE_FAULT, blockedNs + faultsNs, majorFaults);
            onProcessorNs -= faultsNs;
        } else {
            offer(e, blockedNs >= LONGEST_HALT_NS ? LateCause.STOPPED : LateCause.UNKNOWN, blockedNs, blockedNs);
        }
        long minorFaults = e.after.minorFaults - e.before.minorFaults;
        boolean isHerd = e.firings >= e.commands;
        if (items >= LEAST_ITEMS && items * ITEM_NS >= onProcessorNs) {
            offer(e, isHerd ? LateCause.HERD : LateCause.COMMAND_BACKLOG, onProcessorNs,
                    isHerd ? e.firings : e.commands);
        } else if (minorFaults * MINOR_FAULT_NS >= onProcessorNs / 2) {
            offer(e, LateCause.PAGE_FAULT, onProcessorNs, minorFaults);
        } else if (e.after.compileNs > e.before.compileNs || e.after.compilations > e.before.compilations) {
            offer(e, LateCause.JIT, onProcessorNs, e.after.compileNs - e.before.compileNs);
        } else {
            offer(e, LateCause.UNKNOWN, onProcessorNs, 0);
        }
    }

    /** Returns how much of a part, in which the thread did not run, the hypervisor has counted as its own. */
    private static long stolen(Evidence e, long partNs) {
        long stealNs = e.after.stealNs - e.before.stealNs;
        long stolenNs = clamp(stealNs, 0, partNs);
        offer(e, LateCause.STOLEN, stolenNs, stealNs);
        return stolenNs;
    }
}
