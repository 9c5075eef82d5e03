// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/**
 * A client's command, one 64-byte slot of its command ring, little-endian.
 *
 * <pre>
 *   0        4        8                 16                24                32
 *  +-----------------+-----------------+-----------------+-----------------+
 *  | stamp           | key             | deadlineNs      | periodNs        |
 *  +--------+-+-+-+--+--------+--------+-----------------+-----------------+
 *  |signalId|t|f|m|pl| graceUs| cap    | payload, 12 bytes        | gener. |
 *  +--------+-+-+-+--+--------+--------+--------------------------+--------+
 *  32      36 37 38 39 40     44       48                         60       64
 * </pre>
 *
 * <p>{@link #TYPE_DEFINE} has a part of the text of a schedule, 40 bytes, and zeros beyond the end of the text:
 *
 * <pre>
 *   0        8                 16                                  32       36       40                           64
 *  +--------+-----------------+-----------------------------------+----+---+--------+----------------------------+
 *  | stamp  | number          | bytes 0 to 15 of the part         |off.|len| t, f   | bytes 16 to 39 of the part |
 *  +--------+-----------------+-----------------------------------+----+---+--------+----------------------------+
 * </pre>
 *
 * <p>Writer of every field: the client. Ordering: {@code stamp} as {@link io.tickbus.core.internal.memory.SlotRing}
 * says, all
 * others plain between its two stamps. The daemon believes none of them before it has checked it.
 */
public final class CommandLayout {
    /** Bytes per command. */
    public static final int LENGTH = 64;

    /** int64: as in every ring. */
    public static final int STAMP = 0;
    /**
     * int64: the timer's key, any number of the client's choice; for {@link #TYPE_LIST} the cursor to continue from.
     */
    public static final int KEY = STAMP + Long.BYTES;
    /** int64: when it is due first, CLOCK_MONOTONIC nanoseconds; the anchor of a periodic timer. */
    public static final int DEADLINE_NS = KEY + Long.BYTES;
    /**
     * int64: nanoseconds from one occurrence to the next; 0 for a timer that fires once; below 0, minus the number of
     * the schedule that says when a calendar timer is due, from {@link #DEADLINE_NS} on, or from now on if that is 0.
     */
    public static final int PERIOD_NS = DEADLINE_NS + Long.BYTES;
    /** int32: what the signal will mean. */
    public static final int SIGNAL_ID = PERIOD_NS + Long.BYTES;
    /** uint8: one of {@code TYPE_*}. */
    public static final int TYPE = SIGNAL_ID + Integer.BYTES;
    /** uint8: a set of {@code FLAG_*} bits. */
    public static final int FLAGS = TYPE + 1;
    /**
     * uint8: code of the misfire policy, {@link io.tickbus.core.timer.MisfirePolicy#code()}; or {@link #NUMBERED}, of a
     * one-shot timer, which has none. With a scope and {@link #MISFIRE_NOT_BEFORE} the timer fires when the time has
     * certainly come.
     */
    public static final int MISFIRE = FLAGS + 1;
    /** uint8: valid bytes of the payload, 0 to 12. */
    public static final int PAYLOAD_LENGTH = MISFIRE + 1;
    /** uint32: microseconds a firing may be late before the misfire policy applies. */
    public static final int GRACE_US = PAYLOAD_LENGTH + 1;
    /** uint32: with FIRE_ALL, the most occurrences to make up for one by one. */
    public static final int CATCH_UP_CAP = GRACE_US + Integer.BYTES;
    /** uint32: with {@link #NUMBERED}, which has no cap, the occurrence that the timer's signal carries. */
    public static final int OCCURRENCE = CATCH_UP_CAP;
    /** 12 bytes: the payload that each firing carries. */
    public static final int PAYLOAD = CATCH_UP_CAP + Integer.BYTES;
    /** int32: with {@link #TYPE_ARM} a number of the client's choice, which each firing of this arming carries. */
    public static final int GENERATION = PAYLOAD + SignalRecordLayout.MAX_PAYLOAD_LENGTH;

    /** In place of a misfire policy: the timer is one-shot, and {@link #OCCURRENCE} is the number of its firing. */
    public static final int NUMBERED = 3;

    /** Arms or re-arms a timer. */
    public static final int TYPE_ARM = 1;
    /** Cancels a timer. */
    public static final int TYPE_CANCEL = 2;
    /** Pauses a timer. */
    public static final int TYPE_PAUSE = 3;
    /** Resumes a paused timer. */
    public static final int TYPE_RESUME = 4;
    /** Asks for the next page of timers, by the cursor in {@link #KEY}; 0 for the first. */
    public static final int TYPE_LIST = 5;

    /**
     * The client is the gateway to a cluster: from now on it is handed the commands that have a scope. {@link #KEY} is
     * {@link #GATEWAY_KEY}, since whoever becomes one by mistake keeps those commands from being carried out.
     */
    public static final int TYPE_GATEWAY = 6;
    /** Read as text: {@code TICKGATE}. */
    public static final long GATEWAY_KEY = 0x4554_4147_4B43_4954L;
    /**
     * The gateway's answer to the command whose number is {@link #KEY}: the reply's deadline and detail are in {@link
     * #DEADLINE_NS} and {@link #PERIOD_NS}, its code in {@link #SIGNAL_ID}, its reason in {@link #GRACE_US} and its
     * owner in {@link #PAYLOAD}. With the code SUBMITTED: all commands up to that number have arrived.
     */
    public static final int TYPE_RESULT = 7;

    /**
     * Defines a schedule: {@link #KEY} is its number, {@code ScheduleDefinition.id()}, {@link #SIGNAL_ID} two uint16,
     * where this part of its text begins and how long the text is. The parts come in order, before the armings that
     * need them. Never answered: an arming with a schedule that is not usable is refused.
     */
    public static final int TYPE_DEFINE = 8;
    /** Asks for the text of the schedule whose number is in {@link #KEY}. */
    public static final int TYPE_DESCRIBE = 9;

    /** Bytes of text in a {@link #TYPE_DEFINE}. */
    public static final int TEXT_LENGTH = 40;

    /** The timer stays armed when its client is gone. */
    public static final int FLAG_KEEP_ON_DEATH = 0x01;
    /**
     * {@link #TYPE_LIST}: the timers of every owner and not only the client's. {@link #TYPE_CANCEL}: for the owner
     * whose number is in the first eight bytes of the payload.
     */
    public static final int FLAG_ALL_OWNERS = 0x02;
    /** {@link #TYPE_ARM}: the timer survives the death of the daemon, {@code Durability.PROCESS}. */
    public static final int FLAG_PROCESS = 0x04;
    /** {@link #TYPE_ARM}: the timer survives the host's loss of power, {@code Durability.DISK}. */
    public static final int FLAG_DISK = 0x08;
    /** {@link #TYPE_ARM}: {@link #DEADLINE_NS} is CLOCK_REALTIME nanoseconds and follows that clock when it is set. */
    public static final int FLAG_CALENDAR = 0x10;
    /** Any type but {@link #TYPE_LIST}: answered only if it is refused, or had to wait for the disk. */
    public static final int FLAG_QUIET = 0x20;
    /** {@link #TYPE_ARM}, {@link #TYPE_CANCEL}: a timer of the cluster that fires on each of its hosts. */
    public static final int FLAG_EVERYWHERE = 0x40;
    /** The same, of one that fires on one host. */
    public static final int FLAG_ONCE = 0x80;
    /** In {@link #MISFIRE}: the timer of a cluster fires when the time has certainly come. */
    public static final int MISFIRE_NOT_BEFORE = 0x80;

    private CommandLayout() {
    }

    /** Whether several replies answer a command of this type, and are as much work as many commands. */
    public static boolean isList(int type) {
        return type == TYPE_LIST || type == TYPE_DESCRIBE;
    }
}
