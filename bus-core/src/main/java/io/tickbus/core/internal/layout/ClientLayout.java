// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/**
 * A {@code clients/<uuid>} file: one page of header, then the client's command ring. Little-endian. Made by its client,
 * which alone writes it; the daemon opens it once, maps it read-only, removes its name, and trusts nothing in it.
 *
 * <pre>
 *  offset
 *     0  identity of the file        written once, at creation
 *    64  identity of the connection  written once, at creation
 *    96  reserved, zero
 *  4096  command slot 0, 1, …        {@link CommandLayout}
 * </pre>
 */
public final class ClientLayout {
    /** Version of everything in this file. */
    public static final int VERSION = 2;
    /** The ASCII bytes {@code TICKCLI1}, read as a little-endian int64. */
    public static final long MAGIC_VALUE = 0x3149_4C43_4B43_4954L;
    /** Bytes before command slot 0: one page. */
    public static final int HEADER_LENGTH = 4096;
    /** The most slots of a command ring; the fewest are 2. */
    public static final int MAX_SLOT_COUNT = 1 << 16;
    private static final int LINE = 64;

    /** 16 bytes: the connection's UUID, most significant half first, each half little-endian; also the file's name. */
    public static final int UUID = LINE;
    /** int64: history of the bus it connects to, {@link SignalsLayout#HISTORY_ID}. */
    public static final int HISTORY_ID = UUID + 2 * Long.BYTES;
    /** int64: epoch of the daemon it connects to, {@link SignalsLayout#EPOCH}. */
    public static final int EPOCH = HISTORY_ID + Long.BYTES;

    private ClientLayout() {
    }

    /** Length in bytes of a file of that many command slots. */
    public static long fileLength(int slotCount) {
        return HEADER_LENGTH + (long) slotCount * CommandLayout.LENGTH;
    }
}
