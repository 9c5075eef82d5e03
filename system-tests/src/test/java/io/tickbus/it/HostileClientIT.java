// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.internal.layout.ClientLayout;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Misbehaving clients: the daemon and the timers of another client are not affected. */
@Timeout(120)
class HostileClientIT {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int COMMANDS = 300_000;
    private static final int SOCKET_COMMANDS = 100_000;
    private static final int FILES = 300;
    private static final int CONNECTIONS = 400;

    @RegisterExtension
    final TestBus bus = new TestBus();

    private final SplittableRandom random = seeded();
    private ChildJvm daemon;
    private TimerClient honest;
    private SignalSubscriber signals;
    private long nextOccurrence;

    private static SplittableRandom seeded() {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        return new SplittableRandom(seed);
    }

    @BeforeEach
    @Timeout(120)
    void startDaemonAndHonestClient() {
        daemon = bus.daemon("maxClients=16");
        honest = bus.connect();
        signals = SignalSubscriber.attach(bus.directory());
        honest.call(new TimerCommand().arm(7, 1, System.nanoTime() + PERIOD_NS).periodNs(PERIOD_NS), TIMEOUT_NS);
    }

    @AfterEach
    @Timeout(120)
    void assertHonestClientUndisturbed() {
        assertStillFires(50);
        assertEquals(0, signals.lost());
        honest.close();
        signals.close();
        daemon.quit();
    }

    /** Every occurrence fires or is folded into one that does. */
    private void assertStillFires(int count) {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        long until = nextOccurrence + count;
        while (nextOccurrence < until && System.nanoTime() < giveUpNs) {
            signals.await(this::onSignal, 256, TimeUnit.MILLISECONDS.toNanos(5));
        }
        assertTrue(nextOccurrence >= until, () -> "nextOccurrence=" + nextOccurrence + daemon.transcript());
    }

    private void onSignal(SignalRecord firing) {
        if (firing.owner() == honest.owner()) {
            assertEquals(nextOccurrence, firing.occurrence(), firing::toString);
            nextOccurrence += 1L + firing.missed();
        }
    }

    @Test
    void shouldRefuseTimersWhenTheyWouldFireTooOften() {
        try (TimerClient hostile = bus.connect()) {
            for (int key = 0; key < 14; key++) {
                TimerReply reply = hostile.call(new TimerCommand().arm(key, 3, System.nanoTime())
                        .periodNs(key < 4 ? 1_000 : 1_000_000), TIMEOUT_NS);
                assertEquals(key < 4 ? ReplyReason.RATE_QUOTA : ReplyReason.NONE, reply.reason());
            }
            assertStillFires(200);
        }
    }

    @Test
    void shouldServeOthersWhenCommandsAreRandom() {
        try (TimerClient hostile = bus.connect()) {
            TimerCommand command = new TimerCommand();
            for (int i = 0; i < COMMANDS; i++) {
                fillRandomly(command);
                while (hostile.send(command) == TimerClient.FULL) {
                    hostile.pollReplies(reply -> { }, 64);
                    signals.poll(this::onSignal, 256);
                }
            }
        }
        assertStillFires(50);
    }

    /** Half of the commands are almost valid, so that they pass the first check; none is due within the test. */
    private void fillRandomly(TimerCommand command) {
        long[] fields = command.fields();
        for (int i = 0; i < fields.length; i++) {
            fields[i] = random.nextLong();
        }
        if (random.nextBoolean()) {
            command.arm(random.nextInt(1000), 3, System.nanoTime() + TimeUnit.DAYS.toNanos(1 + random.nextInt(99)));
            if (random.nextBoolean()) {
                command.reset(1 + random.nextInt(6), random.nextInt(1000)).flags(random.nextInt(8));
            }
        } else {
            // A periodic timer whose deadline is in the past would rightly fire, which this test does not want.
            fields[1] |= 1L << 61;
        }
    }

    @Test
    void shouldServeOthersWhenSocketCommandsAreRandomAndRepliesAreNotRead() throws IOException {
        try (HostilePeer hostile = new HostilePeer(bus.directory(), 0)) {
            assertTrue(hostile.hello());
            hostile.socket.configureBlocking(false);
            ByteBuffer garbage = ByteBuffer.allocate(100 * CommandLayout.LENGTH).order(ByteOrder.LITTLE_ENDIAN);
            long sent = 0;
            while (sent < SOCKET_COMMANDS) {
                random.nextBytes(garbage.array());
                for (int i = 0; i < garbage.capacity(); i += CommandLayout.LENGTH) {
                    garbage.putLong(i, ++sent);
                    // No known type, as this test wants no timer to be armed or cancelled.
                    garbage.put(i + CommandLayout.TYPE, (byte) (10 + random.nextInt(190)));
                    garbage.put(i + CommandLayout.FLAGS, (byte) 0);
                }
                garbage.clear();
                while (garbage.hasRemaining()) {
                    hostile.socket.write(garbage);
                    signals.poll(this::onSignal, 256);
                }
            }
            awaitCounter("COMMANDS_UNKNOWN", sent);
        }
        assertStillFires(50);
        awaitCounter("CLIENTS_CONNECTED", 1);
    }

