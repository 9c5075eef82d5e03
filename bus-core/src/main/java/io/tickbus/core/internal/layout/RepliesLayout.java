// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/**
 * The {@code replies} file: a page of header, a table of sessions, then one ring of replies per session. Little-endian.
 * Written by the daemon only, recreated by each daemon, mapped read-only by clients.
 *
 * <pre>
 *  offset
 *     0  identity of the file   written once, at creation                              (line 0)
 *    64  identity of the bus    written once, at creation                              (line 1)
 *   256  sleepingUntilNs        written when the daemon goes to sleep and when it wakes (alone on 128 bytes)
 *  4096  session 0, 1, …        256 bytes each
 *  4096 + 256 S                 reply ring of session 0, of session 1, …  {@link ReplyLayout}
 * </pre>
 *
 * <p>A session, whose number is its place in the table:
 *
 * <pre>
 *    0  uuid             16 bytes  as in the client's HELLO
 *   16  owner            int32     number of the owner of its timers, as in its signals
 *   20  reason           int32     why it was evicted, {@link io.tickbus.core.timer.ReplyReason#code()}
 *   24  state            int32     one of {@code STATE_*}
 *   28  commandSlots     int32     slots of its command ring; 0: its commands come over the socket
 *   32  pid              int64     as the client said; diagnostic only
 *   40  user             uint32    its user's number, as the kernel said
 *   48  name             64 bytes  the owner's name, ASCII, padded with zeros; all zero: none
 *  128  consumed         int64     the next command to be carried out: the replies to those before it are written
 *  136  pendingTimers    int64     timers of its owner, as of the last command or firing
 *  144  nextReply        int64     the next reply to be written
 *  152  unanswered       int64     commands that wait for an answer, as of the daemon's last heartbeat
 * </pre>
 */
public final class RepliesLayout {
    /** Version of everything in this file. */
    public static final int VERSION = 3;
    /** The ASCII bytes {@code TICKREP1}, read as a little-endian int64. */
    public static final long MAGIC_VALUE = 0x3150_4552_4B43_4954L;
    /** Bytes before the table of sessions: one page. */
    public static final int HEADER_LENGTH = 4096;
    private static final int LINE = 64;

    /** int32: sessions, 1 to {@link #MAX_SESSION_COUNT}. */
    public static final int SESSION_COUNT = FileHeaderLayout.END;

    /** int64: history of the bus, {@link SignalsLayout#HISTORY_ID}. */
    public static final int HISTORY_ID = LINE;
    /** int64: the daemon's epoch, {@link SignalsLayout#EPOCH}. */
    public static final int EPOCH = HISTORY_ID + Long.BYTES;

    /**
     * int64, opaque between full fences: until when the daemon sleeps unless the doorbell rings, CLOCK_MONOTONIC
     * nanoseconds; {@link #AWAKE} while it polls the rings itself.
     */
    public static final int SLEEPING_UNTIL_NS = 4 * LINE;
    /** Value of {@link #SLEEPING_UNTIL_NS} while no client needs to ring. */
    public static final long AWAKE = Long.MIN_VALUE;

    /** The most sessions. */
    public static final int MAX_SESSION_COUNT = 4096;
    /** Bytes per session of the table. */
    public static final int SESSION_LENGTH = 256;
    /** Within a session, 16 bytes: UUID of its client. */
    public static final int SESSION_UUID = 0;
    /** Within a session, int32: number of the owner of its timers. */
    public static final int SESSION_OWNER = SESSION_UUID + 2 * Long.BYTES;
    /** Within a session, int32: why it was evicted. */
    public static final int SESSION_REASON = SESSION_OWNER + Integer.BYTES;
    /** Within a session, int32, release after the rest: one of {@code STATE_*}. */
    public static final int SESSION_STATE = SESSION_REASON + Integer.BYTES;
    /** Within a session, int32: slots of the client's command ring; 0 for one whose commands come over the socket. */
    public static final int SESSION_COMMAND_SLOTS = SESSION_STATE + Integer.BYTES;
    /** Within a session, int64: the client's process id, as it said; diagnostic only. */
    public static final int SESSION_PID = SESSION_COMMAND_SLOTS + Integer.BYTES;
    /** Within a session, uint32: number of the client's user. */
    public static final int SESSION_USER = SESSION_PID + Long.BYTES;
    /** Within a session, {@link ControlLayout#NAME_LENGTH} bytes: the owner's name. */
    public static final int SESSION_NAME = SESSION_USER + 2 * Integer.BYTES;
    /** Within a session, int64, release after the replies: the next command to be carried out. */
    public static final int SESSION_CONSUMED = 2 * LINE;
    /** Within a session, int64, opaque: timers of its owner. */
    public static final int SESSION_PENDING_TIMERS = SESSION_CONSUMED + Long.BYTES;
    /** Within a session, int64, release: the next reply to be written. */
    public static final int SESSION_NEXT_REPLY = SESSION_PENDING_TIMERS + Long.BYTES;
    /** Within a session, int64, opaque: commands without an answer, as of the daemon's last heartbeat. */
    public static final int SESSION_UNANSWERED = SESSION_NEXT_REPLY + Long.BYTES;

    /** A free session. */
    public static final int STATE_FREE = 0;
    /** The client of that UUID is served here. */
    public static final int STATE_CONNECTED = 1;
    /** The client was evicted; {@link #SESSION_REASON} says why. */
    public static final int STATE_EVICTED = 2;

    private RepliesLayout() {
    }

    /** Byte offset of a session in the table. */
    public static int sessionOffset(int session) {
        return HEADER_LENGTH + session * SESSION_LENGTH;
    }

    /** Byte offset of a session's first reply slot. */
    public static int ringOffset(int session, int sessionCount, int slotCount) {
        return HEADER_LENGTH + sessionCount * SESSION_LENGTH + session * slotCount * ReplyLayout.LENGTH;
    }

    /** Length in bytes of a file of that many sessions with that many reply slots each. */
    public static long fileLength(int sessionCount, int slotCount) {
        return HEADER_LENGTH + (long) sessionCount * (SESSION_LENGTH + (long) slotCount * ReplyLayout.LENGTH);
    }
}
