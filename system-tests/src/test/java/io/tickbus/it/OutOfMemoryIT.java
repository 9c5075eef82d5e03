// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A daemon with a small heap and a client that arms as many timers as it can: another client's timer still fires. */
@Timeout(120)
class OutOfMemoryIT {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int MOST = 1_000_000;
    private static final int FEWEST = 10_000;

    @RegisterExtension
    final TestBus bus = new TestBus();

    private final TimerCommand command = new TimerCommand();
    private TimerClient honest;
    private SignalSubscriber signals;
    private long nextOccurrence;
    private int armed;
    private ReplyReason refusal = ReplyReason.NONE;

    @Test
    void shouldRefuseTimersAndServeOthersWhenHeapIsSmall() {
        long farNs = System.nanoTime() + TimeUnit.DAYS.toNanos(1);
        fillHeap(() -> farNs);
    }

    @Test
    void shouldRefuseTimersAndServeOthersWhenDeadlinesCostMostMemory() {
        Random random = new Random(1);
        long nowNs = System.nanoTime();
        // Each alone in its bucket, in any of the rings.
        fillHeap(() -> nowNs + TimeUnit.SECONDS.toNanos(30) + random.nextLong(1L << random.nextInt(35, 49)));
    }

    /** Exhausts the memory outside the heap, where the daemon allocates a buffer for each client without a ring. */
    @Test
    void shouldRejectClientsAndServeOthersWhenNativeMemoryIsExhausted() throws IOException {
        ChildJvm daemon = bus.start(bus.jvm(DaemonMain.class, "maxClients=200").flags("-XX:MaxDirectMemorySize=300k"));
        daemon.expect("READY");
        honest = bus.connect();
        signals = SignalSubscriber.attach(bus.directory());
        honest.call(command.arm(7, 1, System.nanoTime() + PERIOD_NS).periodNs(PERIOD_NS), TIMEOUT_NS);
        int admitted = admitUntilMemoryIsShort(daemon);
        awaitCounter("CONDUCTOR_ERRORS", errors -> errors > 0, daemon);
        awaitCounter("CLIENTS_CONNECTED", count -> count == 1, daemon);
        // Their memory and their sessions are released.
        assertTrue(admitUntilMemoryIsShort(daemon) > admitted / 2, daemon::transcript);
        awaitCounter("CLIENTS_CONNECTED", count -> count == 1, daemon);
        assertEquals(0, signals.lost());
        honest.close();
        signals.close();
        daemon.quit();
    }

    private int admitUntilMemoryIsShort(ChildJvm daemon) throws IOException {
        List<HostilePeer> peers = new ArrayList<>();
        try {
            boolean isAdmitted = true;
            while (isAdmitted) {
                assertTrue(peers.size() < 150, "memory was never exhausted, so nothing was tested");
                HostilePeer peer = new HostilePeer(bus.directory(), 0);
                peers.add(peer);
                isAdmitted = peer.hello();
            }
            assertStillFires(50, daemon);
            return peers.size() - 1;
        } finally {
            for (HostilePeer peer : peers) {
                peer.close();
            }
        }
    }

    /** The daemon publishes its counters with its heartbeat, so what has happened may not be in them yet. */
    private void awaitCounter(String name, LongPredicate isReached, ChildJvm daemon) {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        while (!isReached.test(ChildJvm.number(daemon.ask("counters", "COUNTERS"), name))) {
            assertTrue(System.nanoTime() < giveUpNs, daemon::transcript);
            assertStillFires(5, daemon);
        }
    }

    private void fillHeap(LongSupplier deadlineNs) {
        ChildJvm daemon = bus.start(bus.jvm(DaemonMain.class).flags("-Xmx64m"));
        daemon.expect("READY");
        honest = bus.connect();
        signals = SignalSubscriber.attach(bus.directory());
        honest.call(command.arm(7, 1, System.nanoTime() + PERIOD_NS).periodNs(PERIOD_NS), TIMEOUT_NS);
        try (TimerClient greedy = bus.connect()) {
            int sent = 0;
            while (refusal == ReplyReason.NONE && sent < MOST) {
                if (greedy.send(command.arm(sent, 2, deadlineNs.getAsLong())) != TimerClient.FULL) {
                    sent++;
                }
                greedy.pollReplies(this::onReply, 64);
                signals.poll(this::onSignal, 256);
            }
            assertEquals(ReplyReason.DAEMON_QUOTA, refusal, daemon::transcript);
            assertTrue(armed > FEWEST, "armed=" + armed);
            assertStillFires(200, daemon);
        }
        assertStillFires(200, daemon);
        assertEquals(0, signals.lost());
        awaitRoom(daemon);
        honest.close();
        signals.close();
        daemon.quit();
    }

    private void onReply(TimerReply reply) {
        if (reply.code() == ReplyCode.FULL) {
            refusal = reply.reason();
        } else if (reply.code() == ReplyCode.ARMED) {
            armed++;
        }
    }

    private void onSignal(SignalRecord firing) {
        if (firing.owner() == honest.owner()) {
            assertEquals(nextOccurrence, firing.occurrence(), firing::toString);
            nextOccurrence += 1L + firing.missed();
        }
    }

    private void assertStillFires(int count, ChildJvm daemon) {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        long until = nextOccurrence + count;
        while (nextOccurrence < until && System.nanoTime() < giveUpNs) {
            signals.await(this::onSignal, 256, TimeUnit.MILLISECONDS.toNanos(5));
        }
        assertTrue(nextOccurrence >= until, () -> "nextOccurrence=" + nextOccurrence + daemon.transcript());
    }

    /** Waits until the greedy client's timers have ended with it. */
    private void awaitRoom(ChildJvm daemon) {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        ReplyCode code = ReplyCode.FULL;
        while (code == ReplyCode.FULL && System.nanoTime() < giveUpNs) {
            code = honest.call(command.arm(8, 1, System.nanoTime() + PERIOD_NS * 1_000), TIMEOUT_NS).code();
            assertStillFires(5, daemon);
        }
        assertEquals(ReplyCode.ARMED, code);
    }
}
