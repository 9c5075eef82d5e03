// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.Percentiles;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** What is counted of firings, and how late they were. Travels between processes and adds up. */
final class FiringStats {
    private static final long HIGHEST_NS = 120_000_000_000L;
    private static final int DIGITS = 3;

    /** What is counted, besides what is measured. */
    enum Tally { LOST, DUPLICATED, EARLY, OUT_OF_ORDER, MISSED }

    private final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
    private final Histogram histogram;

    FiringStats() {
        this(new Histogram(HIGHEST_NS, DIGITS));
    }

    private FiringStats(Histogram histogram) {
        this.histogram = histogram;
    }

    /** Records one firing that counts. */
    void record(long latenessNs) {
        record(latenessNs, 1);
    }

    void record(long latenessNs, long times) {
        histogram.recordValueWithCount(Math.max(0, Math.min(latenessNs, HIGHEST_NS)), times);
    }

    void tally(Tally what, long times) {
        if (times != 0) {
            tallies.merge(what, times, Long::sum);
        }
    }

    long tally(Tally what) {
        return tallies.getOrDefault(what, 0L);
    }

    long count() {
        return histogram.getTotalCount();
    }

    long percentileNs(double percentile) {
        return histogram.getValueAtPercentile(percentile);
    }

    void add(FiringStats other) {
        other.tallies.forEach(this::tally);
        histogram.add(other.histogram);
    }

    /** Whether all came once, in order and not early. */
    boolean isFlawless() {
        return tally(Tally.LOST) == 0 && tally(Tally.DUPLICATED) == 0 && tally(Tally.EARLY) == 0
                && tally(Tally.OUT_OF_ORDER) == 0;
    }

    /** For reports. */
    Map<String, Object> toReport() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("count", count());
        map.put("lost", tally(Tally.LOST));
        map.put("duplicated", tally(Tally.DUPLICATED));
        map.put("early", tally(Tally.EARLY));
        map.put("outOfOrder", tally(Tally.OUT_OF_ORDER));
        map.put("missed", tally(Tally.MISSED));
        map.put("latenessNs", latenessNs());
        return map;
    }

    Map<String, Object> latenessNs() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("mean", Math.round(histogram.getMean()));
        map.putAll(Percentiles.of(histogram));
        return map;
    }

    /** For another process. */
    Map<String, Object> toWire() {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Tally each : Tally.values()) {
            map.put(each.name(), tally(each));
        }
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        map.put("histogram", Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length)));
        return map;
    }

    static FiringStats ofWire(Map<String, Object> map) {
        byte[] bytes = Base64.getDecoder().decode((String) map.get("histogram"));
        try {
            Histogram histogram = new Histogram(HIGHEST_NS, DIGITS);
            histogram.add(Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), HIGHEST_NS));
            FiringStats stats = new FiringStats(histogram);
            for (Tally each : Tally.values()) {
                stats.tally(each, JsonLines.number(map, each.name()));
            }
            return stats;
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("not a histogram", e);
        }
    }
}
