package io.tickbus.posix;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * The C library's functions, mapped directly and with primitives only, so that a call allocates nothing. Each
 * answers −1 on failure, where nothing else is said, and {@link #errno} tells why.
 */
@SuppressWarnings("checkstyle:parameternumber") // these are the C library's signatures
final class Libc {
    static {
        // The process itself and not "libc": before glibc 2.32 pthread_sigmask stands in libpthread.
        Native.register(Libc.class, NativeLibrary.getProcess());
    }

    private Libc() {
    }

    /** The error of this thread's latest call; JNA keeps it safe from what the JVM does in between. */
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

    /** The address of a text. Other threads may exchange the text of a number that is unknown, no other. */
    static native long strerror(int errno);

    static native int kill(int pid, int signal);

    /** {@code value} is a union of int and pointer, which both supported ABIs pass as one 64-bit integer. */
    static native int sigqueue(int pid, int signal, long value);

    static native int sigtimedwait(long set, long info, long timespec);

    /** Answers an error number instead of −1. */
    static native int pthread_sigmask(int how, long set, long oldSet);

    static native int __libc_current_sigrtmin();
}
