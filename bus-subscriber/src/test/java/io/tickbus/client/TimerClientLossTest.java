// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import static io.tickbus.subscriber.SubscriberFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SubscriberFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong between a client and its daemon is told, with the reason, and cured by reconnecting. */
@Timeout(60)
class TimerClientLossTest implements TimerClientListener {
    private static final long SHORT_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    Path folder;

    private final List<String> events = new ArrayList<>();
    private BusDirectory directory;
    private StandInDaemon daemon;
    private TimerClient client;

    @Override
    public void onEvicted(ReplyReason reason) {
        events.add("evicted " + reason);
    }

    @Override
    public void onDaemonRestarted() {
        events.add("restarted");
    }

    @Override
    public void onDaemonGone() {
        events.add("gone");
    }

    @Override
    public void onRepliesLost(long count) {
        events.add("lost " + count);
    }

    @BeforeEach
    void nameBus() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
    }

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        if (daemon != null) {
            daemon.close();
        }
    }

    private TimerClientOptions options() {
        return TimerClientOptions.defaults().withCommandSlots(8).withListener(this);
    }

    private CommandNumbers numbers() {
        return CommandNumbers.from(client.uuid().getLeastSignificantBits());
    }

    private void connect() {
        daemon = new StandInDaemon(directory, 8);
        client = TimerClient.connect(directory, options());
    }

    private BusException awaitDisconnected() {
        while (true) {
            try {
                client.pollReplies(reply -> { }, 10);
            } catch (BusException e) {
                assertEquals(Reason.DISCONNECTED, e.reason(), e.getMessage());
                return e;
            }
            Thread.onSpinWait();
        }
    }

    private static void assertMentions(BusException e, String... texts) {
        for (String text : texts) {
            assertTrue(e.getMessage().contains(text), e.getMessage());
        }
    }

    private BusException assertConnectFails(Reason reason, long timeoutNs) {
        Executable connecting = () -> TimerClient.connect(directory, options().withConnectTimeoutNs(timeoutNs));
        BusException e = assertFails(reason, connecting);
        assertNothingLeft();
        return e;
    }

    private void assertNothingLeft() {
        try (var files = Files.list(directory.clients())) {
            assertEquals(List.of(), files.toList());
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldSaySoWhenThereIsNoBus() {
        assertMentions(assertFails(Reason.NOT_FOUND, () -> TimerClient.connect(directory)), directory.toString());
    }

    @Test
    void shouldSaySoWhenPublisherIsNoDaemon() {
        try (SignalPublisher publisher = SignalPublisher.open(directory, SubscriberFixture.SMALL)) {
            assertEquals(0, publisher.nextSequence());
            assertMentions(assertConnectFails(Reason.NOT_FOUND, SHORT_NS),
                    "no daemon answers on bus 'bus' within 50 ms", "keeps no timers for others");
        }
    }

    @Test
    void shouldSaySoWhenDaemonHasStoppedOrIsFollowedByPublisher() {
        new StandInDaemon(directory, 8).close();
        assertMentions(assertConnectFails(Reason.NOT_FOUND, SHORT_NS), "its publisher has stopped");
        try (SignalPublisher publisher = SignalPublisher.open(directory, SubscriberFixture.SMALL)) {
            assertEquals(0, publisher.nextSequence());
            assertMentions(assertConnectFails(Reason.NOT_FOUND, SHORT_NS), "keeps no timers for others");
        }
    }

    @Test
    void shouldSaySoWhenDaemonRefusesOrDoesNotAnswer() {
        daemon = new StandInDaemon(directory, 8);
        daemon.reject(ReplyReason.TOO_MANY_CLIENTS);
        assertMentions(assertConnectFails(Reason.DISCONNECTED, LONG_NS), "as many clients as it can");
        daemon.admitNobody();
        assertMentions(assertConnectFails(Reason.TIMEOUT, SHORT_NS), "within 50 ms", "does not answer the client");
    }

    @Test
    void shouldConnectAndStayInterruptedWhenThreadIsInterrupted() {
        daemon = new StandInDaemon(directory, 8);
        Thread.currentThread().interrupt();
        client = TimerClient.connect(directory, options());
        assertTrue(Thread.interrupted());
        assertEquals(numbers().of(0), client.arm(1, 1, 1));
    }

    @Test
    void shouldSayWhyAndReconnectWhenEvicted() {
        connect();
        client.arm(1, 0, 0);
        daemon.serve(10);
        client.arm(2, 0, 0);
        client.arm(3, 0, 0);
        UUID before = client.uuid();
        CommandNumbers numbers = numbers();
        daemon.evict(ReplyReason.CORRUPT_RING);
        assertMentions(awaitDisconnected(), ReplyReason.CORRUPT_RING.sentence(), before.toString(), "reconnect()");
        assertEquals(List.of("evicted CORRUPT_RING"), events);
        assertFails(Reason.DISCONNECTED, () -> client.arm(4, 0, 0));
        assertFails(Reason.DISCONNECTED, () -> client.cancel(4));
        assertFails(Reason.DISCONNECTED, () -> client.list(true, 1));
        assertEquals(List.of("evicted CORRUPT_RING"), events, "told once");
        assertEquals(2, client.reconnect());
        assertNotEquals(before, client.uuid());
        assertEquals(numbers.of(3), client.arm(5, 0, 0), "numbers continue");
        daemon.serve(10);
        List<Long> answered = new ArrayList<>();
        assertEquals(1, client.pollReplies(reply -> answered.add(reply.commandSequence()), 10));
        assertEquals(List.of(numbers.of(3)), answered);
        assertEquals((int) numbers.of(3), daemon.received.get(daemon.received.size() - 1).generation());
    }

    @Test
    void shouldTakeNoRepliesOfSuccessorWhenSessionIsGivenAway() {
        connect();
        client.arm(1, 0, 0);
        daemon.giveSessionAway();
        int count = 0;
        try {
            while (true) {
                count += client.pollReplies(reply -> { }, 10);
            }
        } catch (BusException e) {
            assertMentions(e, "gave its session to another client");
        }
        assertEquals(0, count);
        assertEquals(1, client.reconnect());
    }

    /** What a client sees whose session is just being given away: its own UUID still, and nobody's state. */
    @Test
    void shouldNotTakeDaemonForGoneWhenSessionIsNobodys() {
        connect();
        client.arm(1, 0, 0);
        daemon.freeSession();
        assertMentions(awaitDisconnected(), "took it for dead, or gave its session to another client");
        assertEquals(List.of("evicted NONE"), events);
        assertEquals(1, client.reconnect());
    }

    @Test
    void shouldNotTakeReasonOfSuccessorForItsOwn() {
        connect();
        daemon.giveSessionAwayAndEvict(ReplyReason.CORRUPT_RING);
        assertMentions(awaitDisconnected(), "gave its session to another client");
        assertEquals(List.of("evicted NONE"), events);
    }

    @Test
    void shouldHearOfRestartAndReconnectWhenAnotherDaemonTakesOver() {
        connect();
        long number = client.arm(1, 0, 0);
        daemon.close();
        daemon = new StandInDaemon(directory, 8);
        awaitDisconnected();
        assertTrue(List.of("restarted", "gone").contains(events.get(0)), events.toString());
        assertEquals(1, client.reconnect());
        assertEquals(number + 1, client.arm(1, 0, 0));
        assertEquals(1, daemon.serve(10));
        assertNothingLeft();
    }

    @Test
    void shouldHearOfEndAndTryAgainLaterWhenDaemonStops() {
        connect();
        daemon.close();
        assertMentions(awaitDisconnected(), "stopped or died");
        assertEquals(List.of("gone"), events);
        TimerClient impatient = client;
        long first = numbers().of(0);
        client = null;
        assertFails(Reason.NOT_FOUND, impatient::reconnect);
        assertFails(Reason.DISCONNECTED, () -> impatient.arm(1, 0, 0));
        daemon = new StandInDaemon(directory, 8);
        assertEquals(0, impatient.reconnect());
        assertEquals(first, impatient.arm(1, 0, 0));
        impatient.close();
    }

    /** No thread watches: each of the ways to call must notice by itself. */
    @Test
    void shouldNoticeDeathOfDaemonWhenCalling() {
        connect();
        daemon.die();
        assertDisconnects(() -> client.armAfter(1, 0, 1));
        daemon.close();
        connect();
        daemon.die();
        assertDisconnects(() -> client.pollReplies(reply -> { }, 10));
        daemon.close();
        connect();
        daemon.die();
        assertFails(Reason.DISCONNECTED, () -> client.list(true, LONG_NS));
        assertEquals(List.of("gone", "gone", "gone"), events);
    }

    /** The daemon's heartbeat still looks fresh, and no other call is made. */
    @Test
    void shouldHearOfDeathAtThirdArmingWhenItComesLater() {
        connect();
        client.arm(1, 0, 0);
        daemon.serve(10);
        daemon.die();
        client.arm(2, 0, 0);
        client.arm(3, 0, 0);
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
        while (System.nanoTime() < untilNs) {
            Thread.onSpinWait();
        }
        assertFails(Reason.DISCONNECTED, () -> client.arm(4, 0, 0));
    }

    /** What was checked in a burst says nothing about later. */
    @Test
    void shouldHearOfDeathSoonWhenItComesAfterBurst() {
        connect();
        for (int i = 0; i < 5_000; i++) {
            client.arm(i, 0, 0);
            daemon.serve(10);
            client.pollReplies(reply -> { }, 10);
        }
        daemon.die();
        assertFails(Reason.DISCONNECTED, () -> {
            for (int i = 0; i < 3; i++) {
                client.arm(i, 0, 0);
                long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(15);
                while (System.nanoTime() < untilNs) {
                    Thread.onSpinWait();
                }
            }
        });
    }

    /** As while the daemon stops or is replaced: it listens no more, and its name goes. */
    @Test
    void shouldTryUntilDeadlineWhenDaemonGoesWhileConnecting() throws InterruptedException {
        daemon = new StandInDaemon(directory, 8);
        daemon.die();
        Thread successor = new Thread(() -> {
            for (int i = 0; i < 300; i++) {
                daemon.listen();
                daemon.die();
            }
            daemon.listen();
            daemon.admitAgain();
        });
        successor.start();
        client = TimerClient.connect(directory, options().withConnectTimeoutNs(LONG_NS));
        successor.join();
        assertEquals(numbers().of(0), client.arm(1, 0, 0));
    }

    private static void assertDisconnects(Runnable call) {
        while (true) {
            assertFalse(Thread.interrupted(), "it has not noticed in time");
            try {
                call.run();
            } catch (BusException e) {
                assertEquals(Reason.DISCONNECTED, e.reason(), e.getMessage());
                return;
            }
        }
    }

    @Test
    void shouldHaveNoThreadOfItsOwn() {
        daemon = new StandInDaemon(directory, 8);
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        client = TimerClient.connect(directory, options());
        client.arm(1, 0, 0);
        Set<Thread> added = new HashSet<>(Thread.getAllStackTraces().keySet());
        added.removeAll(before);
        added.removeIf(thread -> !thread.getName().contains("tickbus"));
        assertEquals(Set.of(), added);
    }

    @Test
    void shouldCountLostRepliesAndGoOnWhenOverrun() {
        connect();
        for (int i = 0; i < 3; i++) {
            client.arm(i, 0, 0);
        }
        daemon.serve(2);
        daemon.flood(30);
        List<Long> keys = new ArrayList<>();
        int count = client.pollReplies(reply -> keys.add(reply.key()), 100);
        assertEquals(32 - count, client.repliesLost());
        assertEquals(List.of("lost " + (32 - count)), events);
        assertEquals(29, keys.get(count - 1));
        assertTrue(count >= 7, "count=" + count);
    }

    @Test
    void shouldBeHeardAgainWhenDoorbellIsCutOffAndMended() throws IOException {
        connect();
        daemon.replies.announceSleep(Long.MAX_VALUE);
        try (FileChannel channel = FileChannel.open(directory.doorbell(), StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        AtomicLong key = new AtomicLong();
        List<Long> sent = new ArrayList<>();
        AtomicLong faults = new AtomicLong();
        FaultBoundary.run(() -> {
            while (key.get() < 200) {
                if (client.arm(key.incrementAndGet(), 0, 0) != TimerClient.FULL) {
                    sent.add(key.get());
                }
                // Not in the middle of what the daemon does, which in life is another process.
                FaultBoundary.surface();
                daemon.serve(10);
                client.pollReplies(reply -> { }, 10);
            }
        }, fault -> {
            faults.incrementAndGet();
            daemon.publisher.bus().doorbell().loseUnlessSound();
        });
        daemon.serve(10);
        List<Long> received = daemon.received.stream().map(TimerCommand::key).toList();
        assertTrue(received.containsAll(sent), "sent=" + sent + " received=" + received);
        assertTrue(received.size() - sent.size() <= faults.get(), "sent=" + sent + " received=" + received);
        assertTrue(sent.size() > 190, "sent=" + sent);
        while (daemon.publisher.bus().doorbell().region().length() > Files.size(directory.doorbell())) {
            Thread.onSpinWait();
        }
        long rings = client.rings();
        while (client.rings() == rings) {
            client.arm(1, 0, 0);
            daemon.serve(10);
            client.pollReplies(reply -> { }, 10);
        }
        assertEquals(List.of(), events);
    }
}
