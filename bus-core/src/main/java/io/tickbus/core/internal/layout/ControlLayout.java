// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/**
 * The messages with which a client connects, sent over the daemon's {@code control} socket: each 128 bytes,
 * little-endian. The client says HELLO, the daemon answers WELCOME or REJECTED.
 *
 * <pre>
 *   0        8      12     16         24        32               48     52      56                64             128
 *  +--------+------+------+----------+---------+----------------+------+-------+-----------------+----------------+
 *  | magic  |vers. | type | historyId| epoch   | uuid           | what each type adds                             |
 *  +--------+------+------+----------+---------+----------------+------+-------+-----------------+----------------+
 *                                                HELLO           slots  0       pid               name
 *                                                WELCOME         sess.  owner   nextReply         window, zeros
 *                                                REJECTED        reason length  text
 * </pre>
 *
 * <p>After WELCOME a client without a ring of its own sends its commands here, each the 64 bytes of {@link
 * CommandLayout}; a client with one sends nothing more. The daemon sends nothing after its answer. End of file on
 * either side is the end of the session.
 */
public final class ControlLayout {
    /** Version of the messages. */
    public static final int VERSION = 2;
    /** The ASCII bytes {@code TICKCTL1}, read as a little-endian int64. */
    public static final long MAGIC_VALUE = 0x314C_5443_4B43_4954L;
    /** Bytes of each message. */
    public static final int LENGTH = 128;

    /** int64: {@link #MAGIC_VALUE}. */
    public static final int MAGIC = 0;
    /** int32: {@link #VERSION}. */
    public static final int PROTOCOL_VERSION = MAGIC + Long.BYTES;
    /** int32: one of {@code TYPE_*}. */
    public static final int TYPE = PROTOCOL_VERSION + Integer.BYTES;
    /** int64: history of the bus, {@link SignalsLayout#HISTORY_ID}. */
    public static final int HISTORY_ID = TYPE + Integer.BYTES;
    /** int64: the daemon's epoch, {@link SignalsLayout#EPOCH}. */
    public static final int EPOCH = HISTORY_ID + Long.BYTES;
    /** 16 bytes: the connection's UUID, most significant half first, each half little-endian. */
    public static final int UUID = EPOCH + Long.BYTES;
    private static final int REST = UUID + 2 * Long.BYTES;

    /** HELLO, int32: command slots of the file {@code clients/UUID}; 0: the commands come over the socket. */
    public static final int SLOT_COUNT = REST;
    /** HELLO, int64: the client's process id as it sees it; diagnostic only. */
    public static final int PID = REST + 2 * Integer.BYTES;
    /** HELLO, {@link #NAME_LENGTH} bytes: name of the owner of its timers, ASCII, padded with zeros; all zero: none. */
    public static final int NAME = PID + Long.BYTES;
    /** Bytes of a name. */
    public static final int NAME_LENGTH = 64;

    /** WELCOME, int32: the session, its place in the table of the {@code replies} file. */
    public static final int SESSION = REST;
    /** WELCOME, int32: number of the owner of the client's timers, as in their signals. */
    public static final int OWNER = SESSION + Integer.BYTES;
    /** WELCOME, int64: the first reply that is for this client. */
    public static final int NEXT_REPLY = OWNER + Integer.BYTES;
    /** WELCOME, int32: how many commands may be sent that are not consumed. */
    public static final int WINDOW = NEXT_REPLY + Long.BYTES;

    /** REJECTED, int32: why, {@link io.tickbus.core.timer.ReplyReason#code()}. */
    public static final int REASON = REST;
    /** REJECTED, int32: bytes of the text. */
    public static final int TEXT_LENGTH = REASON + Integer.BYTES;
    /** REJECTED, at most {@link #MAX_TEXT_LENGTH} bytes of ASCII: why, in words. */
    public static final int TEXT = TEXT_LENGTH + Integer.BYTES;
    /** The most bytes of the text. */
    public static final int MAX_TEXT_LENGTH = LENGTH - TEXT;

    /** A client introduces itself. */
    public static final int TYPE_HELLO = 1;
    /** The daemon serves it. */
    public static final int TYPE_WELCOME = 2;
    /** The daemon does not serve it, and closes the socket. */
    public static final int TYPE_REJECTED = 3;

    private ControlLayout() {
    }
}
