// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.memory;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * A stretch of memory shared with other processes, little-endian on every machine. It is the only class that touches
 * a {@link VarHandle} over mapped memory, so that each access says its ordering in its name.
 *
 * <table>
 * <caption>Orderings, in the sense of the Java memory model's access modes (JEP 193)</caption>
 * <tr><td>plain</td><td>ordered by nothing; only beside a fence or an ordered access</td></tr>
 * <tr><td>{@code Opaque}</td><td>not torn, not removed, coherent per word; ordered only by fences</td></tr>
 * <tr><td>{@code Acquire}</td><td>no later access moves before this load</td></tr>
 * <tr><td>{@code Release}</td><td>no earlier access moves after this store</td></tr>
 * </table>
 *
 * <p>Assumptions: 64-bit words are aligned to 8 and 32-bit words to 4 bytes (a misaligned ordered access throws
 * {@link IllegalStateException}); the file is never shortened while mapped (an access past a shortened file throws
 * {@link InternalError}, possibly a little later than the access itself). There are no read-modify-writes here, since
 * the interpreter's would end the JVM instead.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> wait-free.
 */
public final class SharedRegion {
    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int CACHE_LINE = 64;

    private final ByteBuffer buffer;

    private SharedRegion(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /**
     * Maps the start of a file for as long as this object is reachable.
     *
     * @param channel open for reading, and for writing if {@code writable}; may be closed afterwards
     * @param length  bytes, at most 2 GiB − 1
     */
    public static SharedRegion map(FileChannel channel, long length, boolean writable) throws IOException {
        FileChannel.MapMode mode = writable ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY;
        return new SharedRegion(channel.map(mode, 0, length));
    }

    /** Zeroed memory of this process only, aligned to a cache line; {@code length} in bytes. */
    public static SharedRegion allocate(int length) {
        ByteBuffer memory = ByteBuffer.allocateDirect(length + CACHE_LINE);
        return new SharedRegion(memory.slice(CACHE_LINE - memory.alignmentOffset(0, CACHE_LINE), length));
    }

    /** Length in bytes. */
    public int length() {
        return buffer.capacity();
    }

    /** Whether stores are refused. */
    public boolean isReadOnly() {
        return buffer.isReadOnly();
    }

    /** The same memory as a buffer, for code that needs its address. */
    public ByteBuffer asByteBuffer() {
        return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /*
     * The same accesses on the buffer itself, for the rings of this package: a caller that keeps the buffer in a local
     * variable spares itself two dependent loads after each ordered access, and those loads lie on the way from one
     * process to the other.
     */

    ByteBuffer buffer() {
        return buffer;
    }

    static long getLong(ByteBuffer buffer, int offset) {
        return (long) LONGS.get(buffer, offset);
    }

    static void putLong(ByteBuffer buffer, int offset, long value) {
        LONGS.set(buffer, offset, value);
    }

    static long getLongOpaque(ByteBuffer buffer, int offset) {
        return (long) LONGS.getOpaque(buffer, offset);
    }

    static void putLongOpaque(ByteBuffer buffer, int offset, long value) {
        LONGS.setOpaque(buffer, offset, value);
    }

    static long getLongAcquire(ByteBuffer buffer, int offset) {
        return (long) LONGS.getAcquire(buffer, offset);
    }

    static void putLongRelease(ByteBuffer buffer, int offset, long value) {
        LONGS.setRelease(buffer, offset, value);
    }

    /** Plain load. */
    public long getLong(int offset) {
        return getLong(buffer, offset);
    }

    /** Plain store. */
    public void putLong(int offset, long value) {
        putLong(buffer, offset, value);
    }

    /** Opaque load. */
    public long getLongOpaque(int offset) {
        return getLongOpaque(buffer, offset);
    }

    /** Opaque store. */
    public void putLongOpaque(int offset, long value) {
        putLongOpaque(buffer, offset, value);
    }

    /** Acquire load. */
    public long getLongAcquire(int offset) {
        return getLongAcquire(buffer, offset);
    }

    /** Release store. */
    public void putLongRelease(int offset, long value) {
        putLongRelease(buffer, offset, value);
    }

    /** Plain load. */
    public int getInt(int offset) {
        return (int) INTS.get(buffer, offset);
    }

    /** Plain store. */
    public void putInt(int offset, int value) {
        INTS.set(buffer, offset, value);
    }

    /** Opaque load. */
    public int getIntOpaque(int offset) {
        return (int) INTS.getOpaque(buffer, offset);
    }

    /** Opaque store. */
    public void putIntOpaque(int offset, int value) {
        INTS.setOpaque(buffer, offset, value);
    }

    /** Acquire load. */
    public int getIntAcquire(int offset) {
        return (int) INTS.getAcquire(buffer, offset);
    }

    /** Release store. */
    public void putIntRelease(int offset, int value) {
        INTS.setRelease(buffer, offset, value);
    }

    /** Stores before it are seen before stores after it. */
    public static void storeStoreFence() {
        VarHandle.storeStoreFence();
    }

    /** Loads and stores before it are done before stores after it. */
    public static void releaseFence() {
        VarHandle.releaseFence();
    }

    /** Loads before it are done before loads after it. */
    public static void loadLoadFence() {
        VarHandle.loadLoadFence();
    }

    /** Everything before it is seen before anything after it is done, a store before a later load included. */
    public static void fullFence() {
        VarHandle.fullFence();
    }
}
