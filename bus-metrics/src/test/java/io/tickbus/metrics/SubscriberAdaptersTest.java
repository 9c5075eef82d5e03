// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import io.tickbus.subscriber.SubscriberStatistics;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A subscriber that received 6 signals, filtered 1, lost 25, and lags by 9: the ring has 16 slots. */
@Timeout(60)
class SubscriberAdaptersTest {
    private static final int SLOTS = 16;
    private static final String LABELS = "{bus=\"bus\",subscriber=\"orders\"}";

    @TempDir
    Path root;

    private final SubscriberStatistics statistics = new SubscriberStatistics();

    @BeforeEach
    void receive() {
        BusDirectory directory = BusDirectory.at(root, "bus");
        try (SignalPublisher publisher = SignalPublisher.open(directory,
                SignalsOptions.defaults().withSlotCount(SLOTS))) {
            SignalSubscriber subscriber = SignalSubscriber.attach(directory, SubscriberOptions.defaults()
                    .withSignalIds(7).withStatistics(statistics));
            assertEquals(-1, statistics.sequence());
            publisher.publish(8);
            publisher.publish(7);
            assertEquals(1, subscriber.poll(signal -> { }, SLOTS));
            for (int i = 0; i < 39; i++) {
                publisher.publish(7);
            }
            assertEquals(5, subscriber.poll(signal -> { }, 5));
            assertEquals(subscriber.lost(), statistics.lost());
            assertEquals(subscriber.backlog(), statistics.lag());
            subscriber.close();
        }
    }

    @Test
    void shouldShowStatisticsToPrometheus() {
        Scrape scrape = Scrape.of(new SubscriberCollector().add("bus", "orders", statistics));
        assertEquals(6, scrape.value("tickbus_subscriber_received" + LABELS));
        assertEquals(1, scrape.value("tickbus_subscriber_filtered" + LABELS));
        assertEquals(24, scrape.value("tickbus_subscriber_lost" + LABELS));
        assertEquals(1, scrape.value("tickbus_subscriber_overruns" + LABELS));
        assertEquals(10, scrape.value("tickbus_subscriber_lag" + LABELS));
        assertEquals(31, scrape.value("tickbus_subscriber_sequence" + LABELS));
        assertEquals(6, scrape.histogram("tickbus_subscriber_lateness_seconds" + LABELS).getCount());
        assertTrue(scrape.histogram("tickbus_subscriber_lateness_seconds" + LABELS).getSum() > 0);
    }

    @Test
    void shouldShowNoSequenceBeforeFirstSignal() {
        Scrape scrape = Scrape.of(new SubscriberCollector().add("bus", "orders", new SubscriberStatistics()));
        assertEquals(0, scrape.value("tickbus_subscriber_received" + LABELS));
        assertFalse(scrape.has("tickbus_subscriber_sequence" + LABELS));
    }

    @Test
    void shouldShowStatisticsToMicrometer() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        SubscriberMeterBinder binder = new SubscriberMeterBinder("bus", "orders", statistics);
        binder.bindTo(registry);
        String[] tags = {"bus", "bus", "subscriber", "orders"};
        assertEquals(6, registry.get("tickbus.subscriber.received").tags(tags).functionCounter().count());
        assertEquals(1, registry.get("tickbus.subscriber.filtered").tags(tags).functionCounter().count());
        assertEquals(24, registry.get("tickbus.subscriber.lost").tags(tags).functionCounter().count());
        assertEquals(1, registry.get("tickbus.subscriber.overruns").tags(tags).functionCounter().count());
        assertEquals(10, registry.get("tickbus.subscriber.lag").tags(tags).gauge().value());
        assertEquals(31, registry.get("tickbus.subscriber.sequence").tags(tags).gauge().value());
        assertEquals(6, registry.get("tickbus.subscriber.lateness").tags(tags).functionTimer().count());
        assertEquals((double) statistics.latenessNs(99), registry.get("tickbus.subscriber.lateness.percentile")
                .tags(tags).tag("phi", "0.99").timeGauge().value(TimeUnit.NANOSECONDS), 1);
    }
}
