// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import java.nio.ByteBuffer;

/**
 * The C library's functions, with primitives only, so that a call allocates nothing. Unless stated otherwise, each
 * returns −1 on failure, and {@link #errno} is the reason. {@link NativeAccess} chooses the implementation.
 */
@SuppressWarnings("checkstyle:parameternumber") // these are the C library's signatures
abstract class Libc {
    /** The implementation of this JVM; {@link LinkageError} with the reason where there is none. */
    static Libc here() {
        return NativeAccess.libc();
    }

    /** The address of a buffer outside the Java heap. */
    abstract long addressOf(ByteBuffer direct);

    /** The errno of this thread's latest failed call, saved before the JVM can change it. */
    abstract int errno();

    abstract long syscall(long number, long a, long b, long c, long d, long e, long f);

    /** The same for a call that returns at once, and does no harm if a failed call is repeated. */
    abstract long quickSyscall(long number, long a, long b, long c);

    abstract int clock_gettime(int clock, long timespec);

    abstract int clock_getres(int clock, long timespec);

    abstract int open(long path, int flags, int mode);

    abstract int close(int fd);

    abstract int fallocate(int fd, int mode, long offset, long length);

    abstract int sched_setaffinity(int tid, long maskBytes, long mask);

    abstract int sched_getaffinity(int tid, long maskBytes, long mask);

    abstract int sched_getcpu();

    abstract int poll(long questions, long count, int timeoutMs);

    /** Writes the text of an error number, ended by a zero byte. The standard's strerror_r: GNU's returns a text. */
    abstract int __xpg_strerror_r(int errno, long text, long length);

    abstract int kill(int pid, int signal);

    /** {@code value} is a union of int and pointer, which both supported ABIs pass as one 64-bit integer. */
    abstract int sigqueue(int pid, int signal, long value);

    abstract int sigtimedwait(long set, long info, long timespec);

    /** Concerns the calling thread only, on Linux. */
    abstract int sigprocmask(int how, long set, long oldSet);

    abstract int __libc_current_sigrtmin();
}
