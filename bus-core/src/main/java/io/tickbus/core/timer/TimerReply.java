// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.timer;

import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.ReplyLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The daemon's answer to one command, reused from answer to answer: a handler must copy what it keeps.
 *
 * <p><b>Threads:</b> one at a time. <b>Progress:</b> allocates nothing.
 */
public final class TimerReply {
    private static final int REASON_SHIFT = 8;
    private static final int OWNER_SHIFT = 16;
    private static final int FLAGS_SHIFT = 40;
    private static final int MISFIRE_SHIFT = 48;
    private static final int LENGTH_SHIFT = 56;
    private static final int BYTE = 0xFF;
    private static final long UINT32 = 0xFFFF_FFFFL;

    private static final int COMMAND_SEQUENCE = index(ReplyLayout.COMMAND_SEQUENCE);
    private static final int KEY = index(ReplyLayout.KEY);
    private static final int DEADLINE_NS = index(ReplyLayout.DEADLINE_NS);
    private static final int SIGNAL_SEQUENCE = index(ReplyLayout.SIGNAL_SEQUENCE);
    private static final int HEADER = index(ReplyLayout.CODE);
    private static final int PERIOD_NS = index(ReplyLayout.PERIOD_NS);
    private static final int DETAIL = index(ReplyLayout.DETAIL);

    private static final int[] NAME = {KEY, DEADLINE_NS, SIGNAL_SEQUENCE, PERIOD_NS};
    private static final int HALF_NAME = NAME.length * Long.BYTES;
    /** Where a part of a schedule's text is. */
    private static final int[] TEXT = {DEADLINE_NS, SIGNAL_SEQUENCE, PERIOD_NS, DETAIL};

    private final long[] fields = new long[index(ReplyLayout.LENGTH)];

    private static int index(int layoutOffset) {
        return (layoutOffset - ReplyLayout.COMMAND_SEQUENCE) / Long.BYTES;
    }

    /** A reply of zeros, which is none. */
    public TimerReply() {
        // Nothing to set.
    }

    /** The 64-bit words after the stamp, as the ring stores them; not a copy. */
    public long[] fields() {
        return fields;
    }

    /** What became of the command; null where the number means nothing. */
    public ReplyCode code() {
        return ReplyCode.of((int) fields[HEADER] & 0xFF);
    }

    /** Why, where the code needs a reason. */
    public ReplyReason reason() {
        return ReplyReason.of((int) (fields[HEADER] >>> REASON_SHIFT) & 0xFF);
    }

    /** Which command it answers, by its sequence in the client's ring. */
    public long commandSequence() {
        return fields[COMMAND_SEQUENCE];
    }

    /** The timer's key. */
    public long key() {
        return fields[KEY];
    }

    /** When the timer is due next, CLOCK_MONOTONIC nanoseconds. */
    public long deadlineNs() {
        return fields[DEADLINE_NS];
    }

    /**
     * The first signal that can belong to this arming; for ALREADY_FIRED, the firing's own; for LISTED, how many late
     * occurrences will yet be fired one by one, or were skipped since the last firing.
     */
    public long signalSequence() {
        return fields[SIGNAL_SEQUENCE];
    }

    /** The owner's number, 0 to 65,535. */
    public int owner() {
        return (int) (fields[HEADER] >>> OWNER_SHIFT) & 0xFFFF;
    }

    /** What the timer's signal means. */
    public int signalId() {
        return (int) (fields[HEADER] >>> Integer.SIZE);
    }

    /** The timer's period in nanoseconds; 0 for once; below 0, minus the number of its schedule. */
    public long periodNs() {
        return fields[PERIOD_NS];
    }

    /**
     * LISTED: the next occurrence, negative while paused; LIST_END: the cursor to continue from, 0 at the end. Of a
     * timer with a scope: ARMED: nanoseconds from when the last of the hosts knows of it to the deadline, negative if
     * that is too late; CANCELLED: 0 if it is certain that no host fires it any more, else how many may have fired it
     * since, −1 for any number.
     */
    public long detail() {
        return fields[DETAIL];
    }

    /** Starts an answer. */
    public TimerReply answer(ReplyCode code, ReplyReason reason, long key) {
        Arrays.fill(fields, 0);
        fields[KEY] = key;
        fields[HEADER] = code.code() | ((long) reason.code() << REASON_SHIFT);
        return this;
    }

    /** Sets which command it answers. */
    public TimerReply commandSequence(long commandSequence) {
        fields[COMMAND_SEQUENCE] = commandSequence;
        return this;
    }

    /** Sets when the timer is due next. */
    public TimerReply deadlineNs(long deadlineNs) {
        fields[DEADLINE_NS] = deadlineNs;
        return this;
    }

    /** Sets the first signal that can belong to this arming, or the firing. */
    public TimerReply signalSequence(long signalSequence) {
        fields[SIGNAL_SEQUENCE] = signalSequence;
        return this;
    }

