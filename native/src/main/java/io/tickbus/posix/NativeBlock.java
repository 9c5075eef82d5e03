// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A few zeroed bytes outside the Java heap, whose address may be passed to C for as long as this object is reachable.
 */
final class NativeBlock {
    private final ByteBuffer buffer;
    private final long address;

    NativeBlock(int length) {
        buffer = ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
        address = addressOf(buffer);
    }

    static long addressOf(ByteBuffer direct) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
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
}
