// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The platform that needs nothing but the Java class library: a parked thread polls its word
 * at intervals that grow from 50 µs to 1 ms, instead of being woken. It cannot wake threads that sleep in the kernel.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> only {@link FutexWord#await} blocks, bounded by its deadline.
 */
public final class PortablePlatform implements Platform {
    private static final long FIRST_NAP_NS = 50_000;
    private static final long LONGEST_NAP_NS = 1_000_000;
    private static final int ZEROS_LENGTH = 1 << 20;

    /** Does nothing. */
    public PortablePlatform() {
        // Stateless.
    }

    @Override
    public String description() {
        return "portable Java";
    }

    @Override
    public Optional<String> unavailableReason() {
        return Optional.empty();
    }

    @Override
    public boolean hasFutex() {
        return false;
    }

    @Override
    public FutexWord futexWord(SharedRegion region, int offset) {
        return new PolledWord(region, offset);
    }

    @Override
    public void allocate(Path file, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(length, ZEROS_LENGTH));
            for (long at = 0; at < length; ) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), length - at));
                at += channel.write(zeros, at);
            }
        }
    }

    @Override
    public boolean setTimerSlackNs(long slackNs) {
        return false;
    }

    @Override
    public long timerSlackNs() {
        return -1;
    }

    @Override
    public boolean lowerPriority() {
        return false;
    }

    @Override
    public int[] setAffinity(int... cpus) {
        return new int[0];
    }

    @Override
    public int[] affinity() {
        return new int[0];
    }

    @Override
    public int currentCpu() {
        return -1;
    }

    @Override
    public boolean leaveCpu(int cpu) {
        return false;
    }

    @Override
    public String errorText(int number) {
        return "";
    }

    @Override
    public void sendDatagram(String address, byte[] message) throws IOException {
        throw new IOException("Java has no Unix datagram sockets, and there is no native code");
    }

    @Override
    public long processCpuNs() {
        return ProcessHandle.current().info().totalCpuDuration().map(java.time.Duration::toNanos).orElse(-1L);
    }

    @Override
    public Optional<ClockDiscipline> clockDiscipline() {
        return Optional.empty();
    }

    private record PolledWord(SharedRegion region, int offset) implements FutexWord {
        @Override
        public int await(int expected, long deadlineNs) {
            for (long nap = FIRST_NAP_NS; ; nap = Math.min(2 * nap, LONGEST_NAP_NS)) {
                if (region.getIntAcquire(offset) != expected) {
                    return CHANGED;
                }
                long left = deadlineNs - System.nanoTime();
                if (left <= 0) {
                    return TIMED_OUT;
                }
                if (Thread.currentThread().isInterrupted()) {
                    return WOKEN;
                }
                LockSupport.parkNanos(Math.min(nap, left));
            }
        }

        @Override
        public int wakeAll() {
            return 0;
        }
    }
}
