// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/**
 * The {@code counters} file: a page of header, a slot per counter, histograms of durations, a ring of late firings
 * and one of timers that are due next.
 * Little-endian. Written by the daemon only, recreated by each daemon, mapped read-only by everybody else. Counters and
 * histograms say themselves what they are called and what they count, so that a reader needs no list of them.
 *
 * <pre>
 *  offset
 *     0  identity of the file     written once, at creation             (line 0)
 *    64  identity of the bus      written once, at creation             (line 1)
 *   128  identity of the process  written once, at creation             (line 2)
 *   192  reserved, zero
 *  4096  counter 0, 1, …          C of 64 bytes
 *        histogram 0, 1, …        H of 64 + 592 × 8 bytes
 *        late firings             a ring of L slots of 64 bytes, see {@link LateFiringLayout}
 *        timers due next          a ring of 16 slots of 64 bytes, see {@link NextTimerLayout}
 * </pre>
 *
 * <p>A counter. The value alone changes, by opaque stores of the one thread that it belongs to; it orders nothing.
 *
 * <pre>
 *   0        8    12   16                                                64
 *  +--------+----+----+---------------------------------------------------+
 *  | value  | id |unit| label, ASCII, padded with zeros                   |
 *  +--------+----+----+---------------------------------------------------+
 * </pre>
 *
 * <p>A histogram. The sum and the buckets change by plain stores of whole words by the one thread that it belongs to;
 * the key of one that was not in use at first changes once, by an opaque store. They order nothing.
 *
 * <pre>
 *   0    4    8        16       24                                       64
 *  +----+----+--------+--------+------------------------------------------+------- - - -+
 *  |kind| 0  | key    | sum    | label, ASCII, padded with zeros          | 592 buckets |
 *  +----+----+--------+--------+------------------------------------------+------- - - -+
 * </pre>
 *
 * <p><b>The buckets</b> are log-linear: 16 for each power of two, so that a bucket is never wider than a 16th
 * of its values. A duration of {@code ns} less than 16 is in bucket {@code ns}. Any other has its highest bit at
 * {@code e} = 4 … 39 and is in bucket {@code 16 (e − 3) + ((ns >> (e − 4)) − 16)}. Negative ones are in bucket 0, those
 * of 2^40 ns (18 minutes) and more in the last. So bucket {@code b} of 16 and more begins at
 * {@code (16 + b mod 16) << (b / 16 − 1)} and is {@code 1 << (b / 16 − 1)} wide.
 */
public final class CountersLayout {
    /** Version of everything in this file. */
    public static final int VERSION = 4;
    /** The ASCII bytes {@code TICKCNT1}, read as a little-endian int64. */
    public static final long MAGIC_VALUE = 0x3154_4E43_4B43_4954L;
    /** Bytes before counter 0: one page. */
    public static final int HEADER_LENGTH = 4096;
    /** The most counters of a file. */
    public static final int MAX_COUNTER_COUNT = 1024;
    /** The most histograms of a file. */
    public static final int MAX_HISTOGRAM_COUNT = 1024;
    /** The most slots of the ring of late firings. */
    public static final int MAX_LATE_SLOTS = 1 << 16;
    /** Slots of the ring of timers that are due next: two lists. */
    public static final int NEXT_SLOTS = 16;
    private static final int LINE = 64;

    /** int32: buckets of each histogram, {@link #BUCKET_COUNT}. */
    public static final int HISTOGRAM_BUCKETS = FileHeaderLayout.END;
    /** int32: buckets for each power of two, {@link #BUCKETS_PER_POWER}. */
    public static final int HISTOGRAM_BUCKETS_PER_POWER = HISTOGRAM_BUCKETS + Integer.BYTES;
    /** int32: number of histograms. */
    public static final int HISTOGRAM_COUNT = HISTOGRAM_BUCKETS_PER_POWER + Integer.BYTES;
    /** int32: slots of the ring of late firings, a power of two. */
    public static final int LATE_SLOTS = HISTOGRAM_COUNT + Integer.BYTES;

    /** int64: history of the bus, {@link SignalsLayout#HISTORY_ID}. */
    public static final int HISTORY_ID = LINE;
    /** int64: the daemon's epoch, {@link SignalsLayout#EPOCH}; with another one the counters are a former daemon's. */
    public static final int EPOCH = HISTORY_ID + Long.BYTES;

    /** int64: process id of the daemon, as its own pid namespace numbers it. */
    public static final int PID = 2 * LINE;
    /** int64: start time of that process in clock ticks since boot; 0 where unknown. */
    public static final int START_TICKS = PID + Long.BYTES;
    /** int64: inode of its pid namespace; 0 where unknown. */
    public static final int PID_NAMESPACE = START_TICKS + Long.BYTES;

