// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import static org.junit.jupiter.api.Assertions.fail;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a collector gave in one scrape, for tests. */
final class Scrape {
    /** By the name as the library has it and the labels, such as {@code tickbus_up{bus="a"}}. */
    private final Map<String, DataPointSnapshot> points = new TreeMap<>();

    private Scrape(MultiCollector collector) {
        for (MetricSnapshot snapshot : collector.collect()) {
            snapshot.getDataPoints().forEach(point -> points.put(snapshot.getMetadata().getName()
                    + text(point.getLabels()), point));
        }
    }

    static Scrape of(MultiCollector collector) {
        return new Scrape(collector);
    }

    private static String text(Labels labels) {
        return labels.isEmpty() ? "" : labels.stream().map(label -> label.getName() + "=\"" + label.getValue() + "\"")
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** A value; {@code series} has its labels in alphabetic order. */
    double value(String series) {
        DataPointSnapshot point = point(series);
        return point instanceof CounterDataPointSnapshot counter ? counter.getValue()
                : ((GaugeDataPointSnapshot) point).getValue();
    }

    HistogramDataPointSnapshot histogram(String series) {
        return (HistogramDataPointSnapshot) point(series);
    }

    private DataPointSnapshot point(String series) {
        return points.containsKey(series) ? points.get(series) : fail("no " + series + " in " + points.keySet());
    }

    boolean has(String series) {
        return points.containsKey(series);
    }

    /** All names, without labels. */
    Set<String> names() {
        return points.keySet().stream().map(series -> series.replaceFirst("\\{.*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
