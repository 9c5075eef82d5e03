package io.tickbus.timer;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How far CLOCK_REALTIME is ahead of CLOCK_MONOTONIC. Calendar timers stand in a wheel of their own in CLOCK_REALTIME,
 * so that setting that clock changes this one number and no timer.
 *
 * <p>It is read before a calendar timer fires, always: what is due by a time that was taken before that reading is due
 * by CLOCK_REALTIME, whatever has been done to that clock since the reading before.
 */
final class CalendarClock {
    /** How long a step of the clock may stay unnoticed that makes timers due. */
    static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** A smaller difference between two readings is not counted as a step; it counts for the timers all the same. */
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final LongSupplier source;
    private long offsetNs;
    private long lookedNs = Long.MIN_VALUE / 2;
    private long steps;
    private boolean isPinned;

    /** A clock that asks for the offset, which must not be more than it is. */
    CalendarClock(LongSupplier source) {
        this.source = source;
        this.offsetNs = source.getAsLong();
    }

    /**
     * Reads the offset.
     *
     * @param isCounted whether a step since the last reading is one that timers have seen
     */
    void look(boolean isCounted) {
        if (isPinned) {
            return;
        }
        long newOffsetNs = source.getAsLong();
        boolean isStep = Math.abs(newOffsetNs - offsetNs) >= STEP_NS;
        steps += isStep && isCounted ? 1 : 0;
        offsetNs = newOffsetNs;
    }

    /** Uses the offset of times long past, and does not read it, until {@link #unpin}. */
    void pin(long pastOffsetNs) {
        isPinned = true;
        offsetNs = pastOffsetNs;
    }

    /** Reads the offset of now. */
    void unpin() {
        isPinned = false;
        look(false);
    }

    /** Reads the offset, if that was not done since this time was taken. */
    void lookOnce(long nowNs, boolean isCounted) {
        if (nowNs != lookedNs) {
            lookedNs = nowNs;
            look(isCounted);
        }
    }

    /** The last time that {@link #lookOnce} was called for. */
    long lookedNs() {
        return lookedNs;
    }

    /** How often it was found set by a millisecond or more. */
    long steps() {
        return steps;
    }

    /** What CLOCK_REALTIME shows then. */
    long realtimeNs(long monotonicNs) {
        return Saturating.deadlineNs(monotonicNs, offsetNs);
    }

    /** When CLOCK_REALTIME shows this, as far as is known. */
    long monotonicNs(long realtimeNs) {
        return Math.min(Saturating.difference(realtimeNs, offsetNs), Saturating.NEVER_NS);
    }
}
