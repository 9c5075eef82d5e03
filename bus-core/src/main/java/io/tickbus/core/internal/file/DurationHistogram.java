// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.layout.CountersLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import java.nio.charset.StandardCharsets;

/**
 * A histogram of the {@code counters} file.
 *
 * <p><b>Threads:</b> one records; any read. <b>Progress:</b> wait-free; recording is two loads and two stores, and
 * allocates nothing.
 */
public final class DurationHistogram implements HistogramView {
    private final SharedRegion region;
    private final int offset;

    DurationHistogram(SharedRegion region, int offset) {
        this.region = region;
        this.offset = offset;
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
        int at = offset + CountersLayout.HISTOGRAM_BUCKET + bucket * Long.BYTES;
        region.putLongOpaque(at, region.getLong(at) + 1);
        int sumAt = offset + CountersLayout.HISTOGRAM_SUM;
        region.putLongOpaque(sumAt, region.getLong(sumAt) + Math.max(0, ns));
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
