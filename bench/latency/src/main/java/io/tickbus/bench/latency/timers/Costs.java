// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.harness.Percentiles;
import java.util.List;
import java.util.Map;

/** What pending timers of one kind cost, over all rounds. */
final class Costs {
    private static final double TENTHS = 10.0;

    private final int timers;
    private final Medians memory = new Medians();
    private final Medians arms = new Medians();
    private final Medians cancels = new Medians();

    Costs(int timers) {
        this.timers = timers;
    }

    /**
     * Adds what a heap contained: before there was anything, with everything but timers, and with all of them.
     * What there is without timers is a part of each timer's share, and is reported as well.
     */
    void addHeap(long beforeBytes, long emptyBytes, long fullBytes) {
        memory.add("heapBytesPerTimer", perTimer(fullBytes - beforeBytes));
        memory.add("emptyHeapBytes", emptyBytes - beforeBytes);
    }

    /** Adds what the timers say of themselves; less than 0 for nothing. */
    void addOwn(long ownBytes) {
        if (ownBytes >= 0) {
            memory.add("ownBytesPerTimer", perTimer(ownBytes));
        }
    }

    /** Adds the percentiles of a round's bursts. */
    void addNs(Map<String, Object> armNs, Map<String, Object> cancelNs) {
        arms.addAll(armNs);
        cancels.addAll(cancelNs);
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
        return Percentiles.of(lines.stream().filter(line -> line.startsWith(word))
                .map(line -> Double.valueOf(line.substring(word.length()))).toList());
    }

    private double perTimer(long bytes) {
        return Math.round(TENTHS * bytes / timers) / TENTHS;
    }

    /** Fills a row with the medians of the rounds. */
    void report(Row row) {
        row.put("timers", timers);
        memory.toMap().forEach(row::put);
        row.put("nsPerArm", arms.toMap());
        row.put("nsPerCancel", cancels.toMap());
    }
}
