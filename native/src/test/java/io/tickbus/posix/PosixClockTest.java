// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class PosixClockTest {
    private static final int ROUNDS = 200_000;

    @BeforeEach
    void requireLinux() {
        OnLinux.platform();
    }

    @Test
    void shouldShowThatNanoTimeIsClockMonotonic() {
        for (int i = 0; i < ROUNDS; i++) {
            long before = PosixClock.now(ClockId.MONOTONIC);
            long nano = System.nanoTime();
            long after = PosixClock.now(ClockId.MONOTONIC);
            assertOrdered(before, nano, after);
        }
    }

    @Test
    void shouldShowThatClockMonotonicIsNanoTime() {
        for (int i = 0; i < ROUNDS; i++) {
            long before = System.nanoTime();
            long posix = PosixClock.now(ClockId.MONOTONIC);
            long after = System.nanoTime();
            assertOrdered(before, posix, after);
        }
    }

    @Test
    void shouldReadSameClockBySyscall() {
        for (int i = 0; i < ROUNDS; i++) {
            long before = System.nanoTime();
            long posix = PosixClock.nowBySyscall(ClockId.MONOTONIC);
            long after = System.nanoTime();
            assertOrdered(before, posix, after);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadEachClockForwards(ClockId clock) {
        long first = PosixClock.now(clock);
        assertTrue(first > 0, () -> clock + "=" + first);
        assertTrue(PosixClock.nowBySyscall(ClockId.THREAD_CPUTIME) > 0);
        if (clock != ClockId.REALTIME && clock != ClockId.REALTIME_COARSE && clock != ClockId.TAI) {
            assertTrue(PosixClock.nowBySyscall(clock) >= first, () -> clock + " went back");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKnowResolutionOfEachClock(ClockId clock) {
        boolean isCoarse = clock.name().endsWith("_COARSE");
        long resolutionNs = PosixClock.resolution(clock);
        assertTrue(resolutionNs >= 1 && resolutionNs <= 10_000_000, () -> clock + " resolutionNs=" + resolutionNs);
        assertTrue(!isCoarse || resolutionNs >= 1_000_000, () -> clock + " resolutionNs=" + resolutionNs);
    }

    @Test
    void shouldCountCpuTimeOfAllThreads() {
        long before = new LinuxPlatform().processCpuNs();
        while (PosixClock.now(ClockId.THREAD_CPUTIME) < 1_000_000) {
            Thread.onSpinWait();
        }
        assertTrue(before > 0 && new LinuxPlatform().processCpuNs() >= PosixClock.now(ClockId.THREAD_CPUTIME));
    }

    private static void assertOrdered(long before, long between, long after) {
        assertTrue(before <= between && between <= after, () -> before + " <= " + between + " <= " + after);
    }
}
