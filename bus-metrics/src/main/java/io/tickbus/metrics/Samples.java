// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The values of one reading, metric by metric. One thread. */
final class Samples {
    private static final double NS_PER_S = TimeUnit.SECONDS.toNanos(1);

    private final Map<BusMetric, List<DataPointSnapshot>> points = new EnumMap<>(BusMetric.class);

    static double seconds(long ns) {
        return ns / NS_PER_S;
    }

    /** Adds a value; {@code labels} are names and values in turn. */
    void add(BusMetric metric, double value, String... labels) {
        Labels all = Labels.of(labels);
        add(metric, metric.type() == BusMetric.Type.COUNTER
                ? CounterDataPointSnapshot.builder().value(Math.max(0, value)).labels(all).build()
                : GaugeDataPointSnapshot.builder().value(value).labels(all).build());
    }

    /** A number, which is exact up to 2^53. */
    void add(BusMetric metric, long value, String... labels) {
        add(metric, (double) value, labels);
    }

    void add(BusMetric metric, DataPointSnapshot point) {
        points.computeIfAbsent(metric, each -> new ArrayList<>()).add(point);
    }

    /** Adds all that another reading has. */
    void addAll(Samples other) {
        other.points.forEach((metric, added) -> points.computeIfAbsent(metric, each -> new ArrayList<>())
                .addAll(added));
    }

    MetricSnapshots snapshots() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        points.forEach((metric, values) -> all.metricSnapshot(snapshot(metric, values)));
        return all.build();
    }

    private static MetricSnapshot snapshot(BusMetric metric, List<DataPointSnapshot> values) {
        return switch (metric.type()) {
            case COUNTER -> {
                CounterSnapshot.Builder counter = CounterSnapshot.builder().name(metric.baseName()).help(metric.help());
                values.forEach(point -> counter.dataPoint((CounterDataPointSnapshot) point));
                yield counter.build();
            }
            case GAUGE -> {
                GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(metric.baseName()).help(metric.help());
                values.forEach(point -> gauge.dataPoint((GaugeDataPointSnapshot) point));
                yield gauge.build();
            }
            case HISTOGRAM -> {
                HistogramSnapshot.Builder histogram =
                        HistogramSnapshot.builder().name(metric.baseName()).help(metric.help());
                values.forEach(point -> histogram.dataPoint((HistogramDataPointSnapshot) point));
                yield histogram.build();
            }
        };
    }
}