    /** Sets whose timer it is, 0 to 65,535, and what its signal means. */
    public TimerReply timer(int owner, int signalId, long periodNs) {
        fields[HEADER] = (fields[HEADER] & 0xFFFFL) | ((owner & 0xFFFFL) << OWNER_SHIFT)
                | ((long) signalId << Integer.SIZE);
        fields[PERIOD_NS] = periodNs;
        return this;
    }

    /** Of LISTED_REST: sets whose timer it is, and everything of its arming that LISTED has not. */
    public TimerReply arming(int owner, TimerCommand arming) {
        timer(owner, arming.generation(), arming.payloadLow());
        fields[SIGNAL_SEQUENCE] = arming.graceUs() | (arming.catchUpCap() << Integer.SIZE);
        fields[DETAIL] = (arming.payloadHigh() & UINT32) | ((long) arming.flags() << FLAGS_SHIFT)
                | ((long) arming.misfireCode() << MISFIRE_SHIFT) | ((long) arming.payloadLength() << LENGTH_SHIFT);
        return this;
    }

    /** Of LISTED_REST: adds to an arming what {@link #arming} has set. */
    public TimerCommand copyTo(TimerCommand arming) {
        long detail = fields[DETAIL];
        return arming.graceUs(fields[SIGNAL_SEQUENCE] & UINT32)
                .misfire((int) (detail >>> MISFIRE_SHIFT) & BYTE, (int) (fields[SIGNAL_SEQUENCE] >>> Integer.SIZE))
                .flags((int) (detail >>> FLAGS_SHIFT) & BYTE)
                .payload(fields[PERIOD_NS], (int) detail, (int) (detail >>> LENGTH_SHIFT) & BYTE)
                .generation(signalId());
    }

    /** Starts the first of two replies that hand a command to a gateway; {@link #forwardedRest} is the second. */
    public TimerReply forwarded(long series, long number, int owner, TimerCommand command) {
        return answer(ReplyCode.FORWARDED, ReplyReason.NONE, command.key()).deadlineNs(command.deadlineNs())
                .timer(owner, command.signalId(), command.periodNs()).signalSequence(number).detail(series);
    }

    /** Starts the second. */
    public TimerReply forwardedRest(long numberInSeries, int owner, TimerCommand command) {
        answer(ReplyCode.FORWARDED_REST, ReplyReason.NONE, command.key()).arming(owner, command);
        fields[DETAIL] |= (long) command.type() << Integer.SIZE;
        return deadlineNs(numberInSeries);
    }

    /** Of FORWARDED: copies the command as far as it is there; {@link #copyRestTo} adds what remains. */
    public TimerCommand copyForwardedTo(TimerCommand command) {
        return command.arm(key(), signalId(), deadlineNs()).periodNs(periodNs());
    }

    /** Of FORWARDED_REST: adds to a command what {@link #forwardedRest} has set. */
    public TimerCommand copyRestTo(TimerCommand command) {
        return copyTo(command).type((int) (fields[DETAIL] >>> Integer.SIZE) & BYTE);
    }

    /** Starts one half of an owner's name, of 64 characters at most; part 0 or 1. */
    public TimerReply forwardedName(int owner, int part, String name) {
        answer(ReplyCode.FORWARDED_NAME, ReplyReason.NONE, 0).timer(owner, part, 0);
        for (int i = part * HALF_NAME; i < Math.min(name.length(), (part + 1) * HALF_NAME); i++) {
            fields[NAME[i % HALF_NAME / Long.BYTES]] |= (long) (name.charAt(i) & BYTE) << (i % Long.BYTES * Byte.SIZE);
        }
        return this;
    }

    /** Of FORWARDED_NAME: the half of the name. */
    public String namePart() {
        StringBuilder text = new StringBuilder(HALF_NAME);
        for (int i = 0; i < HALF_NAME; i++) {
            int character = (int) (fields[NAME[i / Long.BYTES]] >>> (i % Long.BYTES * Byte.SIZE)) & BYTE;
            if (character != 0) {
                text.append((char) character);
            }
        }
        return text.toString();
    }

    /** Of LISTED_TEXT: sets the part of a text that begins at {@code offset}. */
    public TimerReply text(ScheduleDefinition definition, int offset) {
        for (int i = 0; i < TEXT.length; i++) {
            fields[TEXT[i]] = definition.word(offset + i * Long.BYTES);
        }
        return this;
    }

    /** Of LISTED_TEXT: its part of the text; zeros follow the end of the text. */
    public byte[] text() {
        ByteBuffer bytes = ByteBuffer.allocate(ReplyLayout.TEXT_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : TEXT) {
            bytes.putLong(fields[word]);
        }
        return bytes.array();
    }

    /** Sets the detail. */
    public TimerReply detail(long detail) {
        fields[DETAIL] = detail;
        return this;
    }

    @Override
    public String toString() {
        return "reply code=" + code() + " reason=" + reason() + " commandSequence=" + commandSequence() + " key="
                + key() + " deadlineNs=" + deadlineNs() + " signalSequence=" + signalSequence() + " owner=" + owner()
                + " signalId=" + signalId() + " periodNs=" + periodNs() + " detail=" + detail();
    }
}
