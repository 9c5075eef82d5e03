package io.tickbus.publisher.daemon;

import io.tickbus.core.platform.CalendarOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * By how much CLOCK_REALTIME is ahead of CLOCK_MONOTONIC, as the daemon reckons with it: it takes over another offset
 * only when the two differ by a millisecond, so that a clock that is being slewed does not move every calendar timer
 * ten times a second.
 */
final class WallClock {
    /** How far a calendar timer may be off before it is moved. */
    static final long TOLERANCE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final LongSupplier offset;
    /** The timer thread's. */
    private long offsetNs;
    /** The conductor's: the one that it has told the timer thread of. */
    private long toldNs;

    WallClock(LongSupplier offset) {
        this.offset = offset;
        this.offsetNs = offset.getAsLong();
        this.toldNs = offsetNs;
    }

    static WallClock system() {
        return new WallClock(CalendarOffset::measureNs);
    }

    /** Conductor: whether the clock was set since it was last asked. */
    boolean hasStepped() {
        long nowNs = offset.getAsLong();
        if (Math.abs(nowNs - toldNs) < TOLERANCE_NS) {
            return false;
        }
        toldNs = nowNs;
        return true;
    }

    /** Conductor, after {@link #hasStepped}: the new offset. */
    long toldNs() {
        return toldNs;
    }

    /** Timer thread: takes over an offset; returns how far the clock went forwards. */
    long change(long newOffsetNs) {
        long stepNs = newOffsetNs - offsetNs;
        offsetNs = newOffsetNs;
        return stepNs;
    }

    /** Timer thread: when CLOCK_MONOTONIC shows what CLOCK_REALTIME calls so; 0 for what was before the host began. */
    long monotonicNs(long realtimeNs) {
        return realtimeNs < 0 ? realtimeNs : Math.max(0, realtimeNs - offsetNs);
    }
}
