// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How far CLOCK_REALTIME is ahead of CLOCK_MONOTONIC. Calendar timers are in a wheel of their own whose time is
 * CLOCK_REALTIME, so that setting that clock changes this one number and no timer.
 *
 * <p>The offset is always read before a calendar timer fires. A timer that is due by a time taken before the reading is
 * due by CLOCK_REALTIME, even if that clock was set since the previous reading.
 */
final class CalendarClock {
    /** How long a step of the clock that makes timers due may stay unnoticed. */
    static final long READ_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** A smaller difference between two readings applies to the timers, but is not counted as a step. */
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final LongSupplier source;
    private long offsetNs;
    private long lastReadNs = Long.MIN_VALUE / 2;
    private long steps;
    private boolean isPinned;

    /** A clock with a source of the offset, which must not return more than the true offset. */
    CalendarClock(LongSupplier source) {
        this.source = source;
        this.offsetNs = source.getAsLong();
    }

    /**
     * Reads the offset.
     *
     * @param isCounted whether a step since the last reading counts, as there were calendar timers
     */
    void read(boolean isCounted) {
        if (isPinned) {
            return;
        }
        long newOffsetNs = source.getAsLong();
        boolean isStep = Math.abs(newOffsetNs - offsetNs) >= STEP_NS;
        steps += isStep && isCounted ? 1 : 0;
        offsetNs = newOffsetNs;
    }

    /** Uses a past offset and reads no other until {@link #unpin}. */
    void pin(long pastOffsetNs) {
        isPinned = true;
        offsetNs = pastOffsetNs;
    }

    /** Returns to the present offset. */
    void unpin() {
        isPinned = false;
        read(false);
    }

    /** Reads the offset, unless it was read for the same time already. */
    void readOnce(long nowNs, boolean isCounted) {
        if (nowNs != lastReadNs) {
            lastReadNs = nowNs;
            read(isCounted);
        }
    }

    /** Reads the offset if the last reading is an interval old; returns when to call again. */
    long poll(long nowNs) {
        if (nowNs - lastReadNs >= READ_INTERVAL_NS) {
            readOnce(nowNs, true);
        }
        return lastReadNs + READ_INTERVAL_NS;
    }

    /** How often the clock was found set by a millisecond or more. */
    long steps() {
        return steps;
    }

    /** Converts a CLOCK_MONOTONIC time to CLOCK_REALTIME. */
    long realtimeNs(long monotonicNs) {
        return Saturating.deadlineNs(monotonicNs, offsetNs);
    }

    /** Converts a CLOCK_REALTIME time to CLOCK_MONOTONIC, by the offset last read. */
    long monotonicNs(long realtimeNs) {
        return Math.min(Saturating.difference(realtimeNs, offsetNs), Saturating.NEVER_NS);
    }
}
