// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tickbus.subscriber.SubscriberStatistics;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Shows the statistics of a subscriber through Micrometer, as {@code tickbus.subscriber.*}. Micrometer takes no
 * histogram that is counted elsewhere: lateness becomes a timer of count and total, and gauges of percentiles since the
 * start.
 *
 * <p><b>Threads:</b> any. The registry keeps the statistics reachable only as long as this object is.
 */
public final class SubscriberMeterBinder implements MeterBinder {
    private static final String PREFIX = "tickbus.subscriber.";
    private static final String[] QUANTILES = {"0.5", "0.99", "0.999"};
    private static final double HUNDRED = 100;

    private final Tags tags;
    private final SubscriberStatistics statistics;

    /**
     * For one subscriber.
     *
     * @param bus        the bus's name
     * @param subscriber what to call it
     */
    public SubscriberMeterBinder(String bus, String subscriber, SubscriberStatistics statistics) {
        this.tags = Tags.of("bus", bus, "subscriber", subscriber);
        this.statistics = statistics;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        count(registry, "received", BusMetric.SUBSCRIBER_RECEIVED, SubscriberStatistics::received);
        count(registry, "filtered", BusMetric.SUBSCRIBER_FILTERED, SubscriberStatistics::filtered);
        count(registry, "lost", BusMetric.SUBSCRIBER_LOST, SubscriberStatistics::lost);
        count(registry, "overruns", BusMetric.SUBSCRIBER_OVERRUNS, SubscriberStatistics::overruns);
        Gauge.builder(PREFIX + "lag", statistics, SubscriberStatistics::lag).tags(tags)
                .description(BusMetric.SUBSCRIBER_LAG.help()).register(registry);
        Gauge.builder(PREFIX + "sequence", statistics, SubscriberStatistics::sequence).tags(tags)
                .description(BusMetric.SUBSCRIBER_SEQUENCE.help()).register(registry);
        FunctionTimer.builder(PREFIX + "lateness", statistics, SubscriberStatistics::received,
                SubscriberStatistics::latenessSumNs, TimeUnit.NANOSECONDS).tags(tags)
                .description(BusMetric.SUBSCRIBER_LATENESS.help()).register(registry);
        for (String phi : QUANTILES) {
            double percent = Double.parseDouble(phi) * HUNDRED;
            TimeGauge.builder(PREFIX + "lateness.percentile", statistics, TimeUnit.NANOSECONDS,
                    each -> Math.max(0, each.latenessNs(percent))).tags(tags).tag("phi", phi)
                    .description(BusMetric.SUBSCRIBER_LATENESS.help()).register(registry);
        }
    }

    private void count(MeterRegistry registry, String name, BusMetric metric,
            ToDoubleFunction<SubscriberStatistics> value) {
        FunctionCounter.builder(PREFIX + name, statistics, value).tags(tags).description(metric.help())
                .register(registry);
    }
}
