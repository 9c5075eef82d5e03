package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.harness.Percentiles;
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
     * Adds what a heap contained: before there was anything, with everything but timers, and with all of them.
     * What there is without timers is a part of each timer's share, and is reported as well.
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

    /** Reads a burst's mean a line, "arm 247.1" or "cancel 56.2", and "heap", before and with all, in bytes. */
    void addGo(String output) {
        List<String> lines = output.lines().toList();
        for (String line : lines) {
            if (line.startsWith("heap")) {
                String[] words = line.split(" ", -1);
                addHeap(Long.parseLong(words[1]), Long.parseLong(words[1]), Long.parseLong(words[2]));
            }
        }
        addNs(means(lines, "arm "), means(lines, "cancel "));
    }

    private static Map<String, Object> means(List<String> lines, String word) {
        BurstMeans means = new BurstMeans(lines.size());
        lines.stream().filter(line -> line.startsWith(word))
                .forEach(line -> means.add(Double.parseDouble(line.substring(word.length()))));
        return means.percentiles();
    }

    /** Fills a row with the medians of the rounds. */
    void report(Row row) {
        row.put("timers", timers);
        if (!heapBytesPerTimer.isEmpty()) {
            row.put("heapBytesPerTimer", tenths(Percentiles.median(heapBytesPerTimer)));
            row.put("emptyHeapBytes", Percentiles.median(emptyHeapBytes));
        }
        if (!ownBytesPerTimer.isEmpty()) {
            row.put("ownBytesPerTimer", tenths(Percentiles.median(ownBytesPerTimer)));
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
            medians.put(figure,
                    Percentiles.median(rounds.stream().map(each -> JsonLines.fraction(each, figure)).toList()));
        }
        return medians;
    }
}
