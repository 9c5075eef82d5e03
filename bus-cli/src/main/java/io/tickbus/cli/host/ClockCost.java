// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import io.tickbus.posix.ClockId;
import io.tickbus.posix.LinuxPlatform;
import io.tickbus.posix.PosixClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * What one read of a clock costs here.
 *
 * <p><b>Threads:</b> any; measuring keeps the calling thread busy.
 *
 * <p>Errors: {@link #measureAll} throws {@link LinkageError} where {@link LinuxPlatform#unavailableReason()} names a
 * reason; {@link #measureJava} never does.
 *
 * @param name     what was read and how: {@code "clock_gettime(MONOTONIC)"}
 * @param medianNs median over batches, of the batch's duration divided by its reads, in nanoseconds
 */
public record ClockCost(String name, double medianNs) {
    private static final int BURST_NS = 30_000_000;
    private static final int BATCH_READS = 200;
    private static final int MAX_BATCHES = 10_000;
    private static final int QUICK_BATCHES = 9;

    private static volatile long unusedSink;

    /** The Java clocks: some 30 ms for each of the two. */
    public static List<ClockCost> measureJava() {
        return List.of(
                measure("System.nanoTime", ClockCost::readNanoTime),
                measure("System.currentTimeMillis", ClockCost::readMillis));
    }

    /** The Java clocks, {@code clock_gettime} of each id, and one raw system call: some 30 ms for each of the 12. */
    public static List<ClockCost> measureAll() {
        List<ClockCost> costs = new ArrayList<>(measureJava());
        for (ClockId clock : ClockId.values()) {
            costs.add(measure("clock_gettime(" + clock + ")", reads -> readClock(clock, reads)));
        }
        costs.add(measure("system call clock_gettime(MONOTONIC)", ClockCost::readBySyscall));
        return List.copyOf(costs);
    }

    /** A glance of some 40 µs at what {@link System#nanoTime()} costs now, in nanoseconds. */
    static double glanceAtNanoTime() {
        return median(ClockCost::readNanoTime, QUICK_BATCHES, Long.MAX_VALUE);
    }

    private static ClockCost measure(String name, IntToLongFunction batch) {
        return new ClockCost(name, median(batch, MAX_BATCHES, BURST_NS));
    }

    private static double median(IntToLongFunction batch, int maxBatches, long burstNs) {
        long[] durationsNs = new long[maxBatches];
        int count = 0;
        long startNs = System.nanoTime();
        long endNs = startNs;
        while (count < maxBatches && endNs - startNs < burstNs) {
            long beginNs = endNs;
            unusedSink = batch.applyAsLong(BATCH_READS);
            endNs = System.nanoTime();
            durationsNs[count++] = endNs - beginNs;
        }
        Arrays.sort(durationsNs, 0, count);
        return durationsNs[count / 2] / (double) BATCH_READS;
    }

    private static long readNanoTime(int reads) {
        long sum = 0;
        for (int i = 0; i < reads; i++) {
            sum += System.nanoTime();
        }
        return sum;
    }

    private static long readMillis(int reads) {
        long sum = 0;
        for (int i = 0; i < reads; i++) {
            sum += System.currentTimeMillis();
        }
        return sum;
    }

    private static long readClock(ClockId clock, int reads) {
        long sum = 0;
        for (int i = 0; i < reads; i++) {
            sum += PosixClock.now(clock);
        }
        return sum;
    }

    private static long readBySyscall(int reads) {
        long sum = 0;
        for (int i = 0; i < reads; i++) {
            sum += PosixClock.nowBySyscall(ClockId.MONOTONIC);
        }
        return sum;
    }
}
