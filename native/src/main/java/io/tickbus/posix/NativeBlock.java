// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;

/**
 * A few zeroed bytes outside the Java heap, whose address may be passed to C for as long as this object is reachable.
 */
final class NativeBlock {
    private final ByteBuffer buffer;
    private final long address;

    NativeBlock(int length) {
        buffer = ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
        address = Libc.here().addressOf(buffer);
    }

    /** A copy of these bytes. */
    static NativeBlock of(byte[] bytes) {
        NativeBlock block = new NativeBlock(bytes.length);
        block.buffer.duplicate().put(bytes);
        return block;
    }

    long address() {
        return address;
    }

    int length() {
        return buffer.capacity();
    }

    int getInt(int offset) {
        return buffer.getInt(offset);
    }

    long getLong(int offset) {
        return buffer.getLong(offset);
    }

    void putLong(int offset, long value) {
        buffer.putLong(offset, value);
    }

    /** The text up to the first zero byte. */
    String string(Charset charset) {
        int length = 0;
        while (length < buffer.capacity() && buffer.get(length) != 0) {
            length++;
        }
        return charset.decode(buffer.duplicate().limit(length)).toString();
    }
}
