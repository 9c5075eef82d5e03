// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.FutexWord;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * A kernel futex. It is shared between processes, hence without FUTEX_PRIVATE_FLAG. The kernel only reads the word, so
 * a read-only mapping is enough. FUTEX_WAIT_BITSET is used because its deadline is absolute, unlike that of FUTEX_WAIT;
 * without FUTEX_CLOCK_REALTIME that deadline is of CLOCK_MONOTONIC.
 */
final class KernelFutexWord implements FutexWord {
    private static final int FUTEX_WAKE = 1;
    private static final int FUTEX_WAIT_BITSET = 9;
    private static final long FUTEX_BITSET_MATCH_ANY = 0xFFFF_FFFFL;

    private final Libc libc = Libc.here();
    private final ByteBuffer memory;
    private final int offset;
    private final long address;
    private final long futex;
    private final Timespec deadline = new Timespec();

    KernelFutexWord(SharedRegion region, int offset, Syscalls syscalls) {
        if (offset < 0 || offset % Integer.BYTES != 0 || offset > region.length() - Integer.BYTES) {
            throw new IllegalArgumentException("a futex word must be aligned to 4 bytes and lie within its region:"
                    + " offset=" + offset + " regionLength=" + region.length());
        }
        this.memory = region.asByteBuffer();
        this.offset = offset;
        this.address = libc.addressOf(memory) + offset;
        this.futex = syscalls.futex();
    }

    @Override
    public int await(int expected, long deadlineNs) {
        deadline.set(deadlineNs);
        try {
            long result = libc.syscall(futex, address, FUTEX_WAIT_BITSET, expected, deadline.address(), 0,
                    FUTEX_BITSET_MATCH_ANY);
            return result == 0 ? WOKEN : notWoken(libc.errno());
        } finally {
            Reference.reachabilityFence(this); // or the memory could be unmapped while the kernel reads it
        }
    }

    @Override
    public int wakeAll() {
        try {
            int woken = (int) libc.quickSyscall(futex, address, FUTEX_WAKE, Integer.MAX_VALUE);
            return woken >= 0 ? woken : notAwoken(libc.errno());
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private int notWoken(int errno) {
        return switch (errno) {
            case Errno.EAGAIN -> CHANGED;
            case Errno.ETIMEDOUT -> TIMED_OUT;
            case Errno.EINTR -> WOKEN;
            // The file was truncated. The caller loads the memory next, and that access reports it.
            case Errno.EFAULT -> CHANGED;
            default -> throw failure("wait", errno);
        };
    }

    private int notAwoken(int errno) {
        if (errno == Errno.EFAULT) {
            return 0;
        }
        throw failure("wake", errno);
    }

    private RuntimeException failure(String operation, int errno) {
        return Errno.failure("futex " + operation + " at offset=" + offset + " of length=" + memory.capacity(), errno,
                "see futex(2) for this error");
    }
}
