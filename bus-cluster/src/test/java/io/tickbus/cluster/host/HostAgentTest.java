// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.client.TimerClient;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** An agent with a real daemon and bus, and a log without consensus. */
@Timeout(90)
@EnabledOnOs(OS.LINUX)
class HostAgentTest {
    private static final long KEY = 5;
    private static final int SIGNAL = 7;
    private static final int GENERATION = 9;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    @TempDir
    private Path folder;
    private SoleHost host;
    private SignalSubscriber subscriber;
    private final List<Seen> signals = new ArrayList<>();

    /** A signal that was published. */
    private record Seen(long key, int generation, long publishedUtcNs) {
    }

    @BeforeEach
    void start() {
        host = new SoleHost(folder).start();
        subscriber = SignalSubscriber.attach(host.bus(), SubscriberOptions.defaults().joinAtOldest());
    }

    @AfterEach
    void close() {
        subscriber.close();
        host.close();
    }

    private void awaitSignals(int count) {
        SoleHost.await("signals: " + count, () -> {
            subscriber.poll(signal -> signals.add(new Seen(signal.key(), signal.generation(),
                    host.utcNs() - (System.nanoTime() - signal.publishedNs()))), 64);
            return signals.size() >= count;
        });
    }

    private IntentSpec spec(long delayNs) {
        return IntentSpec.once(KEY, SIGNAL, host.utcNs() + delayNs).withGeneration(GENERATION);
    }

    /** Another client's timer with the same key, generation and length of the payload. */
    private void fireForeign() {
        int before = signals.size();
        try (TimerClient client = TimerClient.connect(host.bus())) {
            client.call(new TimerCommand().arm(KEY, SIGNAL, System.nanoTime()).payload(0, 0, 12)
                    .generation(GENERATION), SoleHost.CLIENT_TIMEOUT_NS);
            client.sendAs(new TimerCommand().arm(KEY, SIGNAL, System.nanoTime()).payload(0, 0, 12)
                    .generation(GENERATION));
            awaitSignals(before + 2);
        }
    }

    @Test
    void shouldTakeOnlyItsOwnSignalsForFiringsWhenOthersLookAlike() {
        host.arm(spec(400 * MS));
        fireForeign();
        SoleHost.await("the firing is in the log", () -> host.find(KEY).isFired(0));
        awaitSignals(3);
        SoleHost.await("the agent has read it", () -> host.agent().firings() > 0);
        assertEquals(1, host.agent().firings());
        assertEquals(3, signals.size());
    }

    @Test
    void shouldFireItsTimerAfterRestartWhenAnotherClientFiredTheSameNumbers() {
        fireForeign();
        host.agent().close();
        host.arm(spec(400 * MS));
        host.startAgent();
        awaitSignals(3);
        assertEquals(GENERATION, signals.get(2).generation());
        SoleHost.await("the firing is in the log", () -> host.find(KEY).isFired(0));
    }

    @Test
    void shouldFireOnceWhenAgentAndDaemonAreRestarted() {
        host.arm(spec(0));
        awaitSignals(1);
        SoleHost.await("the firing is in the log", () -> host.find(KEY).isFired(0));
        host.arm(IntentSpec.everywhere(KEY + 1, SIGNAL, host.utcNs()).withGeneration(GENERATION));
        awaitSignals(2);
        host.agent().close();
        host.stopDaemon();
        host.startDaemon();
        fireForeign();
        host.startAgent();
        host.arm(IntentSpec.everywhere(KEY + 2, SIGNAL, host.utcNs()).withGeneration(GENERATION));
        awaitSignals(5);
        assertEquals(KEY + 2, signals.get(4).key(), signals::toString);
        SoleHost.await("the agent has read it", () -> host.agent().firings() > 0);
        assertEquals(1, host.agent().firings(), "it has fired before, and reads none of that again");
    }

    @Test
    void shouldContinueWhenHandlerThrows() {
        host.arm(spec(0));
        awaitSignals(1);
        host.fail();
        SoleHost.await("the agent has failed and serves again", () -> host.hasFailed() && host.agent().isServing());
        host.arm(IntentSpec.everywhere(KEY + 1, SIGNAL, host.utcNs() + 400 * MS).withGeneration(GENERATION));
        awaitSignals(2);
        assertEquals(KEY + 1, signals.get(1).key());
    }

    @Test
    void shouldReportEachFiringWhenThousandsAreDueAtOnce() {
        int count = 6_000;
        long dueNs = host.utcNs() + 400 * MS;
        for (int i = 0; i < count; i++) {
            host.arm(IntentSpec.once(100 + i, SIGNAL, dueNs).withGeneration(GENERATION));
        }
        // A few of them at a time would take a minute, in which the standbys of the others fire too.
        SoleHost.await("the firings are in the log", () -> host.fired(100, count));
        assertEquals(count, host.agent().firings());
    }

    @Test
    void shouldFireNothingWhenAnotherMemberJoinsWithItsName() {
        host.arm(IntentSpec.everywhere(KEY, SIGNAL, host.utcNs() + 450 * MS).withGeneration(GENERATION));
        host.join("host", 1);
        SoleHost.await("it serves no more", () -> !host.agent().isServing());
        try (TimerClient client = TimerClient.connect(host.bus())) {
            SoleHost.await("nothing is armed", () -> client.list(true, SoleHost.CLIENT_TIMEOUT_NS).isEmpty());
        }
        host.arm(IntentSpec.everywhere(KEY + 1, SIGNAL, host.utcNs()).withGeneration(GENERATION));
        host.leave(0, 1);
        SoleHost.await("it serves again", host.agent()::isServing);
        SoleHost.await("it fires", () -> {
            awaitSignals(0);
            return signals.stream().anyMatch(signal -> signal.key() == KEY + 1);
        });
    }

    @Test
    void shouldFireLaterWhenBoundGrowsAfterTimerIsArmedAtDaemon() {
        long dueNs = host.utcNs() + 450 * MS;
        host.arm(IntentSpec.everywhere(KEY, SIGNAL, dueNs).withFlags(IntentSpec.NOT_BEFORE));
        try (TimerClient client = TimerClient.connect(host.bus())) {
            SoleHost.await("it is armed", () -> !client.list(true, SoleHost.CLIENT_TIMEOUT_NS).isEmpty());
        }
        host.bound(300 * MS);
        awaitSignals(1);
        SoleHost.await("the agent has read it", () -> host.agent().firings() > 0);
        boolean isEarly = signals.get(0).publishedUtcNs() < dueNs + 299 * MS;
        // Where the agent had no processor for all that time, it says so.
        assertEquals(isEarly ? 1 : 0, host.agent().maybeEarly(), signals::toString);
    }
}
