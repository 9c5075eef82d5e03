// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.ClockDiscipline;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The platform of Linux on x86-64 and aarch64: sleeps and wakes by futex, sets timer slack and affinity, allocates
 * pages.
 *
 * <p><b>Threads:</b> as {@link Platform} says. <b>Progress:</b> only {@link FutexWord#await} blocks.
 *
 * <p>Errors: call {@link #unavailableReason()} first; where it names a reason, the other methods throw
 * {@link LinkageError}. A futex on a file that was truncated while mapped throws
 * {@link io.tickbus.core.BusException}.
 */
@SuppressWarnings("exports") // What it implements is between the core and this module.
public final class LinuxPlatform implements Platform {
    private static final int PRIO_PROCESS = 0;
    private static final int LOWEST_PRIORITY = 19;

    /** For {@link java.util.ServiceLoader}; does nothing. */
    public LinuxPlatform() {
    }

    @Override
    public String description() {
        return "Linux " + Syscalls.here().architecture() + " over " + NativeAccess.name();
    }

    @Override
    public Optional<String> unavailableReason() {
        return NativeAccess.unavailableReason();
    }

    @Override
    public boolean hasFutex() {
        return true;
    }

    /** {@inheritDoc} The word's memory stays mapped for as long as the word is reachable. */
    @Override
    public FutexWord futexWord(SharedRegion region, int offset) {
        return new KernelFutexWord(region, offset, Syscalls.here());
    }

    /**
     * {@inheritDoc}
     *
     * <p>Opens and closes the file, and so drops every record lock this process holds on it: allocate first, lock
     * afterwards. A symbolic link is refused.
     */
    @Override
    public void allocate(Path file, long length) throws IOException {
        FileAllocation.allocate(file, length, Syscalls.here());
    }

    @Override
    public boolean setTimerSlackNs(long slackNs) {
        return TimerSlack.set(slackNs);
    }

    @Override
    public long timerSlackNs() {
        return TimerSlack.get();
    }

    /** {@inheritDoc} Source: setpriority(2), where 0 is the calling thread. */
    @Override
    public boolean lowerPriority() {
        return Libc.here().quickSyscall(Syscalls.here().setpriority(), PRIO_PROCESS, 0, LOWEST_PRIORITY) == 0;
    }

    @Override
    public int[] setAffinity(int... cpus) {
        return CpuAffinity.set(cpus);
    }

    @Override
    public int[] affinity() {
        return CpuAffinity.allowed();
    }

    @Override
    public int currentCpu() {
        return Libc.here().sched_getcpu();
    }

    @Override
    public boolean leaveCpu(int cpu) {
        return CpuAffinity.leave(cpu);
    }

    @Override
    public String errorText(int number) {
        return Errno.localText(number);
    }

    @Override
    public void sendDatagram(String address, byte[] message) throws IOException {
        UnixDatagram.send(address, message, Syscalls.here());
    }

    @Override
    public long processCpuNs() {
        return PosixClock.now(ClockId.PROCESS_CPUTIME);
    }

    @Override
    public Optional<ClockDiscipline> clockDiscipline() {
        return ClockAdjustment.read();
    }
}
