// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

/**
 * Reads the kernel's clocks.
 *
 * <p>For measuring and comparing clocks: the bus itself reads {@link System#nanoTime()}, which is {@link
 * ClockId#MONOTONIC} and costs a quarter of a call of this class.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> wait-free; allocates nothing but 16 bytes at a thread's first call.
 *
 * <p>Errors: {@link LinkageError} where {@link LinuxPlatform#unavailableReason()} names a reason; {@link
 * io.tickbus.core.BusException} for a clock that this kernel does not have.
 */
public final class PosixClock {
    private static final ThreadLocal<Timespec> TIMESPEC = ThreadLocal.withInitial(Timespec::new);

    private PosixClock() {
    }

    /** The clock's time in nanoseconds, as the C library reads it: through the vDSO where the clock source allows. */
    public static long now(ClockId clock) {
        Timespec time = TIMESPEC.get();
        return checked(clock, Libc.here().clock_gettime(clock.number(), time.address()), time);
    }

    /** The clock's time in nanoseconds by a real system call. */
    public static long nowBySyscall(ClockId clock) {
        Timespec time = TIMESPEC.get();
        int number = Syscalls.here().clockGettime();
        return checked(clock, Libc.here().quickSyscall(number, clock.number(), time.address(), 0), time);
    }

    /** The clock's resolution in nanoseconds: 1 with high-resolution timers, a kernel tick for the coarse ones. */
    public static long resolution(ClockId clock) {
        Timespec time = TIMESPEC.get();
        return checked(clock, Libc.here().clock_getres(clock.number(), time.address()), time);
    }

    private static long checked(ClockId clock, long result, Timespec time) {
        if (result != 0) {
            throw Errno.failure("reading clock=" + clock, Libc.here().errno(), "use another clock on this kernel");
        }
        return time.ns();
    }
}
