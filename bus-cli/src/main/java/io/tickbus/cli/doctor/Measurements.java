// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.cli.host.HiccupMeter;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platforms;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What this host does to a thread that spins, and to one that sleeps: about a second in all. */
final class Measurements {
    private static final long SPIN_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long SLEEP_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int SLEEPS = 300;
    private static final int WARM_UP_SLEEPS = 50;
    private static final long GOOD_HICCUP_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long BAD_HICCUP_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long GOOD_OVERSLEEP_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long BAD_OVERSLEEP_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final double PERCENT = 100;
    private static final double P50 = 50;
    private static final double P99 = 99;
    private static final int DIGITS = 3;
    private static final int REGION_LENGTH = 4096;

    private Measurements() {
    }

    static List<Finding> findings() {
        return List.of(hiccups(), oversleep());
    }

    private static Finding hiccups() {
        HiccupMeter meter = new HiccupMeter();
        meter.spinUntil(System.nanoTime() + SPIN_NS / 10);
        meter.reset();
        meter.spinUntil(System.nanoTime() + SPIN_NS);
        String value = String.format(Locale.ROOT, "%d gaps over %s in %s of spinning, %.2f %% of it, the longest %s",
                meter.count(), DurationText.format(HiccupMeter.THRESHOLD_NS), DurationText.format(meter.spunNs()),
                PERCENT * meter.stolenNs() / meter.spunNs(), DurationText.format(meter.maxNs()));
        if (meter.maxNs() < GOOD_HICCUP_NS) {
            return Finding.ok("hiccups", value);
        }
        String remedy = "Stop what else runs here, isolate a processor, or ask for a host with dedicated ones: no"
                + " thread can be more precise than one that only reads the clock.";
        return meter.maxNs() < BAD_HICCUP_NS ? Finding.warn("hiccups", value, remedy)
                : Finding.bad("hiccups", value, remedy);
    }

    private static Finding oversleep() {
        Platforms.current().setTimerSlackNs(1);
        FutexWord word = Platforms.current().futexWord(SharedRegion.allocate(REGION_LENGTH), 0);
        Histogram oversleep = new Histogram(1, TimeUnit.MINUTES.toNanos(1), DIGITS);
        for (int i = 0; i < WARM_UP_SLEEPS + SLEEPS; i++) {
            long untilNs = System.nanoTime() + SLEEP_NS;
            word.await(0, untilNs);
            if (i >= WARM_UP_SLEEPS) {
                oversleep.recordValue(Math.max(0, Math.min(System.nanoTime() - untilNs, TimeUnit.MINUTES.toNanos(1))));
            }
        }
        long p99 = oversleep.getValueAtPercentile(P99);
        String value = String.format(Locale.ROOT, "%d sleeps of %s ended late by p50 %s, p99 %s, max %s", SLEEPS,
                DurationText.format(SLEEP_NS), DurationText.format(oversleep.getValueAtPercentile(P50)),
                DurationText.format(p99), DurationText.format(oversleep.getMaxValue()));
        if (p99 < GOOD_OVERSLEEP_NS) {
            return Finding.ok("wake-up", value);
        }
        String remedy = "Fix the idle states, the governor and the load above; --mode hybrid and --wait predictive"
                + " learn this and wake up earlier.";
        return p99 < BAD_OVERSLEEP_NS ? Finding.warn("wake-up", value, remedy) : Finding.bad("wake-up", value, remedy);
    }
}
