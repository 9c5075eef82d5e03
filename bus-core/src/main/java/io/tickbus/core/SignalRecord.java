package io.tickbus.core;

import io.tickbus.core.layout.SignalRecordLayout;
import io.tickbus.core.memory.SharedRegion;
import java.nio.charset.StandardCharsets;

/**
 * A private copy of one signal, reused from signal to signal: a subscriber's handler must take what it wants to keep.
 *
 * <p>Times are CLOCK_MONOTONIC nanoseconds, comparable with {@link System#nanoTime()} in every process of the host.
 *
 * <p><b>Threads:</b> one at a time.
 */
public final class SignalRecord {
    private static final int OWNER_SHIFT = 32;
    private static final int FLAGS_SHIFT = 48;
    private static final int PAYLOAD_LENGTH_SHIFT = 56;

    private long sequence;
    private long publishedNs;
    private long deadlineNs;
    private long key;
    private long header;
    private long occurrences;
    private long payload0;
    private long payload1;

    /** A record of zeros. */
    public SignalRecord() {
        clear();
    }

    /** Position in the bus's line of signals, from 0, without gaps. Given by the publisher. */
    public long sequence() {
        return sequence;
    }

    /** When it was published. */
    public long publishedNs() {
        return publishedNs;
    }

    /** When it was due; equal to {@link #publishedNs()} where no timer caused it. */
    public long deadlineNs() {
        return deadlineNs;
    }

    /** The timer's key as its owner chose it, or the sender's correlation id. */
    public long key() {
        return key;
    }

    /** What the signal means. */
    public int signalId() {
        return (int) header;
    }

    /** Index of the client that armed the timer, 0 to 65,535; 0 is the publisher itself. */
    public int owner() {
        return (int) (header >>> OWNER_SHIFT) & 0xFFFF;
    }

    /** {@code FLAG_*} bits of {@link SignalRecordLayout}. */
    public int flags() {
        return (int) (header >>> FLAGS_SHIFT) & 0xFF;
    }

    /** Whether the timer fired later than its grace allows. */
    public boolean isLate() {
        return (flags() & SignalRecordLayout.FLAG_LATE) != 0;
    }

    /** Which firing of a periodic timer this is, from 0. */
    public int occurrence() {
        return (int) occurrences;
    }

    /** Earlier occurrences folded into this one. */
    public int missed() {
        return (int) (occurrences >>> Integer.SIZE);
    }

    /** Valid bytes of the payload, 0 to 16. */
    public int payloadLength() {
        int length = (int) (header >>> PAYLOAD_LENGTH_SHIFT);
        return Math.min(length, SignalRecordLayout.MAX_PAYLOAD_LENGTH);
    }

    /** The first eight bytes of the payload as a little-endian number; bytes past its length are 0. */
    public long payloadLong() {
        return payload0;
    }

    /** A copy of the payload; allocates. */
    public byte[] payload() {
        byte[] bytes = new byte[payloadLength()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ((i < Long.BYTES ? payload0 : payload1) >>> (Byte.SIZE * (i % Long.BYTES)));
        }
        return bytes;
    }

    /** Sets everything but the sequence to 0, as a start for a new signal. */
    public SignalRecord clear() {
        publishedNs = 0;
        deadlineNs = 0;
        key = 0;
        header = 0;
        occurrences = 0;
        payload0 = 0;
        payload1 = 0;
        return this;
    }

    /** Sets what the signal means. */
    public SignalRecord signalId(int signalId) {
        header = (header & ~0xFFFF_FFFFL) | Integer.toUnsignedLong(signalId);
        return this;
    }

    /** Sets the timer's key or the correlation id. */
    public SignalRecord key(long newKey) {
        key = newKey;
        return this;
    }

    /** Sets when it was due. */
    public SignalRecord deadlineNs(long newDeadlineNs) {
        deadlineNs = newDeadlineNs;
        return this;
    }

    /** Sets when it is published; {@code SignalPublisher.publish} does this itself. */
    public SignalRecord publishedNs(long newPublishedNs) {
        publishedNs = newPublishedNs;
        return this;
    }

    /** Sets the owner, 0 to 65,535. */
    public SignalRecord owner(int owner) {
        header = withField(header, OWNER_SHIFT, 0xFFFF, owner, "owner");
        return this;
    }

