// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.Durations;
import io.tickbus.cli.TimeText;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.IntegerText;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** When a timer is due first: a time of day, or {@code monotonic:NANOSECONDS}. Exactly one of the two is set. */
record DueTime(TimeText time, Long monotonicNs) {
    private static final String MONOTONIC = "monotonic:";
    private static final long MOST_DAYS = TimeUnit.NANOSECONDS.toDays(Durations.LONGEST_NS);
    private static final int DIGITS_OF_SECONDS = 11;
    private static final int DIGITS_OF_MS = 14;

    static DueTime parse(String text) {
        if (text.startsWith(MONOTONIC)) {
            return new DueTime(null, IntegerText.toLong(text.substring(MONOTONIC.length())));
        }
        if (text.matches("-?[0-9]+")) {
            throw new IllegalArgumentException("a number alone may be " + (text.length() < DIGITS_OF_SECONDS
                    ? "seconds" : text.length() < DIGITS_OF_MS ? "milliseconds" : "nanoseconds") + " of any clock: "
                    + "write @SECONDS for seconds since 1970, or " + MONOTONIC + "NANOSECONDS of CLOCK_MONOTONIC: at="
                    + text);
        }
        return new DueTime(TimeText.parse(text), null);
    }

    /** How long until then, by the present time of both clocks; negative for what is past. */
    long delayNs(Instant now, long nowNs) {
        if (monotonicNs != null) {
            return Math.max(0, monotonicNs) - nowNs;
        }
        Duration delay = Duration.between(now, time.instant());
        if (Math.abs(delay.toDays()) > MOST_DAYS) {
            throw new IllegalArgumentException("a timer is due within 100 years: at=" + time.instant());
        }
        return delay.toNanos();
    }

    /**
     * How long until the first firing from now on: at once for what is past, or, with a period, at the next of the
     * times that began then. A time of CLOCK_MONOTONIC is a program's, and stays as it is.
     */
    long nextNs(long delayNs, long periodNs) {
        return delayNs >= 0 || time == null ? delayNs : periodNs == 0 ? 0 : Math.floorMod(delayNs, periodNs);
    }

    /** What is worth saying about the time; empty for nothing. */
    String remark(long delayNs, long periodNs) {
        String zoned = time == null || time.zone() == null ? "" : "; it was taken as " + time;
        if (delayNs < 0 && time != null) {
            return "that time was " + DurationText.format(-delayNs) + " ago, so the timer is due "
                    + (periodNs == 0 ? "at once" : "at its next period") + zoned;
        }
        return zoned.isEmpty() ? "" : "a time without an offset is one of this host's zone: taken as " + time;
    }
}
