// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/**
 * The daemon's answer to one command, one 64-byte slot of the client's reply ring, little-endian.
 *
 * <pre>
 *   0        4        8                 16                24                32
 *  +-----------------+-----------------+-----------------+-----------------+
 *  | stamp           | commandSequence | key             | deadlineNs      |
 *  +-----------------+-+-+----+--------+-----------------+-----------------+
 *  | signalSequence  |c|r|own.|signalId| periodNs        | detail          |
 *  +-----------------+-+-+----+--------+-----------------+-----------------+
 *  32                40 41 42 44       48                56                64
 * </pre>
 *
 * <p>A listed timer has two replies. The second, {@code LISTED_REST}, has the same key and owner, and what remains:
 *
 * <pre>
 *  24                32                40 41 42 44       48                56                64
 *  +-----------------+-----------------+-+-+----+--------+-----------------+--------+--------+
 *  | dueNs           | graceUs|  cap   |c|r|own.|generat.| payload 0-7     | pl.8-11|0 f m l |
 *  +-----------------+-----------------+-+-+----+--------+-----------------+--------+--------+
 * </pre>
 *
 * <p>where {@code dueNs} is the next deadline in the timer's own clock, CLOCK_REALTIME for a calendar timer, or what is
 * left of a paused one-shot timer; and {@code f}, {@code m} and {@code l} are flags, misfire policy and payload length
 * as in {@link CommandLayout}.
 *
 * <p>A command that is handed to the gateway of a cluster has the same two, {@code FORWARDED} and {@code
 * FORWARDED_REST}. The first has its number in {@code signalSequence} and that of its series in {@code detail}; the
 * second its number in that series in {@code dueNs}, and the command's type where a listed timer has 0. Before the
 * first of an owner come two {@code FORWARDED_NAME}, {@code signalId} 0 and 1, each with 32 bytes of its name, in
 * {@code key}, {@code deadlineNs}, {@code signalSequence} and {@code periodNs}.
 *
 * <p>{@code LISTED_TEXT} has a part of the text of a schedule in {@code deadlineNs}, {@code signalSequence}, {@code
 * periodNs} and {@code detail}, 32 bytes in this order and zeros beyond its end; {@code key} is the schedule's number.
 *
 * <p>Writer of every field: the daemon. Ordering: {@code stamp} as {@link io.tickbus.core.internal.memory.SlotRing}
 * says, all
 * others plain between its two stamps. A reply is committed before any signal that the command causes.
 */
public final class ReplyLayout {
    /** Bytes per reply. */
    public static final int LENGTH = 64;

    /** int64: as in every ring. */
    public static final int STAMP = 0;
    /** int64: which command it answers, by its sequence in the client's ring. */
    public static final int COMMAND_SEQUENCE = STAMP + Long.BYTES;
    /** int64: the timer's key. */
    public static final int KEY = COMMAND_SEQUENCE + Long.BYTES;
    /** int64: when the timer is due next, CLOCK_MONOTONIC nanoseconds; 0 where there is none. */
    public static final int DEADLINE_NS = KEY + Long.BYTES;
    /**
     * int64: the sequence that the next signal got after the command was carried out: signals of this key before it
     * belong to an earlier arming, those from it on to this one. For {@code ALREADY_FIRED}, the sequence of the firing.
     * For {@code LISTED}, how many late occurrences will yet fire one by one, or were skipped since the last firing.
     */
    public static final int SIGNAL_SEQUENCE = DEADLINE_NS + Long.BYTES;
    /** uint8: {@link io.tickbus.core.timer.ReplyCode#code()}. */
    public static final int CODE = SIGNAL_SEQUENCE + Long.BYTES;
    /** uint8: {@link io.tickbus.core.timer.ReplyReason#code()}, where the code needs one. */
    public static final int REASON = CODE + 1;
    /** uint16: the owner that the timer belongs to. */
    public static final int OWNER = REASON + 1;
    /** int32: what the timer's signal means. */
    public static final int SIGNAL_ID = OWNER + Short.BYTES;
    /** int64: the timer's period in nanoseconds; 0 for one that fires once; below 0, minus its schedule's number. */
    public static final int PERIOD_NS = SIGNAL_ID + Integer.BYTES;
    /**
     * int64: {@code LISTED}: next occurrence, negative while paused; {@code LIST_END}: the cursor, 0 at the end. Of a
     * timer with a scope: {@code ARMED}: nanoseconds that the last host had left until the deadline; {@code CANCELLED}:
     * 0, or how many hosts may have fired it all the same, −1 for any.
     */
    public static final int DETAIL = PERIOD_NS + Long.BYTES;

    /** Bytes of text in a {@code LISTED_TEXT}. */
    public static final int TEXT_LENGTH = 32;

    private ReplyLayout() {
    }
}
