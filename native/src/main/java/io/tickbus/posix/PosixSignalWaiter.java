// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import java.lang.ref.Reference;

/**
 * Waits for POSIX signals instead of being interrupted by them. The signals must be blocked in every thread of the
 * process, or the kernel may deliver them to another thread: see {@link PosixSignals#isBlockedInEveryThread}.
 *
 * <p><b>Threads:</b> one per instance. <b>Progress:</b> {@link #await} blocks for at most its time-out; it allocates
 * nothing. <b>Loss:</b> see {@link PosixSignals}.
 *
 * <p>Errors: {@link LinkageError} if {@link LinuxPlatform#unavailableReason()} gives a reason.
 *
 * <p>Source: sigtimedwait(2); {@code siginfo_t} as x86-64 and aarch64 lay it out.
 */
public final class PosixSignalWaiter {
    /** Returned by {@link #await} after its time-out. */
    public static final int TIMED_OUT = -1;

    static final int SIGSET_LENGTH = 128;

    /*
     *   0        4          8        12       16       20       24
     *   +--------+----------+--------+--------+--------+--------+-----------------+
     *   | signo  | errno    | code   | (pad)  | pid    | uid    | value           |
     *   +--------+----------+--------+--------+--------+--------+-----------------+
     */
    private static final int SIGINFO_LENGTH = 128;
    private static final int CODE = 8;
    private static final int PID = 16;
    private static final int VALUE = 24;
    private static final int SI_QUEUE = -1;

    private static final int INTERRUPTED = -2;

    private final NativeBlock set = new NativeBlock(SIGSET_LENGTH);
    private final NativeBlock info = new NativeBlock(SIGINFO_LENGTH);
    private final Timespec timeout = new Timespec();

    private PosixSignalWaiter(long bits) {
        set.putLong(0, bits);
    }

    /** A waiter for these signals, 1 to 64, at least one. It does not block them. */
    public static PosixSignalWaiter of(int... signals) {
        if (signals.length == 0) {
            throw new IllegalArgumentException("name at least one signal: signals=[]");
        }
        long bits = 0;
        for (int signal : signals) {
            bits |= PosixSignal.bit(signal);
        }
        return new PosixSignalWaiter(bits);
    }

    /**
     * Takes one pending signal, or waits for one.
     *
     * @param timeoutNs nanoseconds; 0 or less does not wait
     * @return the signal's number, or {@link #TIMED_OUT}
     */
    public int await(long timeoutNs) {
        long startNs = System.nanoTime();
        int signal = awaitOnce(timeoutNs);
        while (signal == INTERRUPTED) {
            signal = awaitOnce(timeoutNs - (System.nanoTime() - startNs));
        }
        return signal;
    }

    private int awaitOnce(long leftNs) {
        timeout.set(leftNs);
        try {
            int signal = Libc.here().sigtimedwait(set.address(), info.address(), timeout.address());
            return signal > 0 ? signal : notReceived(Libc.here().errno());
        } finally {
            Reference.reachabilityFence(this); // or the memory could be freed while the kernel writes to it
        }
    }

    private static int notReceived(int errno) {
        return switch (errno) {
            case Errno.EAGAIN -> TIMED_OUT;
            case Errno.EINTR -> INTERRUPTED;
            default -> throw Errno.failure("sigtimedwait", errno, "see sigtimedwait(2) for this error");
        };
    }

    /** The value with which the last received signal was queued; 0 if it was sent by kill. */
    public long value() {
        return isQueued() ? info.getLong(VALUE) : 0;
    }

    /** The pid of the last received signal's sender; 0 if that is in another pid namespace. */
    public int senderPid() {
        return info.getInt(PID);
    }

    /** Whether the last received signal came from {@link PosixSignals#sigqueue} and has a value. */
    public boolean isQueued() {
        return info.getInt(CODE) == SI_QUEUE;
    }
}
