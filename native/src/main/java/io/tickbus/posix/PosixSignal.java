// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

/** Numbers of POSIX signals, on x86-64 and aarch64. Source: signal(7). */
public final class PosixSignal {
    /** Asks a daemon to reload its settings; ends a process that does not handle it. */
    public static final int SIGHUP = 1;
    /** Ends a process at once; cannot be blocked. */
    public static final int SIGKILL = 9;
    /** Free for use: neither the JVM nor the C library needs it. */
    public static final int SIGUSR1 = 10;
    /** HotSpot suspends threads with this signal: neither block it nor send it to a JVM. */
    public static final int SIGUSR2 = 12;
    /** Continues a stopped process. */
    public static final int SIGCONT = 18;
    /** Stops a process; cannot be blocked. */
    public static final int SIGSTOP = 19;

    private static final int MAX = 64;

    private PosixSignal() {
    }

    /** The first real-time signal that the C library leaves free; these queue instead of coalescing. */
    public static int sigrtmin() {
        return Libc.here().__libc_current_sigrtmin();
    }

    static void check(int signal) {
        if (signal < 1 || signal > MAX) {
            throw new IllegalArgumentException("a signal's number is 1 to " + MAX + ": signal=" + signal);
        }
    }

    /** The signal's bit in the first word of a {@code sigset_t}. */
    static long bit(int signal) {
        check(signal);
        return 1L << (signal - 1);
    }
}
