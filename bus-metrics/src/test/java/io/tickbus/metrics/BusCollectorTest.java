// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonCounters;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.publisher.SignalPublisher;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BusCollectorTest {
    private static final long CALL_NS = TimeUnit.SECONDS.toNanos(20);
    /** They come with a label of another metric, or say nothing to Prometheus. */
    private static final Set<DaemonCounter> NOT_SHOWN = EnumSet.of(DaemonCounter.MODE, DaemonCounter.IDLE_LATENCY,
            DaemonCounter.REPLIES, DaemonCounter.REPLIES_INVALID, DaemonCounter.SIGNALS_PUBLISHED,
            DaemonCounter.RELOAD_SIGNAL, DaemonCounter.LATE_FIRINGS, DaemonCounter.STALLS);

    @TempDir
    Path root;

    private final List<String> names = new ArrayList<>(List.of("bus"));
    private final BusCollector collector =
            new BusCollector(() -> names.stream().map(name -> BusDirectory.at(root, name)).toList());

    private TimerDaemon daemon(String name) {
        return TimerDaemon.open(DaemonContext.of(BusDirectory.at(root, name))
                .settings(DaemonSettings.defaults().with(DaemonSetting.LOG_LEVEL, Level.OFF))).start();
    }

    private TimerClient client() {
        return TimerClient.connect(BusDirectory.at(root, "bus"),
                TimerClientOptions.defaults().withName("feed").withConnectTimeoutNs(CALL_NS));
    }

    private Scrape await(Predicate<Scrape> condition) {
        long untilNs = System.nanoTime() + CALL_NS;
        Scrape scrape = Scrape.of(collector);
        while (!condition.test(scrape) && System.nanoTime() < untilNs) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            scrape = Scrape.of(collector);
        }
        return scrape;
    }

    @Test
    void shouldFollowDaemonThatStartsLaterAndAgain() {
        Scrape before = Scrape.of(collector);
        assertEquals(0, before.value("tickbus_up{bus=\"bus\"}"));
        assertEquals(1, before.value("tickbus_condition{bus=\"bus\",condition=\"missing\"}"));
        assertEquals(0, before.value("tickbus_read_failures{bus=\"bus\"}"));
        for (int epoch = 1; epoch <= 3; epoch++) {
            try (TimerDaemon daemon = daemon("bus"); TimerClient client = client()) {
                assertTrue(daemon.isRunning());
                for (int key = 0; key < epoch; key++) {
                    client.call(new TimerCommand().arm(key, 7, System.nanoTime() + CALL_NS), CALL_NS);
                }
                client.call(new TimerCommand().arm(99, 7, System.nanoTime()), CALL_NS);
                int timers = epoch;
                // The daemon writes these at its heartbeat, one after the other.
                Scrape scrape = await(each -> each.value("tickbus_timers_pending{bus=\"bus\"}") == timers
                        && each.value("tickbus_client_timers_pending{bus=\"bus\",client=\"feed\"}") == timers
                        && each.value("tickbus_firings{bus=\"bus\"}") == 1);
                assertEquals(1, scrape.value("tickbus_up{bus=\"bus\"}"));
                assertEquals(epoch, scrape.value("tickbus_epoch{bus=\"bus\"}"));
                assertEquals(1, scrape.value("tickbus_firings{bus=\"bus\"}"), "of this daemon");
                assertEquals(epoch, scrape.value("tickbus_signals_published{bus=\"bus\"}"), "of all of them");
                assertEquals(timers, scrape.value("tickbus_timers_pending{bus=\"bus\"}"));
                assertEquals(timers, scrape.value("tickbus_client_timers_pending{bus=\"bus\",client=\"feed\"}"));
                assertEquals(timers + 1, scrape.value("tickbus_commands{bus=\"bus\",kind=\"arm\"}"));
                assertEquals(1, scrape.histogram("tickbus_lateness_seconds{bus=\"bus\",mode=\"hybrid\"}").getCount());
            }
            assertEquals(1, Scrape.of(collector).value("tickbus_condition{bus=\"bus\",condition=\"closed\"}"));
        }
    }

    @Test
    void shouldReadSeveralBusesWhenOneIsMissingOrForgotten() {
        names.add("other");
        try (TimerDaemon daemon = daemon("other")) {
            assertTrue(daemon.isRunning());
            Scrape scrape = await(each -> each.value("tickbus_up{bus=\"other\"}") == 1);
            assertEquals(1, scrape.value("tickbus_up{bus=\"other\"}"));
            assertEquals(0, scrape.value("tickbus_up{bus=\"bus\"}"));
            names.remove("bus");
            scrape = Scrape.of(collector);
            assertFalse(scrape.has("tickbus_up{bus=\"bus\"}"));
            assertEquals(1, scrape.value("tickbus_up{bus=\"other\"}"));
        }
    }

    @Test
    void shouldReportUnreadableUntilFileThatWasCutShortIsRecreated() throws IOException {
        BusDirectory directory = BusDirectory.at(root, "bus");
        try (SignalPublisher publisher = SignalPublisher.open(directory)) {
            assertFalse(Scrape.of(collector).has("tickbus_firings{bus=\"bus\"}"), "not of a publisher without daemon");
            makeCounters(directory, publisher);
            assertEquals(0, Scrape.of(collector).value("tickbus_firings{bus=\"bus\"}"));
            try (FileChannel channel = FileChannel.open(directory.counters(), StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
            for (int failures = 1; failures <= 2; failures++) {
                Scrape scrape = Scrape.of(collector);
                assertEquals(0, scrape.value("tickbus_up{bus=\"bus\"}"));
                assertEquals(1, scrape.value("tickbus_condition{bus=\"bus\",condition=\"unreadable\"}"));
                assertEquals(failures, scrape.value("tickbus_read_failures{bus=\"bus\"}"));
                assertFalse(scrape.has("tickbus_firings{bus=\"bus\"}"));
            }
            makeCounters(directory, publisher);
            RepliesFile replies = RepliesFile.create(directory, publisher.bus().signals().header(), 3, 8, null);
            for (int session = 0; session < 2; session++) {
                replies.session(session).putConnected(new ClientIdentity(UUID.randomUUID(), replies.historyId(),
                        replies.epoch(), 1, "feed", 8), session + 1, 0);
                replies.session(session).putUnanswered(session + 4);
            }
            Scrape scrape = Scrape.of(collector);
            assertEquals(9, scrape.value("tickbus_client_commands_unanswered{bus=\"bus\",client=\"feed\"}"));
            assertEquals(1, scrape.value("tickbus_up{bus=\"bus\"}"));
            assertEquals(0, scrape.value("tickbus_firings{bus=\"bus\"}"));
        }
    }

    private static void makeCounters(BusDirectory directory, SignalPublisher publisher) {
        DaemonCounters.create(directory, publisher.bus().signals().header(), null);
    }

    @Test
    void shouldShowEveryCounter() {
        List<DaemonCounter> forgotten = Arrays.stream(DaemonCounter.values())
                .filter(counter -> !CounterMetrics.isShown(counter) && !NOT_SHOWN.contains(counter)).toList();
        assertEquals(List.of(), forgotten, "counters without a metric");
    }

    @Test
    void shouldExportEveryMetric() {
        try (TimerDaemon daemon = daemon("bus"); TimerClient client = client()) {
            assertTrue(daemon.isRunning());
            client.call(new TimerCommand().arm(1, 7, System.nanoTime()), CALL_NS);
            client.call(new TimerCommand().arm(2, 7, System.nanoTime() + CALL_NS), CALL_NS);
            Set<String> missing = EnumSet.allOf(BusMetric.class).stream().map(BusMetric::baseName)
                    .filter(name -> !name.startsWith("tickbus_subscriber_"))
                    .collect(Collectors.toSet());
            Scrape scrape = await(each -> each.names().containsAll(missing));
            missing.removeAll(scrape.names());
            assertEquals(Set.of(), missing, "metrics that no scrape has");
        }
    }
}
