package io.tickbus.bench.latency.timers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What pending timers of one kind cost, over all rounds. */
final class Costs {
    private static final double TENTHS = 10.0;

    private final int timers;
    private final List<Double> heapBytesPerTimer = new ArrayList<>();
    private final List<Double> ownBytesPerTimer = new ArrayList<>();
    private final List<Long> emptyHeapBytes = new ArrayList<>();
    private final List<Map<String, Object>> arms = new ArrayList<>();
    private final List<Map<String, Object>> cancels = new ArrayList<>();

    Costs(int timers) {
        this.timers = timers;
    }

    /**
     * Adds what a heap held: before there was anything, with everything but timers, and with all of them. What there is
     * without timers is a part of each timer's share, and is told apart as well.
     */
    void addHeap(long beforeBytes, long emptyBytes, long fullBytes) {
        heapBytesPerTimer.add((fullBytes - beforeBytes) / (double) timers);
        emptyHeapBytes.add(emptyBytes - beforeBytes);
    }

    /** Adds what the timers say of themselves; less than 0 for nothing. */
    void addOwn(long ownBytes) {
        if (ownBytes >= 0) {
            ownBytesPerTimer.add(ownBytes / (double) timers);
        }
    }

    /** Adds the percentiles of a round's bursts. */
    void addNs(Map<String, Object> armNs, Map<String, Object> cancelNs) {
        arms.add(armNs);
        cancels.add(cancelNs);
    }

    /** Fills a row with the medians of the rounds. */
    void report(Row row) {
        row.put("timers", timers);
        if (!heapBytesPerTimer.isEmpty()) {
            row.put("heapBytesPerTimer", tenths(Row.median(heapBytesPerTimer)));
            row.put("emptyHeapBytes", Row.median(emptyHeapBytes));
        }
        if (!ownBytesPerTimer.isEmpty()) {
            row.put("ownBytesPerTimer", tenths(Row.median(ownBytesPerTimer)));
        }
        row.put("nsPerArm", medians(arms));
        row.put("nsPerCancel", medians(cancels));
    }

    private static double tenths(double value) {
        return Math.round(TENTHS * value) / TENTHS;
    }

    private static Map<String, Object> medians(List<Map<String, Object>> rounds) {
        Map<String, Object> medians = new LinkedHashMap<>();
        for (String figure : rounds.get(0).keySet()) {
            medians.put(figure, Row.median(rounds.stream().map(each -> Wire.fraction(each, figure)).toList()));
        }
        return medians;
    }
}
