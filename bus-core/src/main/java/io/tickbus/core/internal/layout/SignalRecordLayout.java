// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/**
 * The 64-byte signal record, one cache line, little-endian.
 *
 * <pre>
 *   0        4        8                 16                24                32
 *  +-----------------+-----------------+-----------------+-----------------+
 *  | stamp           | publishedNs     | deadlineNs      | key             |
 *  +--------+----+-+-+--------+--------+-----------------+-----------------+
 *  |signalId|own.|f|l| occur. | gener. | payload, 12 bytes        | missed |
 *  +--------+----+-+-+--------+--------+--------------------------+--------+
 *  32       36   38 39        40       44       48                60       64
 * </pre>
 *
 * <p>Writer of every field: the publisher. Ordering: {@code stamp} as {@link io.tickbus.core.internal.memory.SlotRing}
 * says,
 * all others plain between its two stamps.
 */
public final class SignalRecordLayout {
    /** Bytes per record. */
    public static final int LENGTH = 64;

    /** int64: 0 never written, −(sequence+1) being written, sequence+1 committed. */
    public static final int STAMP = 0;
    /** int64: CLOCK_MONOTONIC nanoseconds, read just before it was published. */
    public static final int PUBLISHED_NS = STAMP + Long.BYTES;
    /** int64: CLOCK_MONOTONIC nanoseconds when it was due; equal to publishedNs where no timer caused it. */
    public static final int DEADLINE_NS = PUBLISHED_NS + Long.BYTES;
    /** int64: the timer's key as its owner chose it, or the sender's correlation id. */
    public static final int KEY = DEADLINE_NS + Long.BYTES;
    /** int32: what the signal means. */
    public static final int SIGNAL_ID = KEY + Long.BYTES;
    /** uint16: index of the client that armed the timer; 0 is the publisher itself. */
    public static final int OWNER = SIGNAL_ID + Integer.BYTES;
    /** uint8: a set of {@code FLAG_*} bits. */
    public static final int FLAGS = OWNER + Short.BYTES;
    /** uint8: valid bytes of the payload, 0 to 12. */
    public static final int PAYLOAD_LENGTH = FLAGS + 1;
    /** int32: which firing of a periodic timer this is, from 0, wrapping. */
    public static final int OCCURRENCE = PAYLOAD_LENGTH + 1;
    /** int32: the number that its owner gave the arming which the firing belongs to; 0 where no timer caused it. */
    public static final int GENERATION = OCCURRENCE + Integer.BYTES;
    /** 12 bytes: the inline payload; bytes past the length mean nothing. */
    public static final int PAYLOAD = GENERATION + Integer.BYTES;
    /** Bytes of payload a record can carry. */
    public static final int MAX_PAYLOAD_LENGTH = 12;
    /**
     * int32: further occurrences this record stands for: with {@link #FLAG_LATE} those after {@code occurrence},
     * without it those that a timer of the policy SKIP left out before. Means nothing, and counts as 0, without
     * {@link #FLAG_COALESCED}.
     */
    public static final int MISSED = PAYLOAD + MAX_PAYLOAD_LENGTH;

    /** The timer fired later than its grace allows. */
    public static final int FLAG_LATE = 0x01;
    /** The record stands for {@code missed} other occurrences too. */
    public static final int FLAG_COALESCED = 0x02;
    /** The timer was recovered after a restart of the daemon. */
    public static final int FLAG_RECOVERED = 0x04;
    /** It may have been published before, because the daemon died between publishing and remembering it. */
    public static final int FLAG_MAYBE_DUPLICATE = 0x08;
    /** The timer will not fire again. */
    public static final int FLAG_LAST = 0x10;

    /** There is no signal of this sequence here: a relay passes on those of some ids, and this is of another. */
    public static final int FLAG_ABSENT = 0x20;
    /** The signals from this sequence to {@code key} − 1 are lost: a relay could not have them. */
    public static final int FLAG_LOST = 0x40;

    private SignalRecordLayout() {
    }
}
