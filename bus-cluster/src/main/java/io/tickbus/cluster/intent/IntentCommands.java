// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

import io.tickbus.core.timer.MisfirePolicy;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The commands of the log, little-endian, one after the other in a message. Each begins with its type, an int8. Each
 * method that writes one returns its length.
 *
 * <pre>
 *  ARM     0 type | 1 flags | 2 policy | 3 payloadLength | 4 owner | 8 key | 16 generation | 20 signalId
 *          24 firstUtcNs | 32 periodNs | 40 count | 48 graceUs | 52 standbyUs | 56 payload              60 bytes
 *  CANCEL  0 type | 4 owner | 8 key | 16 generation, 0 for any                                          20 bytes
 *  FIRED   0 type | 4 owner | 8 key | 16 generation | 20 host | 24 first | 32 last | 40 term           44 bytes
 *  OWNER   0 type | 1 name length | 2 name
 *  JOIN    0 type | 1 name length | 2 name | then int64: epoch, 1 of a follower or 0
 *  STATE   0 type | 4 host | 8 epoch | 16 appliedPosition | 24 boundNs | 32 lagNs                       40 bytes
 *  LEAVE   0 type | 4 host | 8 epoch                                                                    16 bytes
 *  CLIENT  0 type | 8 client | 16 number of the client's message, from 1                                24 bytes
 * </pre>
 */
public final class IntentCommands {
    /** Arms or re-arms. */
    public static final byte ARM = 1;
    /** Cancels. */
    public static final byte CANCEL = 2;
    /** A host fired. */
    public static final byte FIRED = 3;
    /** Gives an owner a number. */
    public static final byte OWNER = 4;
    /** A host joins, or comes back. */
    public static final byte JOIN = 5;
    /** A host's state: it lives. */
    public static final byte STATE = 6;
    /** A host leaves. */
    public static final byte LEAVE = 7;
    /** Begins a message that may come again: it counts once, and after the one before it. */
    public static final byte CLIENT = 8;

    /** Bytes of an arming. */
    public static final int ARM_LENGTH = 60;
    /** Bytes of a cancellation. */
    public static final int CANCEL_LENGTH = 20;
    /** Bytes of what begins a client's message. */
    public static final int CLIENT_LENGTH = 24;
    /** The longest name, in bytes. */
    public static final int MAX_NAME_LENGTH = 64;
    /** The longest name of an owner: at a daemon it has a prefix. */
    public static final int MAX_OWNER_LENGTH = 56;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

    private static final int OWNER_AT = 4;
    private static final int KEY_AT = 8;
    private static final int GENERATION_AT = 16;
    private static final int SIGNAL_ID_AT = 20;
    private static final int FIRST_AT = 24;
    private static final int PERIOD_AT = 32;
    private static final int COUNT_AT = 40;
    private static final int GRACE_AT = 48;
    private static final int STANDBY_AT = 52;
    private static final int PAYLOAD_AT = 56;
    private static final int FIRED_LENGTH = 44;
    private static final int JOIN_LONGS = 2;
    private static final int STATE_LENGTH = 40;
    private static final int LEAVE_LENGTH = 16;
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    private IntentCommands() {
    }

    /** Writes an arming. */
    public static int arm(MutableDirectBuffer to, int at, int owner, IntentSpec spec) {
        to.putByte(at, ARM);
        to.putByte(at + 1, (byte) spec.flags());
        to.putByte(at + 2, (byte) spec.policy().code());
        to.putByte(at + 3, (byte) spec.payloadLength());
        to.putInt(at + OWNER_AT, owner, LITTLE);
        to.putLong(at + KEY_AT, spec.key(), LITTLE);
        to.putInt(at + GENERATION_AT, spec.generation(), LITTLE);
        to.putInt(at + SIGNAL_ID_AT, spec.signalId(), LITTLE);
        to.putLong(at + FIRST_AT, spec.firstUtcNs(), LITTLE);
        to.putLong(at + PERIOD_AT, spec.periodNs(), LITTLE);
        to.putLong(at + COUNT_AT, spec.count(), LITTLE);
        to.putInt(at + GRACE_AT, spec.graceUs(), LITTLE);
        to.putInt(at + STANDBY_AT, spec.standbyUs(), LITTLE);
        to.putInt(at + PAYLOAD_AT, spec.payload(), LITTLE);
        return ARM_LENGTH;
    }

    /** Writes a cancellation of an arming; generation 0 means whichever it is. */
    public static int cancel(MutableDirectBuffer to, int at, int owner, long key, int generation) {
        timer(to, at, CANCEL, owner, key, generation);
        return CANCEL_LENGTH;
    }

    /** Writes that a host fired a range of occurrences as one. */
    public static int fired(MutableDirectBuffer to, int at, int host, Intent intent, long first, long last,
            int term) {
        timer(to, at, FIRED, intent.owner(), intent.spec().key(), intent.spec().generation());
        to.putInt(at + 20, host, LITTLE);
        to.putLong(at + 24, first, LITTLE);
        to.putLong(at + 32, last, LITTLE);
        to.putInt(at + 40, term, LITTLE);
        return FIRED_LENGTH;
    }

    /** Writes that an owner is to have a number. */
    public static int owner(MutableDirectBuffer to, int at, String name) {
        return name(to, at, OWNER, name);
    }

