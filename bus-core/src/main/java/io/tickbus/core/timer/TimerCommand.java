// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.timer;

import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;

/**
 * A command about one timer, as it travels from a client to the daemon: made once and refilled for each.
 *
 * <p>Nothing is checked here but what would not fit; the daemon checks the rest and answers with a reason.
 *
 * <p><b>Threads:</b> one at a time. <b>Progress:</b> allocates nothing.
 */
public final class TimerCommand {
    /** How late a firing may be where nothing else is said: {@value} microseconds. */
    public static final int DEFAULT_GRACE_US = 1_000;

    private static final int TYPE_SHIFT = 32;
    private static final int FLAGS_SHIFT = 40;
    private static final int MISFIRE_SHIFT = 48;
    private static final int PAYLOAD_LENGTH_SHIFT = 56;
    private static final long UINT32 = 0xFFFF_FFFFL;

    private static final int KEY = index(CommandLayout.KEY);
    private static final int DEADLINE_NS = index(CommandLayout.DEADLINE_NS);
    private static final int PERIOD_NS = index(CommandLayout.PERIOD_NS);
    private static final int HEADER = index(CommandLayout.SIGNAL_ID);
    private static final int LIMITS = index(CommandLayout.GRACE_US);
    private static final int PAYLOAD = index(CommandLayout.PAYLOAD);
    private static final int GENERATION = index(CommandLayout.GENERATION);

    /** Where a part of a schedule's text is: all words but the key and the header. */
    private static final int[] TEXT = {DEADLINE_NS, PERIOD_NS, LIMITS, PAYLOAD, GENERATION};

    private final long[] fields = new long[index(CommandLayout.LENGTH)];
    /** Of an arming that {@link #calendar} has started; null otherwise. Not among the fields. */
    private ScheduleDefinition schedule;

    private static int index(int layoutOffset) {
        return (layoutOffset - CommandLayout.KEY) / Long.BYTES;
    }

    /** An empty command. */
    public TimerCommand() {
        // Nothing to set.
    }

    /** The 64-bit words after the stamp, as the ring stores them; not a copy. */
    public long[] fields() {
        return fields;
    }

    /** One of {@code CommandLayout.TYPE_*}. */
    public int type() {
        return (int) (fields[HEADER] >>> TYPE_SHIFT) & 0xFF;
    }

    /** The timer's key. */
    public long key() {
        return fields[KEY];
    }

    /** When it is due first, nanoseconds: CLOCK_REALTIME of a calendar timer, else CLOCK_MONOTONIC. */
    public long deadlineNs() {
        return fields[DEADLINE_NS];
    }

    /** Nanoseconds from one occurrence to the next; 0 for one-shot; below 0, minus the number of its schedule. */
    public long periodNs() {
        return fields[PERIOD_NS];
    }

    /** What the signal will mean. */
    public int signalId() {
        return (int) fields[HEADER];
    }

    /** A set of {@code CommandLayout.FLAG_*} bits. */
    public int flags() {
        return (int) (fields[HEADER] >>> FLAGS_SHIFT) & 0xFF;
    }

    /** Code of the misfire policy or {@code CommandLayout.NUMBERED}, unchecked, with what {@link #notBefore} sets. */
    public int misfireCode() {
        return (int) (fields[HEADER] >>> MISFIRE_SHIFT) & 0xFF;
    }

    /** Valid bytes of the payload, checked or not. */
    public int payloadLength() {
        return (int) (fields[HEADER] >>> PAYLOAD_LENGTH_SHIFT) & 0xFF;
    }

    /** Microseconds a firing may be late before the misfire policy applies, 0 to 2^32 − 1. */
    public long graceUs() {
        return fields[LIMITS] & UINT32;
    }

    /** With FIRE_ALL, the most occurrences to make up for one by one, 0 to 2^32 − 1. */
    public long catchUpCap() {
        return fields[LIMITS] >>> Integer.SIZE;
    }

    /** Whether the command says which occurrence its timer's firing is. */
    public boolean isNumbered() {
        return misfireCode() == CommandLayout.NUMBERED;
    }

    /** The number that the firing of a one-shot timer carries, 0 to 2^32 − 1: 0 unless it is numbered. */
    public long occurrence() {
        return isNumbered() ? catchUpCap() : 0;
    }

    /** The payload's first eight bytes as a little-endian number. */
    public long payloadLow() {
        return fields[PAYLOAD];
    }

    /** The payload's last four bytes as a little-endian number. */
    public int payloadHigh() {
        return (int) fields[GENERATION];
    }

    /** The number that each firing of this arming carries. */
    public int generation() {
        return (int) (fields[GENERATION] >>> Integer.SIZE);
    }

    /**
     * Starts an arming: one-shot, FIRE_ONCE, a grace of {@link #DEFAULT_GRACE_US}, no payload, no generation,
     * cancelled when its client dies.
     */
    public TimerCommand arm(long key, int signalId, long deadlineNs) {
        schedule = null;
        fields[KEY] = key;
        fields[DEADLINE_NS] = deadlineNs;
        fields[PERIOD_NS] = 0;
        fields[HEADER] = Integer.toUnsignedLong(signalId) | ((long) CommandLayout.TYPE_ARM << TYPE_SHIFT);
        fields[LIMITS] = DEFAULT_GRACE_US;
        fields[PAYLOAD] = 0;
        fields[GENERATION] = 0;
        return this;
    }

