// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

/** How late the kernel may wake the calling thread, in order to combine wake-ups. Source: prctl(2). */
final class TimerSlack {
    private static final int PR_SET_TIMERSLACK = 29;
    private static final int PR_GET_TIMERSLACK = 30;

    private TimerSlack() {
    }

    /**
     * Returns whether the kernel has this value afterwards; threads of a real-time class have no timer slack, so false.
     */
    static boolean set(long slackNs) {
        if (slackNs < 1) {
            throw new IllegalArgumentException("timer slack must be at least 1 ns: slackNs=" + slackNs);
        }
        return prctl(PR_SET_TIMERSLACK, slackNs) == 0 && get() == slackNs;
    }

    /** In nanoseconds; −1 if the kernel does not say. */
    static long get() {
        return prctl(PR_GET_TIMERSLACK, 0);
    }

    private static long prctl(int option, long argument) {
        return Libc.here().quickSyscall(Syscalls.here().prctl(), option, argument, 0);
    }
}
