package io.tickbus.core.layout;

/**
 * A {@code clients/<uuid>} file: one page of header, then the client's command ring. Little-endian. Written by its
 * client only; the daemon maps it read-only and believes nothing of it.
 *
 * <pre>
 *  offset
 *     0  identity of the file        written once, at creation              (line 0)
 *    64  identity of the connection  written once, at creation              (line 1)
 *   128  identity of the process     written once, at creation              (line 2)
 *   192  the client's name           written once, at creation              (line 3)
 *   256  heartbeat, state            written every heartbeat, and at close  (alone on 128 bytes)
 *   384  cursor in the replies       written as replies are read            (alone on 128 bytes)
 *   512  reserved, zero
 *  4096  command slot 0, 1, …        {@link CommandLayout}
 * </pre>
 */
public final class ClientLayout {
    /** Version of everything in this file. */
    public static final int VERSION = 1;
    /** The ASCII bytes {@code TICKCLI1}, read as a little-endian int64. */
    public static final long MAGIC_VALUE = 0x3149_4C43_4B43_4954L;
    /** Bytes before command slot 0: one page. */
    public static final int HEADER_LENGTH = 4096;
    /** The most slots of a command ring; the fewest are 2. */
    public static final int MAX_SLOT_COUNT = 1 << 16;
    /** Bytes of a name, ASCII, padded with zeros. */
    public static final int NAME_LENGTH = 64;
    private static final int LINE = 64;
    private static final int LINE_PAIR = 2 * LINE;

    /** int64: {@link #MAGIC_VALUE}; written last of all at creation. */
    public static final int MAGIC = 0;
    /** int32: {@link #VERSION}. */
    public static final int LAYOUT_VERSION = MAGIC + Long.BYTES;
    /** int32: {@link SignalsLayout#BYTE_ORDER_VALUE}. */
    public static final int BYTE_ORDER = LAYOUT_VERSION + Integer.BYTES;
    /** int32: {@link #HEADER_LENGTH}. */
    public static final int HEADER_BYTES = BYTE_ORDER + Integer.BYTES;
    /** int32: {@link CommandLayout#LENGTH}. */
    public static final int RECORD_BYTES = HEADER_BYTES + Integer.BYTES;
    /** int64: command slots, a power of two, 2 to {@link #MAX_SLOT_COUNT}. */
    public static final int SLOT_COUNT = RECORD_BYTES + Integer.BYTES;
    /** int64: the whole file's length in bytes. */
    public static final int FILE_LENGTH = SLOT_COUNT + Long.BYTES;

    /** 16 bytes: the connection's UUID, most significant half first, each half little-endian; also the file's name. */
    public static final int UUID = LINE;
    /** int64: history of the bus it connects to, {@link SignalsLayout#HISTORY_ID}. */
    public static final int HISTORY_ID = UUID + 2 * Long.BYTES;
    /** int64: epoch of the daemon it connects to, {@link SignalsLayout#EPOCH}; another daemon does not serve it. */
    public static final int EPOCH = HISTORY_ID + Long.BYTES;

    /** int64: process id, as the client's own pid namespace numbers it. */
    public static final int PID = 2 * LINE;
    /** int64: start time of that process in clock ticks since boot; 0 where unknown. */
    public static final int START_TICKS = PID + Long.BYTES;
    /** int64: inode of its pid namespace; 0 where unknown. */
    public static final int PID_NAMESPACE = START_TICKS + Long.BYTES;

    /** 64 bytes: name of the owner of its timers; all zero for a client that is its own owner. */
    public static final int NAME = 3 * LINE;

    /** int64, opaque: CLOCK_MONOTONIC nanoseconds of its last sign of life. */
    public static final int HEARTBEAT_NS = 4 * LINE;
    /** int64: how often it promises one, in nanoseconds. */
    public static final int HEARTBEAT_INTERVAL_NS = HEARTBEAT_NS + Long.BYTES;
    /** int32, release after the last command: {@code SignalsLayout.STATE_OPEN} or {@code STATE_CLOSED}. */
    public static final int STATE = HEARTBEAT_INTERVAL_NS + Long.BYTES;

    /** int64, opaque: the next reply it will read; for people. */
    public static final int REPLIES_READ = HEARTBEAT_NS + LINE_PAIR;

    private ClientLayout() {
    }

    /** Length in bytes of a file of that many command slots. */
    public static long fileLength(int slotCount) {
        return HEADER_LENGTH + (long) slotCount * CommandLayout.LENGTH;
    }
}
