// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.TimeUnit;

/** Turns CLOCK_MONOTONIC times into times of day without allocating; reads the wall clock once a second. */
final class WallClock {
    private static final long REFRESH_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long NS_PER_S = TimeUnit.SECONDS.toNanos(1);
    private static final long NS_PER_DAY = TimeUnit.DAYS.toNanos(1);
    private static final int SIXTY = 60;
    private static final int NANO_DIGITS = 9;

    private final ZoneId zone = ZoneId.systemDefault();
    private long realtimeMinusMonotonicNs;
    private long zoneOffsetNs;
    private long refreshNs = Long.MIN_VALUE;

    /** CLOCK_REALTIME nanoseconds. */
    long realtimeNs(long monotonicNs, long nowNs) {
        if (nowNs >= refreshNs) {
            Instant instant = Instant.now();
            realtimeMinusMonotonicNs = instant.getEpochSecond() * NS_PER_S + instant.getNano() - System.nanoTime();
            zoneOffsetNs = zone.getRules().getOffset(instant).getTotalSeconds() * NS_PER_S;
            refreshNs = nowNs + REFRESH_NS;
        }
        return monotonicNs + realtimeMinusMonotonicNs;
    }

    /** Prints {@code 14:03:21.123456789}. */
    void putTimeOfDay(LineBuffer out, long monotonicNs, long nowNs) {
        long ofDayNs = Math.floorMod(realtimeNs(monotonicNs, nowNs) + zoneOffsetNs, NS_PER_DAY);
        long seconds = ofDayNs / NS_PER_S;
        out.putDigits(seconds / SIXTY / SIXTY, 2).put(':');
        out.putDigits(seconds / SIXTY % SIXTY, 2).put(':');
        out.putDigits(seconds % SIXTY, 2).put('.');
        out.putDigits(ofDayNs % NS_PER_S, NANO_DIGITS);
    }
}
