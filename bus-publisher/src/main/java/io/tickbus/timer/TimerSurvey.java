// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How many timers of an engine are due within which time, and which are due next: found by examining a few timers now
 * and then, so that arming and firing need not count anything.
 *
 * <p>With up to {@value #ENOUGH} pending timers all are listed and examined, and the numbers are exact as of then. With
 * more they are estimated from entries of the table, chosen evenly: to some percent, or roughly where most entries are
 * free, after a peak. How many are paused is always exact. The timers that are due next are exact with up to {@value
 * #STEP} pending timers; with more, one that was armed lately or is not due soon may be missing between others.
 *
 * <p><b>Threads:</b> the engine's one. <b>Progress:</b> {@link #step} takes some microseconds, where {@value #ENOUGH}
 * timers are listed some tens of them, and allocates nothing.
 */
public final class TimerSurvey {
    /** Timers that are due next. */
    public static final int MAX_NEXT = 8;
    /** Groups of timers: by when they are due, at last the later ones, and those that are paused. */
    public static final int GROUPS = 9;

    private static final int PAUSED = GROUPS - 1;
    private static final long[] WITHIN_NS = {TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(10),
        TimeUnit.MILLISECONDS.toNanos(100), TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(10),
        TimeUnit.MINUTES.toNanos(1), TimeUnit.HOURS.toNanos(1)};
    /** Timers that one step examines where all are examined. */
    static final int STEP = 256;
    /** Entries of the table that one step examines otherwise: most are in none of the caches. */
    private static final int SAMPLED_STEP = 64;
    /** Timers that a survey needs. */
    static final int ENOUGH = 1_024;
    /** Steps after which any number of timers is enough: most entries may be free. */
    private static final int MAX_STEPS = 64;
    /** Timers near the top of each heap. */
    private static final int NEAR = 32;
    private static final double GOLDEN = 0.618_033_988_749_895;

    private final TimerTable table;
    private final TimerStore store;
    private final TimerWheels wheels;
    private final int[] near = new int[NEAR];
    private final int[] listed = new int[ENOUGH];
    private final long[] examined = new long[GROUPS];
    private final long[] counts = new long[GROUPS];
    private final Soonest soonest = new Soonest();
    private final Soonest known = new Soonest();
    private final Soonest next = new Soonest();
    private boolean isListed;
    private int length;
    private int stride;
    private int position;
    private int visited;
    private int found;
    private int steps;
    private boolean isComplete = true;

    /** The timers that are due first of those offered, in that order. */
    private static final class Soonest {
        private final int[] timers = new int[MAX_NEXT];
        private final long[] dueNs = new long[MAX_NEXT];
        private int size;

        void offer(int timer, long timerDueNs) {
            if (size == MAX_NEXT && timerDueNs >= dueNs[size - 1]) {
                return;
            }
            for (int i = 0; i < size; i++) {
                if (timers[i] == timer) {
                    return;
                }
            }
            size = Math.min(size + 1, MAX_NEXT);
            int at = size - 1;
            for (; at > 0 && dueNs[at - 1] > timerDueNs; at--) {
                timers[at] = timers[at - 1];
                dueNs[at] = dueNs[at - 1];
            }
            timers[at] = timer;
            dueNs[at] = timerDueNs;
        }
    }

    TimerSurvey(TimerStore store, TimerTable table, TimerWheels wheels) {
        this.store = store;
        this.table = table;
        this.wheels = wheels;
    }

    /** Examines some timers; {@link #count} changes when enough were, the timers due next with each step. */
    public void step(long nowNs) {
        if (isComplete) {
            begin();
        }
        int end = Math.min(length, visited + (isListed ? STEP : SAMPLED_STEP));
        for (; visited < end; visited++) {
            examine(isListed ? listed[visited] : nextSampled(), nowNs);
        }
        steps++;
        isComplete = visited == length || found >= ENOUGH || (steps >= MAX_STEPS && found > 0);
        if (isComplete) {
            publish();
        }
        findNext();
    }

    private int nextSampled() {
        int entry = position;
        position += stride;
        position -= position >= length ? length : 0;
        return entry;
    }

    private void examine(int timer, long nowNs) {
        if (table.state(timer) == TimerTable.PENDING) {
            long dueNs = store.dueNs(timer);
            int group = 0;
            while (group < WITHIN_NS.length && dueNs - nowNs > WITHIN_NS[group]) {
                group++;
            }
            examined[group]++;
            found++;
            soonest.offer(timer, dueNs);
        }
    }

    private void publish() {
        long pending = wheels.pending();
        for (int group = 0; group < PAUSED; group++) {
            counts[group] = Math.round((double) examined[group] * pending / Math.max(1, found));
        }
        counts[PAUSED] = store.size() - pending;
        known.size = 0;
        for (int i = 0; i < soonest.size; i++) {
            known.offer(soonest.timers[i], soonest.dueNs[i]);
        }
    }

    private void begin() {
        isListed = wheels.pending() <= ENOUGH;
        if (isListed) {
            length = wheels.copyAll(listed);
        } else {
            beginSampling();
        }
        visited = 0;
        found = 0;
        steps = 0;
        soonest.size = 0;
        Arrays.fill(examined, 0);
    }

    /** The stride meets each entry once, and any number of steps are spread evenly. */
    private void beginSampling() {
        length = table.usedEver();
        stride = (int) (length * GOLDEN);
        while (greatestCommonDivisor(stride, length) > 1) {
            stride++;
        }
        position %= length;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    private void findNext() {
        next.size = 0;
        offer(known.timers, known.size);
        offer(soonest.timers, soonest.size);
        offer(near, wheels.of(false).copyDue(Saturating.NEVER_NS, near, NEAR));
        offer(near, wheels.of(true).copyDue(Saturating.NEVER_NS, near, NEAR));
    }

    private void offer(int[] timers, int count) {
        for (int i = 0; i < count; i++) {
            if (table.state(timers[i]) == TimerTable.PENDING) {
                next.offer(timers[i], store.dueNs(timers[i]));
            }
        }
    }

    /** How many timers there were in a group, 0 to {@link #GROUPS} − 1; the first are those that were due. */
    public long count(int group) {
        return counts[group];
    }

    /** How many of the timers that are due next there are. */
    public int nextCount() {
        return next.size;
    }

    /** When one of those is due, from 0 on in that order, CLOCK_MONOTONIC nanoseconds. */
    public long deadlineNs(int i) {
        return next.dueNs[i];
    }

    /** The owner's key of one of those, before the next change of the engine's timers. */
    public long key(int i) {
        return table.key(next.timers[i]);
    }

    /** What its signal will mean. */
    public int signalId(int i) {
        return table.signalId(next.timers[i]);
    }

    /** Whose it is. */
    public int owner(int i) {
        return table.owner(next.timers[i]);
    }

    /** Its period; 0 for a one-shot timer. */
    public long periodNs(int i) {
        return table.periodNs(next.timers[i]);
    }
}
