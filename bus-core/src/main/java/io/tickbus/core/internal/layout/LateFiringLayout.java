// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/**
 * A late firing and its cause, 64 bytes, little-endian: a slot of the ring at the end of the {@code counters} file.
 *
 * <pre>
 *   0        8          16          24        32   36 37 38   40   44   48       56       64
 *  +--------+----------+-----------+---------+----+--+--+----+----+----+--------+--------+
 *  | stamp  |deadlineNs|publishedNs| sequence| id |ca|mo|flag|own.|gen.|causeNs |detail  |
 *  +--------+----------+-----------+---------+----+--+--+----+----+----+--------+--------+
 * </pre>
 *
 * <p>Writer of every field: the daemon's timer thread. Ordering: {@code stamp} as {@link
 * io.tickbus.core.internal.memory.SlotRing} says, all others plain between its two stamps.
 */
public final class LateFiringLayout {
    /** Bytes per record. */
    public static final int LENGTH = 64;

    /** int64: 0 never written, −(number+1) being written, number+1 committed. */
    public static final int STAMP = 0;
    /** int64: CLOCK_MONOTONIC nanoseconds when the timer was due. */
    public static final int DEADLINE_NS = STAMP + Long.BYTES;
    /** int64: CLOCK_MONOTONIC nanoseconds when it was published. */
    public static final int PUBLISHED_NS = DEADLINE_NS + Long.BYTES;
    /** int64: sequence of its signal. */
    public static final int SEQUENCE = PUBLISHED_NS + Long.BYTES;
    /** int32: id of its signal. */
    public static final int SIGNAL_ID = SEQUENCE + Long.BYTES;
    /** uint8: {@link io.tickbus.core.LateCause#code()}. */
    public static final int CAUSE = SIGNAL_ID + Integer.BYTES;
    /** uint8: the code of the daemon's mode. */
    public static final int MODE = CAUSE + 1;
    /** uint16: flags of its signal. */
    public static final int FLAGS = MODE + 1;
    /** int32: the client that armed it, 0 to 65,535. */
    public static final int OWNER = FLAGS + Short.BYTES;
    /** int32: the number that its owner gave the arming. */
    public static final int GENERATION = OWNER + Integer.BYTES;
    /** int64: how much of the lateness the cause explains, in nanoseconds. */
    public static final int CAUSE_NS = GENERATION + Integer.BYTES;
    /** int64: a number that says more, see {@link io.tickbus.core.LateCause}. */
    public static final int DETAIL = CAUSE_NS + Long.BYTES;

    private LateFiringLayout() {
    }
}
