// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/**
 * A timer that is due next, 64 bytes, little-endian: a slot of the last ring of the {@code counters} file. The daemon
 * writes one list of up to 8 after the other, each in the order of the deadlines. The latest list ends with the newest
 * slot, or, if that one's {@code place} is not the last of its {@code count}, just before that list began.
 *
 * <pre>
 *   0        8          16       24       32        36    40     44     48       64
 *  +--------+----------+--------+--------+---------+-----+------+------+--------+
 *  | stamp  |deadlineNs| key    |periodNs|signalId |owner|place |count | 0      |
 *  +--------+----------+--------+--------+---------+-----+------+------+--------+
 * </pre>
 *
 * <p>Writer of every field: the daemon's timer thread. Ordering: {@code stamp} as {@link
 * io.tickbus.core.internal.memory.SlotRing} says, all others plain between its two stamps.
 */
public final class NextTimerLayout {
    /** Bytes per record. */
    public static final int LENGTH = 64;

    /** int64: 0 never written, −(number+1) being written, number+1 committed. */
    public static final int STAMP = 0;
    /** int64: CLOCK_MONOTONIC nanoseconds when the timer is due. */
    public static final int DEADLINE_NS = STAMP + Long.BYTES;
    /** int64: its owner's key. */
    public static final int KEY = DEADLINE_NS + Long.BYTES;
    /** int64: nanoseconds from one occurrence to the next; 0 for a one-shot timer. */
    public static final int PERIOD_NS = KEY + Long.BYTES;
    /** int32: id of its signal. */
    public static final int SIGNAL_ID = PERIOD_NS + Long.BYTES;
    /** int32: whose it is, 0 to 65,535. */
    public static final int OWNER = SIGNAL_ID + Integer.BYTES;
    /** int32: its place in its list, from 0. */
    public static final int PLACE = OWNER + Integer.BYTES;
    /** int32: how many timers its list has; 0: none, and this is no timer. */
    public static final int COUNT = PLACE + Integer.BYTES;

    private NextTimerLayout() {
    }
}
