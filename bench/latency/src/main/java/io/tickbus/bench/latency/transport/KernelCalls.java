// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/** The C library's calls that the kernel's own transports need; these are its signatures. */
@SuppressWarnings("checkstyle:parameternumber")
final class KernelCalls {
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int MODE_PRIVATE = 0600;
    static final int AF_UNIX = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOL_SOCKET = 1;
    static final int SO_RCVTIMEO = 20;
    static final int CLOCK_MONOTONIC = 1;
    static final int TIMER_ABSTIME = 1;
    static final long NS_PER_S = 1_000_000_000L;

    static {
        Native.register(KernelCalls.class, NativeLibrary.getProcess());
    }

    private KernelCalls() {
    }

    static native int mkfifo(String path, int mode);

    static native int open(String path, int flags, int mode);

    static native int close(int fd);

    static native long read(int fd, Pointer buffer, long length);

    static native long write(int fd, Pointer buffer, long length);

    static native int socket(int domain, int type, int protocol);

    static native int bind(int fd, Pointer address, int length);

    static native int connect(int fd, Pointer address, int length);

    static native int setsockopt(int fd, int level, int option, Pointer value, int length);

    static native int mq_open(String name, int flags, int mode, Pointer attributes);

    static native int mq_send(int queue, Pointer message, long length, int priority);

    static native long mq_timedreceive(int queue, Pointer message, long length, Pointer priority, Pointer until);

    static native int mq_unlink(String name);

    static native int mq_close(int queue);

    static native int signalfd(int fd, Pointer mask, int flags);

    static native int timer_create(int clock, Pointer event, Pointer timer);

    static native int timer_settime(Pointer timer, int flags, Pointer value, Pointer former);

    static native int timer_delete(Pointer timer);

    /** Turns −1 into an exception that names the call. */
    static long check(String call, long result) {
        if (result < 0) {
            throw new IllegalStateException(call + " failed: errno=" + Native.getLastError());
        }
        return result;
    }
}
