// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.plan;

import io.tickbus.core.SignalRecord;

/**
 * What the signal of a timer of all hosts says besides the usual. Key, signal id, generation and occurrence are those
 * of the intent; the twelve bytes of payload are:
 *
 * <pre>
 *   0              4              8        10     11     12
 *  +--------------+--------------+--------+------+------+
 *  | user payload | term         | bound  | rank | flags|
 *  +--------------+--------------+--------+------+------+
 * </pre>
 *
 * <p>Two firings of the same owner, key, generation and occurrence are the same firing on two hosts. Where both act on
 * one resource, let the resource take the one with the higher {@code term}, or the first.
 *
 * @param userPayload the four bytes of the intent
 * @param term        leadership term of the log when the host decided to fire
 * @param boundUs     error bound of the host's clock in microseconds: 65,534 for that and more, 65,535 for unknown
 * @param rank        0 for the host whose turn it was, k for its k-th standby, up to 255
 * @param flags       a set of the constants of this class
 */
public record ClusterFiring(int userPayload, int term, int boundUs, int rank, int flags) {
    /** The arming came so late that the firing is late. */
    public static final int ARMED_LATE = 0x01;
    /** Another host may have fired the same occurrence, or this host before it was restarted. */
    public static final int MAYBE_DUPLICATE = 0x02;
    /** Fires when the time has certainly come. */
    public static final int NOT_BEFORE = 0x04;
    /** Nothing is known of the error of the host's clock. */
    public static final int BOUND_UNKNOWN = 0x08;
    /** Stands for later occurrences too, up to the one before the next that fires. */
    public static final int COALESCED = 0x10;
    /** The host was away at the deadline. */
    public static final int CAUGHT_UP = 0x20;
    /** One host fires, and not each. */
    public static final int ONCE = 0x40;
    /** Value of the bound where it is unknown. */
    public static final int BOUND_UNKNOWN_US = 0xFFFF;

    /** Bytes of the payload. */
    public static final int LENGTH = 12;
    private static final int MASK_16 = 0xFFFF;
    private static final int MASK_8 = 0xFF;

    /** Reads the payload of a signal; null if it has another length, and so is not of a timer of all hosts. */
    public static ClusterFiring of(SignalRecord signal) {
        if (signal.payloadLength() != LENGTH) {
            return null;
        }
        byte[] bytes = signal.payload();
        int high = (bytes[8] & MASK_8) | ((bytes[9] & MASK_8) << 8);
        return new ClusterFiring((int) signal.payloadLong(), (int) (signal.payloadLong() >>> Integer.SIZE), high,
                bytes[10] & MASK_8, bytes[11] & MASK_8);
    }

    /** The first eight bytes of a firing's payload. */
    public static long payloadLow(Firing firing) {
        return Integer.toUnsignedLong(firing.intent().spec().payload()) | ((long) firing.term() << Integer.SIZE);
    }

    /** The last four bytes of a firing's payload. */
    public static int payloadHigh(Firing firing) {
        int flags = firing.flags() | (firing.intent().spec().isOnce() ? ONCE : 0);
        return (firing.boundUs() & MASK_16) | (Math.min(firing.rank(), MASK_8) << Short.SIZE) | (flags << 24);
    }

    /** Whether the same occurrence may have fired elsewhere too. */
    public boolean isMaybeDuplicate() {
        return (flags & MAYBE_DUPLICATE) != 0;
    }
}