    @Test
    void shouldEvictClientWhenItShortensItsRing() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (HostilePeer hostile = HostilePeer.served(bus.directory())) {
                hostile.file().setLength((long) random.nextInt(2) * ClientLayout.HEADER_LENGTH);
                hostile.awaitEnd();
                assertStillFires(20);
            }
        }
        awaitCounter("CLIENTS_EVICTED", 20);
    }

    /** The file has the right length, but its page cannot be allocated while the file system is full. */
    @Test
    void shouldEvictClientWhenItsRingHasHoleAndFileSystemIsFull() throws Exception {
        Path clients = bus.directory().clients();
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", clients.toString()),
                "skipped: no tmpfs can be mounted here");
        try (HostilePeer hostile = new HostilePeer(bus.directory(), HostilePeer.SLOTS)) {
            hostile.makeRing();
            assertTrue(run("fallocate", "-p", "-o", "4096", "-l", "4096",
                    clients.resolve(hostile.identity.uuid().toString()).toString()));
            assertTrue(run("sh", "-c", "cat /dev/zero > " + clients.resolve("filler") + "; true"));
            assertTrue(hostile.hello());
            assertStillFires(50);
            awaitCounter("CLIENTS_EVICTED", 1);
        } finally {
            assertTrue(run("umount", "-l", clients.toString()));
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.DISCARD).start()
                .waitFor() == 0;
    }

    @Test
    void shouldEvictClientWhenItsRingIsScribbledOn() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (HostilePeer hostile = HostilePeer.served(bus.directory())) {
                byte[] garbage = new byte[HostilePeer.SLOTS * CommandLayout.LENGTH];
                random.nextBytes(garbage);
                // A stamp from the future in the slot that the daemon reads next.
                ByteBuffer.wrap(garbage).order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(0, Long.MAX_VALUE - random.nextInt(1000));
                hostile.file().seek(ClientLayout.HEADER_LENGTH);
                hostile.file().write(garbage);
                hostile.awaitEnd();
                assertStillFires(20);
            }
        }
        awaitCounter("CLIENTS_EVICTED", 20);
    }

    @Test
    void shouldRejectFilesWhenTheyAreMutated() throws IOException {
        for (int i = 0; i < FILES; i++) {
            try (HostilePeer hostile = new HostilePeer(bus.directory(), HostilePeer.SLOTS)) {
                hostile.makeRing();
                for (int j = random.nextInt(1, 4); j > 0; j--) {
                    hostile.file().seek(random.nextInt(96));
                    hostile.file().write(random.nextInt());
                }
                if (random.nextInt(4) == 0) {
                    hostile.file().setLength(random.nextInt(ClientLayout.HEADER_LENGTH));
                }
                hostile.hello();
            }
            if (i % 30 == 0) {
                assertStillFires(5);
            }
        }
        assertStillFires(50);
        awaitCounter("CLIENTS_CONNECTED", 1);
    }

    /** 200 a second, half of which have sent something first. */
    @Test
    void shouldServeOthersWhenManyConnectAndDie() throws IOException {
        long startNs = System.nanoTime();
        for (int i = 0; i < CONNECTIONS; i++) {
            HostilePeer hostile = new HostilePeer(bus.directory(), i % 2 == 0 ? 0 : HostilePeer.SLOTS);
            if (i % 4 > 0) {
                hostile.socket.write(ControlMessage.hello(hostile.identity).limit(1 + random.nextInt(128)));
            }
            hostile.close();
            while (System.nanoTime() - startNs < i * TimeUnit.MILLISECONDS.toNanos(5)) {
                signals.await(this::onSignal, 256, TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
        assertStillFires(50);
        awaitCounter("CLIENTS_CONNECTED", 1);
    }

    /** Honest clients can still connect and leave. */
    @Test
    void shouldServeOthersWhenPeersSendGarbageHalfOrNothing() throws IOException {
        List<HostilePeer> peers = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            HostilePeer hostile = new HostilePeer(bus.directory(), 0);
            peers.add(hostile);
            if (i % 3 == 0) {
                byte[] garbage = new byte[500];
                random.nextBytes(garbage);
                hostile.socket.write(ByteBuffer.wrap(garbage));
            } else if (i % 3 == 1) {
                hostile.socket.write(ControlMessage.hello(hostile.identity).limit(64));
            }
            if (i % 30 == 0) {
                bus.connect().close();
                assertStillFires(2);
            }
        }
        assertStillFires(50);
        bus.connect().close();
        awaitCounter("CLIENTS_CONNECTED", 1);
        for (HostilePeer peer : peers) {
            peer.close();
        }
    }

    private void awaitCounter(String name, long value) {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        long found;
        do {
            assertStillFires(5);
            found = ChildJvm.number(daemon.ask("counters", "COUNTERS"), name);
        } while (found != value && System.nanoTime() < giveUpNs);
        assertEquals(value, found, name + daemon.transcript());
    }
}
