// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.file.HistogramView;
import io.tickbus.core.internal.layout.CountersLayout;
import java.util.concurrent.TimeUnit;

/**
 * From which lateness on, beyond the delay that is on purpose, a firing is worth a cause: ten times what 99 % of the
 * firings did not exceed lately, 100 µs at least and 10 ms at most. Of the last {@value #WINDOWS} seconds the calmest
 * counts, so that one bad second does not hide the next.
 *
 * <p><b>Threads:</b> the timer thread. <b>Progress:</b> wait-free, allocates nothing.
 */
final class LateThreshold {
    static final long LEAST_NS = TimeUnit.MICROSECONDS.toNanos(100);
    static final long MOST_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int TIMES_USUAL = 10;
    private static final double USUAL_PERCENT = 99;
    private static final int WINDOWS = 4;
    private static final long WINDOW_NS = TimeUnit.SECONDS.toNanos(1);
    /** Of fewer firings, one that was late is more than 1 %. */
    private static final int LEAST_FIRINGS = 200;

    private final long[] before = new long[CountersLayout.BUCKET_COUNT];
    private final long[] window = new long[CountersLayout.BUCKET_COUNT];
    private final long[] usualNs = new long[WINDOWS];
    private int windows;
    private long nextNs = Long.MIN_VALUE;
    private long fixedNs;
    private long ns = LEAST_NS;

    long ns() {
        return ns;
    }

    /** Sets the threshold; 0 lets it adapt. */
    void fix(long newFixedNs) {
        fixedNs = newFixedNs;
        ns = fixedNs > 0 ? fixedNs : LEAST_NS;
    }

    /** Once a second: takes what was usual since; {@code slackNs} is how long firings may be delayed on purpose. */
    void adapt(long nowNs, HistogramView lateness, long slackNs) {
        if (nowNs < nextNs || fixedNs > 0) {
            return;
        }
        nextNs = nowNs + WINDOW_NS;
        long firings = 0;
        for (int bucket = 0; bucket < window.length; bucket++) {
            window[bucket] = lateness.inBucket(bucket) - before[bucket];
            firings += window[bucket];
        }
        if (firings < LEAST_FIRINGS) {
            return;
        }
        for (int bucket = 0; bucket < window.length; bucket++) {
            before[bucket] += window[bucket];
        }
        // A percentile is the end of its bucket, and so the slack must be that of its own.
        long slackEndNs = CountersLayout.bucketStartNs(CountersLayout.bucketOf(slackNs) + 1) - 1;
        usualNs[windows++ % WINDOWS] = HistogramView.percentileNs(window, USUAL_PERCENT) - slackEndNs;
        long calmestNs = Long.MAX_VALUE;
        for (int i = 0; i < Math.min(windows, WINDOWS); i++) {
            calmestNs = Math.min(calmestNs, usualNs[i]);
        }
        ns = Math.min(MOST_NS, Math.max(LEAST_NS, TIMES_USUAL * calmestNs));
    }
}
