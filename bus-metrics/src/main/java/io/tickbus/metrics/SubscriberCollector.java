// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tickbus.subscriber.SubscriberStatistics;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Shows the statistics of subscribers to Prometheus:
 *
 * <pre>{@code
 * SubscriberStatistics statistics = new SubscriberStatistics();
 * SignalSubscriber subscriber = SignalSubscriber.attach(bus, SubscriberOptions.defaults().withStatistics(statistics));
 * PrometheusRegistry.defaultRegistry.register(new SubscriberCollector().add(bus.name(), "orders", statistics));
 * }</pre>
 *
 * <p><b>Threads:</b> any.
 */
public final class SubscriberCollector implements MultiCollector {
    private record Shown(String bus, String subscriber, SubscriberStatistics statistics) {
        private void add(Samples samples) {
            String[] labels = {"bus", bus, "subscriber", subscriber};
            samples.add(BusMetric.SUBSCRIBER_RECEIVED, statistics.received(), labels);
            samples.add(BusMetric.SUBSCRIBER_FILTERED, statistics.filtered(), labels);
            samples.add(BusMetric.SUBSCRIBER_LOST, statistics.lost(), labels);
            samples.add(BusMetric.SUBSCRIBER_OVERRUNS, statistics.overruns(), labels);
            samples.add(BusMetric.SUBSCRIBER_LAG, statistics.lag(), labels);
            if (statistics.sequence() >= 0) {
                samples.add(BusMetric.SUBSCRIBER_SEQUENCE, statistics.sequence(), labels);
            }
            samples.add(BusMetric.SUBSCRIBER_LATENESS,
                    HistogramConversion.FINE.convert(statistics.lateness(), Labels.of(labels)));
        }
    }

    private final List<Shown> shown = new CopyOnWriteArrayList<>();

    /** A collector that shows nothing yet. */
    public SubscriberCollector() {
    }

    /**
     * Shows one more.
     *
     * @param bus        the bus's name
     * @param subscriber what to call it; two of a bus with one name are an error of the scrape
     */
    public SubscriberCollector add(String bus, String subscriber, SubscriberStatistics statistics) {
        shown.add(new Shown(bus, subscriber, statistics));
        return this;
    }

    @Override
    public MetricSnapshots collect() {
        Samples samples = new Samples();
        shown.forEach(each -> each.add(samples));
        return samples.snapshots();
    }
}
