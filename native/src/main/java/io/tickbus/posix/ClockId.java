// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

/** The kernel's clocks and their numbers. Source: {@code include/uapi/linux/time.h}. */
public enum ClockId {
    /** The wall clock, which is stepped and slewed. */
    REALTIME(0),
    /** Never set back; slewed by NTP; stops during suspend. {@link System#nanoTime()} reads this clock. */
    MONOTONIC(1),
    /** CPU time of all threads of this process. */
    PROCESS_CPUTIME(2),
    /** CPU time of the calling thread. */
    THREAD_CPUTIME(3),
    /** As {@link #MONOTONIC}, but not slewed. */
    MONOTONIC_RAW(4),
    /** As {@link #REALTIME}, as of the latest tick of the kernel. */
    REALTIME_COARSE(5),
    /** As {@link #MONOTONIC}, as of the latest tick of the kernel. */
    MONOTONIC_COARSE(6),
    /** As {@link #MONOTONIC}, but continues during suspend. */
    BOOTTIME(7),
    /** Atomic time: {@link #REALTIME} without leap seconds, if NTP has told the kernel their number. */
    TAI(11);

    private final int number;

    ClockId(int number) {
        this.number = number;
    }

    /** The kernel's number. */
    public int number() {
        return number;
    }
}