    /** Sets the flags, 0 to 255. */
    public SignalRecord flags(int flags) {
        header = withField(header, FLAGS_SHIFT, 0xFF, flags, "flags");
        return this;
    }

    /** Sets which firing this is and how many are folded into it. */
    public SignalRecord occurrence(int occurrence, int missed) {
        occurrences = Integer.toUnsignedLong(occurrence) | ((long) missed << Integer.SIZE);
        return this;
    }

    /** Sets an eight-byte payload, stored little-endian. */
    public SignalRecord payload(long value) {
        payload0 = value;
        payload1 = 0;
        header = withField(header, PAYLOAD_LENGTH_SHIFT, 0xFF, Long.BYTES, "payloadLength");
        return this;
    }

    /** Sets a payload of at most 16 bytes. */
    public SignalRecord payload(byte[] bytes) {
        if (bytes.length > SignalRecordLayout.MAX_PAYLOAD_LENGTH) {
            throw new IllegalArgumentException("payload is longer than "
                    + SignalRecordLayout.MAX_PAYLOAD_LENGTH + " bytes: payloadLength=" + bytes.length);
        }
        payload0 = 0;
        payload1 = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            long bits = (bytes[i] & 0xFFL) << (Byte.SIZE * (i % Long.BYTES));
            if (i < Long.BYTES) {
                payload0 |= bits;
            } else {
                payload1 |= bits;
            }
        }
        header = withField(header, PAYLOAD_LENGTH_SHIFT, 0xFF, bytes.length, "payloadLength");
        return this;
    }

    private static long withField(long word, int shift, int fieldMask, int value, String name) {
        if ((value & ~fieldMask) != 0) {
            throw new IllegalArgumentException(name + " must be 0 to " + fieldMask + ": " + name + "=" + value);
        }
        return (word & ~((long) fieldMask << shift)) | ((long) value << shift);
    }

    /**
     * Copies a slot's fields with plain loads: only between {@code SlotRing.isCommitted} and
     * {@code SlotRing.isStillCommitted}.
     */
    public void copyFrom(SharedRegion region, int slotOffset, long slotSequence) {
        sequence = slotSequence;
        publishedNs = region.getLong(slotOffset + SignalRecordLayout.PUBLISHED_NS);
        deadlineNs = region.getLong(slotOffset + SignalRecordLayout.DEADLINE_NS);
        key = region.getLong(slotOffset + SignalRecordLayout.KEY);
        header = region.getLong(slotOffset + SignalRecordLayout.SIGNAL_ID);
        occurrences = region.getLong(slotOffset + SignalRecordLayout.OCCURRENCE);
        payload0 = region.getLong(slotOffset + SignalRecordLayout.PAYLOAD);
        payload1 = region.getLong(slotOffset + SignalRecordLayout.PAYLOAD + Long.BYTES);
    }

    /** Stores the fields with plain stores: only between {@code SlotRing.beginWrite} and {@code SlotRing.commit}. */
    public void writeTo(SharedRegion region, int slotOffset) {
        region.putLong(slotOffset + SignalRecordLayout.PUBLISHED_NS, publishedNs);
        region.putLong(slotOffset + SignalRecordLayout.DEADLINE_NS, deadlineNs);
        region.putLong(slotOffset + SignalRecordLayout.KEY, key);
        region.putLong(slotOffset + SignalRecordLayout.SIGNAL_ID, header);
        region.putLong(slotOffset + SignalRecordLayout.OCCURRENCE, occurrences);
        region.putLong(slotOffset + SignalRecordLayout.PAYLOAD, payload0);
        region.putLong(slotOffset + SignalRecordLayout.PAYLOAD + Long.BYTES, payload1);
    }

    @Override
    public String toString() {
        return "signal sequence=" + sequence + " signalId=" + signalId() + " key=" + key
                + " deadlineNs=" + deadlineNs + " publishedNs=" + publishedNs + " owner=" + owner()
                + " flags=" + flags() + " occurrence=" + occurrence() + " missed=" + missed()
                + " payload=" + new String(payload(), StandardCharsets.ISO_8859_1);
    }
}
