// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/** The first 40 bytes of every file: plain fields, written before the file gets its name, the magic last. */
public final class FileHeaderLayout {
    /** Reads as this where the byte order is right, and as 0x0D0C0B0A where it is not. */
    public static final int BYTE_ORDER_VALUE = 0x0A0B_0C0D;

    /** int64: {@code MAGIC_VALUE} of the file's layout; written last of all at creation. */
    public static final int MAGIC = 0;
    /** int32: {@code VERSION} of the file's layout. */
    public static final int LAYOUT_VERSION = MAGIC + Long.BYTES;
    /** int32: {@link #BYTE_ORDER_VALUE}. */
    public static final int BYTE_ORDER = LAYOUT_VERSION + Integer.BYTES;
    /** int32: {@code HEADER_LENGTH} of the file's layout. */
    public static final int HEADER_BYTES = BYTE_ORDER + Integer.BYTES;
    /** int32: length of a slot, or of a counter, in bytes. */
    public static final int RECORD_BYTES = HEADER_BYTES + Integer.BYTES;
    /** int64: slots, a power of two; counters in the counters file. */
    public static final int SLOT_COUNT = RECORD_BYTES + Integer.BYTES;
    /** int64: the whole file's length in bytes. */
    public static final int FILE_LENGTH = SLOT_COUNT + Long.BYTES;
    /** Where the fields of each file's own begin. */
    public static final int END = FILE_LENGTH + Long.BYTES;

    private FileHeaderLayout() {
    }
}