    /** Writes that a member's host joins. */
    public static int join(MutableDirectBuffer to, int at, String name, long epoch) {
        return join(to, at, name, epoch, false);
    }

    /** Writes that a host joins. */
    public static int join(MutableDirectBuffer to, int at, String name, long epoch, boolean isFollower) {
        int length = name(to, at, JOIN, name);
        to.putLong(at + length, epoch, LITTLE);
        to.putLong(at + length + Long.BYTES, isFollower ? 1 : 0, LITTLE);
        return length + JOIN_LONGS * Long.BYTES;
    }

    /** Writes a host's state; boundNs -1 if it is unknown. */
    public static int state(MutableDirectBuffer to, int at, int host, long epoch, long appliedPosition, long boundNs,
            long lagNs) {
        host(to, at, STATE, host, epoch);
        to.putLong(at + 16, appliedPosition, LITTLE);
        to.putLong(at + 24, boundNs, LITTLE);
        to.putLong(at + 32, lagNs, LITTLE);
        return STATE_LENGTH;
    }

    /** Writes that a host leaves. */
    public static int leave(MutableDirectBuffer to, int at, int host, long epoch) {
        host(to, at, LEAVE, host, epoch);
        return LEAVE_LENGTH;
    }

    /** Writes whose message follows. */
    public static int client(MutableDirectBuffer to, int at, long client, long number) {
        to.putLong(at, CLIENT, LITTLE);
        to.putLong(at + 8, client, LITTLE);
        to.putLong(at + 16, number, LITTLE);
        return CLIENT_LENGTH;
    }

    /** Whether an owner, or with {@link #MAX_NAME_LENGTH} a host, may have that name. */
    public static boolean isName(String name, int longest) {
        return name.length() <= longest && NAME.matcher(name).matches();
    }

    /** Checks the name of a host. */
    public static void requireHostName(String name) {
        if (!isName(name, MAX_NAME_LENGTH)) {
            throw new IllegalArgumentException("a host has 1 to " + MAX_NAME_LENGTH + " letters, digits, '.', '_' or "
                    + "'-' as its name, and begins with none of '.' and '-': name=" + name);
        }
    }

    private static void timer(MutableDirectBuffer to, int at, byte type, int owner, long key, int generation) {
        to.putInt(at, type, LITTLE);
        to.putInt(at + OWNER_AT, owner, LITTLE);
        to.putLong(at + KEY_AT, key, LITTLE);
        to.putInt(at + GENERATION_AT, generation, LITTLE);
    }

    private static void host(MutableDirectBuffer to, int at, byte type, int host, long epoch) {
        to.putInt(at, type, LITTLE);
        to.putInt(at + OWNER_AT, host, LITTLE);
        to.putLong(at + KEY_AT, epoch, LITTLE);
    }

    static int name(MutableDirectBuffer to, int at, byte type, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("a name has 1 to " + MAX_NAME_LENGTH + " bytes: name=" + name);
        }
        to.putByte(at, type);
        to.putByte(at + 1, (byte) bytes.length);
        to.putBytes(at + 2, bytes);
        return 2 + bytes.length;
    }

    /** Length of the command at a place, or -1 if what is there is none or incomplete. */
    static int length(DirectBuffer from, int at, int available) {
        if (available < 2) {
            return -1;
        }
        int nameEnd = 2 + (from.getByte(at + 1) & 0xFF);
        int length = switch (from.getByte(at)) {
            case ARM -> ARM_LENGTH;
            case CANCEL -> CANCEL_LENGTH;
            case FIRED -> FIRED_LENGTH;
            case OWNER -> nameEnd;
            case JOIN -> nameEnd + JOIN_LONGS * Long.BYTES;
            case STATE -> STATE_LENGTH;
            case LEAVE -> LEAVE_LENGTH;
            case CLIENT -> CLIENT_LENGTH;
            default -> -1;
        };
        return length <= available ? length : -1;
    }

    static int ownerOrHost(DirectBuffer from, int at) {
        return from.getInt(at + OWNER_AT, LITTLE);
    }

    static long keyOrEpoch(DirectBuffer from, int at) {
        return from.getLong(at + KEY_AT, LITTLE);
    }

    static int generation(DirectBuffer from, int at) {
        return from.getInt(at + GENERATION_AT, LITTLE);
    }

    static int intAt(DirectBuffer from, int at) {
        return from.getInt(at, LITTLE);
    }

    static long longAt(DirectBuffer from, int at) {
        return from.getLong(at, LITTLE);
    }

    static String name(DirectBuffer from, int at) {
        byte[] bytes = new byte[from.getByte(at + 1) & 0xFF];
        from.getBytes(at + 2, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static IntentSpec spec(DirectBuffer from, int at) {
        return new IntentSpec(from.getLong(at + KEY_AT, LITTLE), from.getInt(at + GENERATION_AT, LITTLE),
                from.getInt(at + SIGNAL_ID_AT, LITTLE), from.getLong(at + FIRST_AT, LITTLE),
                from.getLong(at + PERIOD_AT, LITTLE), from.getLong(at + COUNT_AT, LITTLE),
                from.getByte(at + 1) & 0xFF, MisfirePolicy.of(from.getByte(at + 2)),
                from.getInt(at + GRACE_AT, LITTLE), from.getInt(at + STANDBY_AT, LITTLE),
                from.getInt(at + PAYLOAD_AT, LITTLE), from.getByte(at + 3) & 0xFF);
    }
}