    /** Makes this a cancellation. */
    public TimerCommand cancel(long key) {
        return reset(CommandLayout.TYPE_CANCEL, key);
    }

    /** Makes this a command of a type other than arm, with a key or a cursor and nothing else. */
    public TimerCommand reset(int type, long key) {
        arm(key, 0, 0);
        fields[HEADER] = (type & 0xFFL) << TYPE_SHIFT;
        fields[LIMITS] = 0;
        return this;
    }

    /** Sets the period in nanoseconds; 0 for one-shot. */
    public TimerCommand periodNs(long periodNs) {
        fields[PERIOD_NS] = periodNs;
        return this;
    }

    /** Sets the flags, 0 to 255. */
    public TimerCommand flags(int flags) {
        return header(FLAGS_SHIFT, flags, "flags");
    }

    /** Sets the misfire policy; {@code cap} applies to FIRE_ALL only. */
    public TimerCommand misfire(MisfirePolicy policy, int cap) {
        return misfire(policy.code(), policy == MisfirePolicy.FIRE_ALL ? cap : 0);
    }

    /** The same, with a code; the cap is the occurrence of {@code CommandLayout.NUMBERED}. */
    TimerCommand misfire(int policyCode, int cap) {
        fields[LIMITS] = (fields[LIMITS] & UINT32) | ((long) cap << Integer.SIZE);
        return header(MISFIRE_SHIFT, policyCode | (misfireCode() & CommandLayout.MISFIRE_NOT_BEFORE), "misfire");
    }

    /**
     * Sets the number of the occurrence that the firing of a one-shot timer carries, which is 0 otherwise: for whoever
     * arms the occurrences of a series one by one. Takes the place of a misfire policy, for which a one-shot timer has
     * no use.
     */
    public TimerCommand occurrence(int occurrence) {
        return misfire(CommandLayout.NUMBERED, occurrence);
    }

    /** Sets how late a firing may be, in microseconds, 0 to 2^32 − 1. */
    public TimerCommand graceUs(long graceUs) {
        if (graceUs < 0 || graceUs > UINT32) {
            throw new IllegalArgumentException("grace must be 0 to 4294967295 microseconds: graceUs=" + graceUs);
        }
        fields[LIMITS] = (fields[LIMITS] & ~UINT32) | graceUs;
        return this;
    }

    /** Sets a payload of at most 12 bytes, given as two little-endian numbers. */
    public TimerCommand payload(long low, int high, int length) {
        if (length < 0 || length > SignalRecordLayout.MAX_PAYLOAD_LENGTH) {
            throw new IllegalArgumentException("payload must have 0 to " + SignalRecordLayout.MAX_PAYLOAD_LENGTH
                    + " bytes: payloadLength=" + length);
        }
        fields[PAYLOAD] = low;
        fields[GENERATION] = (fields[GENERATION] & ~UINT32) | (high & UINT32);
        return header(PAYLOAD_LENGTH_SHIFT, length, "payloadLength");
    }

    /** Sets the number that each firing of this arming carries; {@code TimerClient} does so when it sends it. */
    public TimerCommand generation(int generation) {
        fields[GENERATION] = (fields[GENERATION] & UINT32) | ((long) generation << Integer.SIZE);
        return this;
    }

    /**
     * Sets whether the daemon answers the command only if it refuses it. A command that waits for the disk, or behind
     * one that does, is answered in any case, and so is each that changes a durable timer.
     */
    public TimerCommand quiet(boolean isQuiet) {
        long bit = (long) CommandLayout.FLAG_QUIET << FLAGS_SHIFT;
        fields[HEADER] = isQuiet ? fields[HEADER] | bit : fields[HEADER] & ~bit;
        return this;
    }

    /** Whether the daemon answers the command only if it refuses it. */
    public boolean isQuiet() {
        return (flags() & CommandLayout.FLAG_QUIET) != 0;
    }

    /** Sets what the timer survives. */
    public TimerCommand durability(Durability durability) {
        return flags((flags() & ~Durability.FLAGS) | durability.flags());
    }

    /** What the timer is to survive. */
    public Durability durability() {
        return Durability.ofFlags(flags());
    }

    /**
     * Sets on which hosts of a cluster the timer fires, or of a cancellation, fires no more. It then belongs to the
     * cluster: to all clients of the same name on all its hosts. Its keys are others than those of a host's timers.
     */
    public TimerCommand scope(TimerScope scope) {
        return flags((flags() & ~TimerScope.FLAGS) | scope.flags());
    }

    /** On which hosts of a cluster the timer fires. */
    public TimerScope scope() {
        return TimerScope.ofFlags(flags());
    }

