// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

/** A {@code struct timespec}: two 64-bit words, seconds and nanoseconds. One thread at a time. */
final class Timespec {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final int LENGTH = 16;
    private static final int NANOSECONDS = 8;

    private final NativeBlock block = new NativeBlock(LENGTH);

    long address() {
        return block.address();
    }

    /** Times before zero become zero: the kernel refuses them. */
    void set(long ns) {
        long time = Math.max(0, ns);
        long seconds = time / NS_PER_SECOND;
        block.putLong(0, seconds);
        block.putLong(NANOSECONDS, time - seconds * NS_PER_SECOND);
    }

    long ns() {
        return block.getLong(0) * NS_PER_SECOND + block.getLong(NANOSECONDS);
    }
}
