// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.layout.CountersLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A histogram of the {@code counters} file.
 *
 * <p><b>Threads:</b> one records; any read. <b>Progress:</b> wait-free; recording is two loads and two stores, and
 * allocates nothing. They are plain, as an ordered access costs more than the counting: a reader sees them when the
 * thread that records makes its next release store, as each signal and each heartbeat of a daemon has, or sleeps.
 */
public final class DurationHistogram implements HistogramView {
    private static final int SUM_WORD = CountersLayout.HISTOGRAM_SUM / Long.BYTES;
    private static final int BUCKET_WORD = CountersLayout.HISTOGRAM_BUCKET / Long.BYTES;

    private final SharedRegion region;
    private final int offset;
    /** The sum, the label and the buckets: whole words in the order of this machine, which are not torn. */
    private final LongBuffer words;

    DurationHistogram(SharedRegion region, int offset) {
        this.region = region;
        this.offset = offset;
        this.words = region.asByteBuffer().position(offset).limit(offset + CountersLayout.HISTOGRAM_LENGTH)
                .slice().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    }

    /** Makes it, in a file that nobody else sees yet. */
    static void write(SharedRegion region, int offset, HistogramDefinition definition) {
        region.putInt(offset + CountersLayout.HISTOGRAM_KIND, definition.kind().code());
        region.putLong(offset + CountersLayout.HISTOGRAM_KEY, definition.key());
        region.asByteBuffer().put(offset + CountersLayout.HISTOGRAM_LABEL,
                definition.label().getBytes(StandardCharsets.US_ASCII));
    }

    /** What is recorded in it. */
    public HistogramKind kind() {
        return HistogramKind.of(region.getInt(offset + CountersLayout.HISTOGRAM_KIND));
    }

    /** Which one of its kind, if it {@linkplain #isUsed is used}. */
    public long key() {
        return region.getLongOpaque(offset + CountersLayout.HISTOGRAM_KEY);
    }

    /** Its name. */
    public String label() {
        return CounterDefinition.label(region, offset + CountersLayout.HISTOGRAM_LABEL,
                CountersLayout.HISTOGRAM_LABEL_LENGTH);
    }

    /** Whether it has a key. */
    public boolean isUsed() {
        return key() != CountersLayout.NOT_USED;
    }

    /** Writer, once, of one that is not used: gives it a key. */
    public void claim(long key) {
        region.putLongOpaque(offset + CountersLayout.HISTOGRAM_KEY, key);
    }

    /** Writer: counts one duration; what is less than 0 counts as 0. */
    public void record(long ns) {
        record(CountersLayout.bucketOf(ns), ns);
    }

    /** Writer, for a duration that goes into several histograms: as {@link #record(long)}, with its bucket. */
    public void record(int bucket, long ns) {
        int at = BUCKET_WORD + bucket;
        words.put(at, words.get(at) + 1);
        words.put(SUM_WORD, words.get(SUM_WORD) + Math.max(0, ns));
    }

    @Override
    public long sumNs() {
        return region.getLongOpaque(offset + CountersLayout.HISTOGRAM_SUM);
    }

    @Override
    public long inBucket(int bucket) {
        return region.getLongOpaque(offset + CountersLayout.HISTOGRAM_BUCKET + bucket * Long.BYTES);
    }
}