    /**
     * Sets, of a timer with a scope, that it fires when the time has certainly come: later by the most that its host's
     * clock can be wrong. Otherwise it fires when that clock shows the time.
     */
    public TimerCommand notBefore(boolean isNotBefore) {
        int bit = CommandLayout.MISFIRE_NOT_BEFORE;
        return header(MISFIRE_SHIFT, isNotBefore ? misfireCode() | bit : misfireCode() & ~bit, "misfire");
    }

    /** Whether it fires when the time has certainly come. */
    public boolean isNotBefore() {
        return (misfireCode() & CommandLayout.MISFIRE_NOT_BEFORE) != 0;
    }

    /** Makes this a gateway's answer to a command that was forwarded to it. */
    public TimerCommand result(long number, ReplyCode code, ReplyReason reason, int owner, long deadlineNs,
            long detail) {
        reset(CommandLayout.TYPE_RESULT, number).deadlineNs(deadlineNs).periodNs(detail).graceUs(reason.code());
        fields[HEADER] |= code.code();
        return payload(owner, 0, Integer.BYTES);
    }

    /** Sets the type, and nothing else. */
    TimerCommand type(int type) {
        return header(TYPE_SHIFT, type, "type");
    }

    /**
     * Starts the arming of a calendar timer: due when CLOCK_REALTIME shows that time, also after that clock was set.
     *
     * @param realtimeNs nanoseconds since 1970
     */
    public TimerCommand armAt(long key, int signalId, long realtimeNs) {
        return arm(key, signalId, realtimeNs).flags(CommandLayout.FLAG_CALENDAR);
    }

    /**
     * Starts the arming of a timer that is due at the instants of a schedule, by CLOCK_REALTIME as {@link #armAt}: from
     * now on, or from {@link #deadlineNs(long)} on if that is set, when a time that is past makes instants overdue.
     * {@code TimerClient} sends the schedule before the command.
     *
     * @throws IllegalArgumentException if the schedule's text is longer than {@link ScheduleDefinition#MAX_LENGTH}
     */
    public TimerCommand calendar(long key, int signalId, CalendarSchedule newSchedule) {
        return armAt(key, signalId, 0).schedule(newSchedule);
    }

    /** Sets the schedule of the arming of a calendar timer, instead of a period; see {@link #calendar}. */
    public TimerCommand schedule(CalendarSchedule newSchedule) {
        ScheduleDefinition definition = newSchedule.definition();
        if (definition.length() > ScheduleDefinition.MAX_LENGTH) {
            throw new IllegalArgumentException("the text of a schedule has at most " + ScheduleDefinition.MAX_LENGTH
                    + " bytes, fewer excluded dates for instance: length=" + definition.length());
        }
        schedule = definition;
        return periodNs(-definition.id());
    }

    /** The schedule of an arming that {@link #calendar} has started; null otherwise. */
    public ScheduleDefinition schedule() {
        return schedule;
    }

    /** Makes this the command that sends one part of a schedule's text; the parts are sent in order. */
    public TimerCommand define(ScheduleDefinition definition, int part) {
        reset(CommandLayout.TYPE_DEFINE, definition.id());
        int offset = part * CommandLayout.TEXT_LENGTH;
        fields[HEADER] |= offset | ((long) definition.length() << Short.SIZE);
        for (int i = 0; i < TEXT.length; i++) {
            fields[TEXT[i]] = definition.word(offset + i * Long.BYTES);
        }
        return this;
    }

    /** How many parts the text of a schedule has. */
    public static int parts(ScheduleDefinition definition) {
        return (definition.length() + CommandLayout.TEXT_LENGTH - 1) / CommandLayout.TEXT_LENGTH;
    }

    /** Of a part of a schedule's text: where it begins. */
    public int textOffset() {
        return signalId() & 0xFFFF;
    }

    /** Of a part of a schedule's text: the length of the whole text in bytes. */
    public int textLength() {
        return signalId() >>> Short.SIZE;
    }

    /** Of a part of a schedule's text: eight of its bytes, {@code i} from 0 to 4. */
    public long textWord(int i) {
        return fields[TEXT[i]];
    }

    /** Sets when it is due first. */
    public TimerCommand deadlineNs(long deadlineNs) {
        fields[DEADLINE_NS] = deadlineNs;
        return this;
    }

    /** Makes this the same command as another. */
    public TimerCommand copyOf(TimerCommand other) {
        System.arraycopy(other.fields, 0, fields, 0, fields.length);
        schedule = other.schedule;
        return this;
    }

    private TimerCommand header(int shift, int value, String name) {
        if ((value & ~0xFF) != 0) {
            throw new IllegalArgumentException(name + " must be 0 to 255: " + name + "=" + value);
        }
        fields[HEADER] = (fields[HEADER] & ~(0xFFL << shift)) | ((long) value << shift);
        return this;
    }

    @Override
    public String toString() {
        return "command type=" + type() + " key=" + key() + " signalId=" + signalId() + " deadlineNs=" + deadlineNs()
                + " periodNs=" + periodNs() + " flags=" + flags() + " misfire=" + misfireCode() + " graceUs="
                + graceUs() + (isNumbered() ? " occurrence=" : " catchUpCap=") + catchUpCap() + " payloadLength="
                + payloadLength() + " generation=" + generation();
    }
}
