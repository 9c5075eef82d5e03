package io.tickbus.posix;

import java.lang.ref.Reference;

/**
 * Waits for signals instead of being interrupted by them. They must be blocked in every thread of the process, or the
 * kernel may give them to another one: see {@link PosixSignals#isBlockedInEveryThread}.
 *
 * <p><b>Threads:</b> one per instance. <b>Progress:</b> {@link #await} blocks, bounded by its time-out; it allocates
 * nothing. <b>Loss:</b> see {@link PosixSignals}.
 *
 * <p>Errors: {@link LinkageError} where {@link LinuxPlatform#unavailableReason()} names a reason.
 *
 * <p>Source: sigtimedwait(2); {@code siginfo_t} as x86-64 and aarch64 lay it out.
 */
public final class SignalReceiver {
    /** What {@link #await} answers when the time is over. */
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

    private final NativeBlock set = new NativeBlock(SIGSET_LENGTH);
    private final NativeBlock info = new NativeBlock(SIGINFO_LENGTH);
    private final Timespec timeout = new Timespec();

    private SignalReceiver(long bits) {
        set.putLong(0, bits);
    }

    /** A receiver of these signals, 1 to 64, at least one. It blocks nothing. */
    public static SignalReceiver of(int... signals) {
        if (signals.length == 0) {
            throw new IllegalArgumentException("name at least one signal: signals=[]");
        }
        long bits = 0;
        for (int signal : signals) {
            bits |= PosixSignal.bit(signal);
        }
        return new SignalReceiver(bits);
    }

    /**
     * Takes one pending signal, or waits for one.
     *
     * @param timeoutNs nanoseconds; 0 or less does not wait
     * @return the signal's number, or {@link #TIMED_OUT}
     */
    public int await(long timeoutNs) {
        long startNs = System.nanoTime();
        long leftNs = timeoutNs;
        while (true) {
            timeout.set(leftNs);
            int signal = Libc.sigtimedwait(set.address(), info.address(), timeout.address());
            int errno = signal > 0 ? 0 : Libc.errno();
            Reference.reachabilityFence(this);
            if (errno == 0) {
                return signal;
            }
            if (errno == Errno.EAGAIN) {
                return TIMED_OUT;
            }
            if (errno != Errno.EINTR) {
                throw new IllegalStateException("sigtimedwait failed: " + Errno.describe(errno));
            }
            leftNs = timeoutNs - (System.nanoTime() - startNs);
        }
    }

    /** The value that the last received signal was queued with; 0 if it was killed. */
    public long value() {
        return isQueued() ? info.getLong(VALUE) : 0;
    }

    /** The pid of the last received signal's sender; 0 where that is in another pid namespace. */
    public int senderPid() {
        return info.getInt(PID);
    }

    /** Whether the last received signal came from {@link PosixSignals#sigqueue} and has a value. */
    public boolean isQueued() {
        return info.getInt(CODE) == SI_QUEUE;
    }
}
