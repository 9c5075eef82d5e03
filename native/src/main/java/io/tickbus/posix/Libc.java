// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * The C library's functions, mapped directly and with primitives only, so that a call allocates nothing. Unless stated
 * otherwise, each returns −1 on failure, and {@link #errno} is the reason.
 */
@SuppressWarnings("checkstyle:parameternumber") // these are the C library's signatures
final class Libc {
    static {
        // The process itself and not "libc": before glibc 2.32, pthread_sigmask is in libpthread.
        Native.register(Libc.class, NativeLibrary.getProcess());
    }

    private Libc() {
    }

    /** The errno of this thread's latest call, saved by JNA before the JVM can change it. */
    static int errno() {
        return Native.getLastError();
    }

    static native long syscall(long number, long a, long b, long c, long d, long e, long f);

    static native long syscall(long number, long a, long b);

    static native int clock_gettime(int clock, long timespec);

    static native int clock_getres(int clock, long timespec);

    static native int open(byte[] path, int flags, int mode);

    static native int close(int fd);

    static native int fallocate(int fd, int mode, long offset, long length);

    static native int sched_setaffinity(int tid, long maskBytes, long mask);

    static native int sched_getaffinity(int tid, long maskBytes, long mask);

    static native int sched_getcpu();

    static native int poll(long questions, long count, int timeoutMs);

    /** The address of a text. Other threads may overwrite the text of an unknown number, but of no other. */
    static native long strerror(int errno);

    static native int kill(int pid, int signal);

    /** {@code value} is a union of int and pointer, which both supported ABIs pass as one 64-bit integer. */
    static native int sigqueue(int pid, int signal, long value);

    static native int sigtimedwait(long set, long info, long timespec);

    /** Returns an error number instead of −1. */
    static native int pthread_sigmask(int how, long set, long oldSet);

    static native int __libc_current_sigrtmin();
}
