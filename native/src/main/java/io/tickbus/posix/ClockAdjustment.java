// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import io.tickbus.core.internal.platform.ClockDiscipline;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What the kernel knows of how CLOCK_REALTIME is kept. Source: adjtimex(2), {@code struct timex} of 64-bit Linux. */
final class ClockAdjustment {
    private static final int LENGTH = 208;
    private static final int MAX_ERROR_US = 24;
    private static final int ESTIMATED_ERROR_US = 32;
    private static final int STATUS = 40;
    private static final int TAI_OFFSET_S = 160;
    private static final int STATUS_UNSYNCHRONIZED = 0x40;

    private ClockAdjustment() {
    }

    /** Asks, and changes nothing: the mode in the block is 0. Empty where a sandbox forbids it. */
    static Optional<ClockDiscipline> read() {
        NativeBlock timex = new NativeBlock(LENGTH);
        if (Libc.here().quickSyscall(Syscalls.here().adjtimex(), timex.address(), 0, 0) < 0) {
            return Optional.empty();
        }
        return Optional.of(new ClockDiscipline((timex.getInt(STATUS) & STATUS_UNSYNCHRONIZED) == 0,
                TimeUnit.MICROSECONDS.toNanos(timex.getLong(MAX_ERROR_US)),
                TimeUnit.MICROSECONDS.toNanos(timex.getLong(ESTIMATED_ERROR_US)), timex.getInt(TAI_OFFSET_S)));
    }
}
