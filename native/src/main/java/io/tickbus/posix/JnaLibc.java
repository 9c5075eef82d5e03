// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** The C library through JNA's direct mapping, which works on every JDK and unpacks a library of its own. */
@SuppressWarnings("checkstyle:parameternumber") // these are the C library's signatures
final class JnaLibc extends Libc {
    static {
        Native.register(JnaLibc.class, NativeLibrary.getProcess());
    }

    @Override
    long addressOf(ByteBuffer direct) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }

    @Override
    int errno() {
        return Native.getLastError();
    }

    @Override
    native long syscall(long number, long a, long b, long c, long d, long e, long f);

    @Override
    long quickSyscall(long number, long a, long b, long c) {
        return syscall(number, a, b, c, 0, 0, 0);
    }

    @Override
    native int clock_gettime(int clock, long timespec);

    @Override
    native int clock_getres(int clock, long timespec);

    @Override
    native int open(long path, int flags, int mode);

    @Override
    native int close(int fd);

    @Override
    native int fallocate(int fd, int mode, long offset, long length);

    @Override
    native int sched_setaffinity(int tid, long maskBytes, long mask);

    @Override
    native int sched_getaffinity(int tid, long maskBytes, long mask);

    @Override
    native int sched_getcpu();

    @Override
    native int poll(long questions, long count, int timeoutMs);

    @Override
    native int __xpg_strerror_r(int errno, long text, long length);

    @Override
    native int kill(int pid, int signal);

    @Override
    native int sigqueue(int pid, int signal, long value);

    @Override
    native int sigtimedwait(long set, long info, long timespec);

    @Override
    native int sigprocmask(int how, long set, long oldSet);

    @Override
    native int __libc_current_sigrtmin();
}
