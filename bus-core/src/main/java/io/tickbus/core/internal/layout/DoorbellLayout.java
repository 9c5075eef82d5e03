// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/**
 * The {@code doorbell} file: the only memory that several processes write, all of one user. Nothing is trusted from
 * it, and every wait on it is bounded: whatever is stored here costs at most a needless system call or a wait to its
 * bound.
 *
 * <pre>
 *    0  daemonWord         int32  futex word the daemon sleeps on; raised by a client that armed an earlier deadline
 *  128  subscribersParked  int32  1: somebody may sleep on the signals file's wakeWord; 0: nobody does
 *  132  reserved, zero, to the end of the page
 * </pre>
 */
public final class DoorbellLayout {
    /** Bytes of the file: one page. */
    public static final int LENGTH = 4096;
    private static final int LINE_PAIR = 128;

    /** int32, release by whoever rings, acquire by the daemon. */
    public static final int DAEMON_WORD = 0;
    /**
     * int32, ordered by full fences: set by a subscriber that is about to sleep, cleared by the publisher as it wakes.
     */
    public static final int SUBSCRIBERS_PARKED = DAEMON_WORD + LINE_PAIR;

    private DoorbellLayout() {
    }
}
