// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

import io.tickbus.core.internal.layout.SignalRecordLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A private copy of one signal, reused from signal to signal: a subscriber's handler must take what it wants to keep.
 *
 * <p>Times are CLOCK_MONOTONIC nanoseconds, comparable with {@link System#nanoTime()} in every process of the host.
 *
 * <p><b>Threads:</b> one at a time. <b>Progress:</b> nothing here blocks or, save {@link #payload()} and
 * {@link #toString()}, allocates.
 */
public final class SignalRecord {
    private static final int OWNER_SHIFT = 32;
    private static final int FLAGS_SHIFT = 48;
    private static final int PAYLOAD_LENGTH_SHIFT = 56;

    private static final int PUBLISHED_NS = index(SignalRecordLayout.PUBLISHED_NS);
    private static final int DEADLINE_NS = index(SignalRecordLayout.DEADLINE_NS);
    private static final int KEY = index(SignalRecordLayout.KEY);
    private static final int HEADER = index(SignalRecordLayout.SIGNAL_ID);
    private static final int OCCURRENCE = index(SignalRecordLayout.OCCURRENCE);
    private static final int PAYLOAD = index(SignalRecordLayout.PAYLOAD);
    private static final int MISSED = index(SignalRecordLayout.MISSED);
    private static final long UINT32 = 0xFFFF_FFFFL;
    private static final long PLACEHOLDER =
            (long) (SignalRecordLayout.FLAG_ABSENT | SignalRecordLayout.FLAG_LOST) << FLAGS_SHIFT;

    private final long[] fields = new long[index(SignalRecordLayout.LENGTH)];
    private long sequence;

    private static int index(int layoutOffset) {
        return (layoutOffset - SignalRecordLayout.PUBLISHED_NS) / Long.BYTES;
    }

    /** A record of zeros. */
    public SignalRecord() {
        sequence = 0;
    }

    /** The 64-bit words after the stamp, as the ring stores them; not a copy. */
    public long[] fields() {
        return fields;
    }

    /** Sets the sequence that the fields were read from. */
    public SignalRecord sequence(long newSequence) {
        sequence = newSequence;
        return this;
    }

    /** Position in the bus's line of signals, from 0, without gaps. Given by the publisher. */
    public long sequence() {
        return sequence;
    }

    /**
     * When it was published, CLOCK_MONOTONIC nanoseconds, read just before. Timers that fire in a row share it, up to
     * four together: the time before the first of them, some hundred nanoseconds earlier than the last.
     */
    public long publishedNs() {
        return fields[PUBLISHED_NS];
    }

    /** When it was due, CLOCK_MONOTONIC nanoseconds; equal to {@link #publishedNs()} where no timer caused it. */
    public long deadlineNs() {
        return fields[DEADLINE_NS];
    }

    /** The timer's key as its owner chose it, or the sender's correlation id. */
    public long key() {
        return fields[KEY];
    }

    /** What the signal means. */
    public int signalId() {
        return (int) fields[HEADER];
    }

    /** Index of the client that armed the timer, 0 to 65,535; 0 is the publisher itself. */
    public int owner() {
        return (int) (fields[HEADER] >>> OWNER_SHIFT) & 0xFFFF;
    }

    /** {@code FLAG_*} bits of {@link SignalRecordLayout}. */
    public int flags() {
        return (int) (fields[HEADER] >>> FLAGS_SHIFT) & 0xFF;
    }

    /** Whether the timer fired later than its grace allows. */
    public boolean isLate() {
        return (flags() & SignalRecordLayout.FLAG_LATE) != 0;
    }

    /** Whether there is no signal of this sequence on this bus: a subscriber passes over it. */
    public boolean isPlaceholder() {
        return (fields[HEADER] & PLACEHOLDER) != 0;
    }

    /** Whether the signals of this sequence to {@link #key()} − 1 are lost. */
    public boolean isLost() {
        return (flags() & SignalRecordLayout.FLAG_LOST) != 0;
    }

    /** Which firing of a periodic timer this is, from 0. */
    public int occurrence() {
        return (int) fields[OCCURRENCE];
    }

    /**
     * The number of the arming that it is a firing of, as its owner gave it: for a {@code TimerClient} the low half of
     * what the arming returned. 0 where no timer caused it.
     */
    public int generation() {
        return (int) (fields[OCCURRENCE] >>> Integer.SIZE);
    }

    /**
     * Whether it is a firing of an arming of its owner, and of no earlier or later one of its key.
     *
     * @param number what {@code TimerClient.arm} or {@code send} returned
     */
    public boolean isOf(long number) {
        return number >= 0 && (int) number == generation();
    }

    /**
     * Further occurrences this signal stands for, at least 0: those after {@link #occurrence()}, or before it where the
     * flag LATE is not set.
     */
    public int missed() {
        boolean isCoalesced = (flags() & SignalRecordLayout.FLAG_COALESCED) != 0;
        return isCoalesced ? (int) (fields[MISSED] >>> Integer.SIZE) : 0;
    }

    /** Valid bytes of the payload, 0 to 12. */
    public int payloadLength() {
        int length = (int) (fields[HEADER] >>> PAYLOAD_LENGTH_SHIFT);
        return Math.min(length, SignalRecordLayout.MAX_PAYLOAD_LENGTH);
    }

    /** The first eight bytes of the payload as a little-endian number; bytes past its length read as 0. */
    public long payloadLong() {
        int length = payloadLength();
        return length >= Long.BYTES ? fields[PAYLOAD] : fields[PAYLOAD] & ((1L << (Byte.SIZE * length)) - 1);
    }

    /** A copy of the payload; allocates. */
    public byte[] payload() {
        byte[] bytes = new byte[payloadLength()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (fields[PAYLOAD + i / Long.BYTES] >>> (Byte.SIZE * (i % Long.BYTES)));
        }
        return bytes;
    }

    /** Sets everything but the sequence to 0, as a start for a new signal. */
    public SignalRecord clear() {
        Arrays.fill(fields, 0);
        return this;
    }

    /** Sets what the signal means. */
    public SignalRecord signalId(int signalId) {
        fields[HEADER] = (fields[HEADER] & ~0xFFFF_FFFFL) | Integer.toUnsignedLong(signalId);
        return this;
    }

    /** Sets the timer's key or the correlation id. */
    public SignalRecord key(long newKey) {
        fields[KEY] = newKey;
        return this;
    }

    /** Sets when it was due, CLOCK_MONOTONIC nanoseconds. */
    public SignalRecord deadlineNs(long newDeadlineNs) {
        fields[DEADLINE_NS] = newDeadlineNs;
        return this;
    }

    /** Sets when it is published, CLOCK_MONOTONIC nanoseconds; {@code SignalPublisher} takes it as it is. */
    public SignalRecord publishedNs(long newPublishedNs) {
        fields[PUBLISHED_NS] = newPublishedNs;
        return this;
    }

    /** Sets the owner, 0 to 65,535. */
    public SignalRecord owner(int owner) {
        fields[HEADER] = withField(fields[HEADER], OWNER_SHIFT, 0xFFFF, owner, "owner");
        return this;
    }

    /** Sets the flags, 0 to 255. */
    public SignalRecord flags(int flags) {
        fields[HEADER] = withField(fields[HEADER], FLAGS_SHIFT, 0xFF, flags, "flags");
        return this;
    }

    /**
     * Sets which firing this is and how many more it stands for.
     *
     * @param occurrence from 0, wrapping
     * @param missed     at least 0; counts only with {@link SignalRecordLayout#FLAG_COALESCED}
     */
    public SignalRecord occurrence(int occurrence, int missed) {
        fields[OCCURRENCE] = (fields[OCCURRENCE] & ~UINT32) | (occurrence & UINT32);
        fields[MISSED] = (fields[MISSED] & UINT32) | ((long) missed << Integer.SIZE);
        return this;
    }

    /** Sets the number of the arming that it is a firing of. */
    public SignalRecord generation(int generation) {
        fields[OCCURRENCE] = (fields[OCCURRENCE] & UINT32) | ((long) generation << Integer.SIZE);
        return this;
    }

    /** Sets an eight-byte payload, stored little-endian. */
    public SignalRecord payload(long value) {
        return payload(value, 0, Long.BYTES);
    }

    /** Sets a payload of at most 12 bytes. */
    public SignalRecord payload(byte[] bytes) {
        if (bytes.length > SignalRecordLayout.MAX_PAYLOAD_LENGTH) {
            throw new IllegalArgumentException("payload is longer than "
                    + SignalRecordLayout.MAX_PAYLOAD_LENGTH + " bytes: payloadLength=" + bytes.length);
        }
        payload(0, 0, bytes.length);
        for (int i = bytes.length - 1; i >= 0; i--) {
            fields[PAYLOAD + i / Long.BYTES] |= (bytes[i] & 0xFFL) << (Byte.SIZE * (i % Long.BYTES));
        }
        return this;
    }

    /** Sets a payload of at most 12 bytes, given as two little-endian numbers; bytes past the length mean nothing. */
    public SignalRecord payload(long low, int high, int length) {
        if (length < 0 || length > SignalRecordLayout.MAX_PAYLOAD_LENGTH) {
            throw new IllegalArgumentException("payload must have 0 to "
                    + SignalRecordLayout.MAX_PAYLOAD_LENGTH + " bytes: payloadLength=" + length);
        }
        fields[PAYLOAD] = low;
        fields[PAYLOAD + 1] = (fields[PAYLOAD + 1] & ~UINT32) | (high & UINT32);
        fields[HEADER] = withField(fields[HEADER], PAYLOAD_LENGTH_SHIFT, 0xFF, length, "payloadLength");
        return this;
    }

    private static long withField(long word, int shift, int fieldMask, int value, String name) {
        if ((value & ~fieldMask) != 0) {
            throw new IllegalArgumentException(name + " must be 0 to " + fieldMask + ": " + name + "=" + value);
        }
        return (word & ~((long) fieldMask << shift)) | ((long) value << shift);
    }

    @Override
    public String toString() {
        return "signal sequence=" + sequence + " signalId=" + signalId() + " key=" + key()
                + " deadlineNs=" + deadlineNs() + " publishedNs=" + publishedNs() + " owner=" + owner()
                + " flags=" + flags() + " occurrence=" + occurrence() + " generation=" + generation()
                + " missed=" + missed()
                + " payload=" + new String(payload(), StandardCharsets.ISO_8859_1);
    }
}
