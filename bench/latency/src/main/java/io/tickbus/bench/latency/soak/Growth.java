// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * Whether anything has grown: the least of the second quarter of the samples against the least of the last. A leak
 * raises the least; a file that is open at the moment of a sample, or memory that a burst of work needed, does not. The
 * first quarter is what a JVM needs until its code is compiled and its heap has the size that it keeps.
 */
final class Growth {
    private static final int QUARTERS = 4;
    static final int LEAST_SAMPLES = 2 * QUARTERS;
    /** What the allocator of the C library and the JVM's compilers may keep. */
    private static final long RSS_SLACK_KB = 4 << 10;
    private static final double RSS_SLACK = 0.02;
    /** Of clients that have just left: after a collection another thread unmaps them. */
    private static final long MAPPINGS_SLACK = 8;
    /** Compiler threads of the JVM come and go. */
    private static final long THREADS_SLACK = 1;

    private Growth() {
    }

    /** A sentence for all that has grown; none if nothing has. */
    static List<String> of(String process, List<Footprint> samples) {
        List<String> found = new ArrayList<>();
        if (samples.size() < LEAST_SAMPLES) {
            found.add(process + ": too few intervals to judge growth: intervals=" + samples.size() + ", at least "
                    + LEAST_SAMPLES);
            return found;
        }
        long rssKb = before(samples, Footprint::rssKb);
        judge(found, process + ": resident memory, kB", samples, Footprint::rssKb,
                RSS_SLACK_KB + (long) (RSS_SLACK * rssKb));
        judge(found, process + ": mapped files", samples, Footprint::mappings, MAPPINGS_SLACK);
        judge(found, process + ": open descriptors", samples, Footprint::descriptors, 0);
        judge(found, process + ": threads", samples, Footprint::threads, THREADS_SLACK);
        judge(found, process + ": files", samples, Footprint::files, 0);
        return found;
    }

    private static void judge(List<String> found, String what, List<Footprint> samples,
            ToLongFunction<Footprint> value, long slack) {
        long before = before(samples, value);
        long after = least(samples.subList(samples.size() - samples.size() / QUARTERS, samples.size()), value);
        if (after > before + slack) {
            found.add(String.format(Locale.ROOT, "%s: grew from %d to %d", what, before, after));
        }
    }

    private static long before(List<Footprint> samples, ToLongFunction<Footprint> value) {
        int quarter = samples.size() / QUARTERS;
        return least(samples.subList(quarter, 2 * quarter), value);
    }

    private static long least(List<Footprint> samples, ToLongFunction<Footprint> value) {
        return samples.stream().mapToLong(value).min().orElseThrow();
    }
}