    /** Bytes per counter. */
    public static final int COUNTER_LENGTH = 64;
    /** Within a counter, int64, opaque: its value. */
    public static final int COUNTER_VALUE = 0;
    /** Within a counter, int32: which one it is, the same in every version; labels may change. */
    public static final int COUNTER_ID = COUNTER_VALUE + Long.BYTES;
    /** Within a counter, int32: {@link io.tickbus.core.CounterUnit#code()}. */
    public static final int COUNTER_UNIT = COUNTER_ID + Integer.BYTES;
    /** Within a counter, 48 bytes: its name. */
    public static final int COUNTER_LABEL = COUNTER_UNIT + Integer.BYTES;
    /** Bytes of a label. */
    public static final int LABEL_LENGTH = COUNTER_LENGTH - COUNTER_LABEL;

    /** Buckets for each power of two. */
    public static final int BUCKETS_PER_POWER = 16;
    private static final int BITS_PER_POWER = 4;
    /** A duration from 2 to this power on, in nanoseconds, is in the last bucket. */
    public static final int HIGHEST_POWER = 40;
    /** Buckets of a histogram. */
    public static final int BUCKET_COUNT = BUCKETS_PER_POWER * (HIGHEST_POWER - BITS_PER_POWER + 1);

    /** Within a histogram, int32: what it is a histogram of, a code. */
    public static final int HISTOGRAM_KIND = 0;
    /** Within a histogram, int64, opaque: which one of its kind, or {@link #NOT_USED}. */
    public static final int HISTOGRAM_KEY = HISTOGRAM_KIND + 2 * Integer.BYTES;
    /** Within a histogram, int64, plain: the sum of what was recorded, in nanoseconds. */
    public static final int HISTOGRAM_SUM = HISTOGRAM_KEY + Long.BYTES;
    /** Within a histogram, 40 bytes: its name. */
    public static final int HISTOGRAM_LABEL = HISTOGRAM_SUM + Long.BYTES;
    /** Within a histogram: bucket 0, an int64, plain. */
    public static final int HISTOGRAM_BUCKET = LINE;
    /** Bytes of a histogram's label. */
    public static final int HISTOGRAM_LABEL_LENGTH = HISTOGRAM_BUCKET - HISTOGRAM_LABEL;
    /** Bytes per histogram. */
    public static final int HISTOGRAM_LENGTH = HISTOGRAM_BUCKET + BUCKET_COUNT * Long.BYTES;
    /** {@link #HISTOGRAM_KEY} of one that is not in use yet. */
    public static final long NOT_USED = Long.MIN_VALUE + 1;

    private CountersLayout() {
    }

    /** Byte offset of a counter. */
    public static int counterOffset(int counter) {
        return HEADER_LENGTH + counter * COUNTER_LENGTH;
    }

    /** Byte offset of a histogram. */
    public static int histogramOffset(int counterCount, int histogram) {
        return counterOffset(counterCount) + histogram * HISTOGRAM_LENGTH;
    }

    /** Byte offset of the first slot of the ring of late firings. */
    public static int lateOffset(int counterCount, int histogramCount) {
        return histogramOffset(counterCount, histogramCount);
    }

    /** Byte offset of the first slot of the ring of timers that are due next. */
    public static int nextOffset(int counterCount, int histogramCount, int lateSlots) {
        return lateOffset(counterCount, histogramCount) + lateSlots * LateFiringLayout.LENGTH;
    }

    /** Length in bytes of a file. */
    public static int fileLength(int counterCount, int histogramCount, int lateSlots) {
        return nextOffset(counterCount, histogramCount, lateSlots) + NEXT_SLOTS * NextTimerLayout.LENGTH;
    }

    /** The bucket that a duration in nanoseconds is counted in. */
    public static int bucketOf(long ns) {
        if (ns < BUCKETS_PER_POWER) {
            return (int) Math.max(0, ns);
        }
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(ns);
        if (power >= HIGHEST_POWER) {
            return BUCKET_COUNT - 1;
        }
        int shift = power - BITS_PER_POWER;
        return shift * BUCKETS_PER_POWER + (int) (ns >> shift);
    }

    /** The shortest duration in a bucket, in nanoseconds; the bucket after the last begins at 2^40. */
    public static long bucketStartNs(int bucket) {
        if (bucket < BUCKETS_PER_POWER) {
            return bucket;
        }
        return (BUCKETS_PER_POWER + bucket % BUCKETS_PER_POWER) * (1L << (bucket / BUCKETS_PER_POWER - 1));
    }
}
