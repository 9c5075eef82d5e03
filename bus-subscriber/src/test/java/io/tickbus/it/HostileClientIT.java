package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.layout.ClientLayout;
import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.TimerClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Clients that do what they should not: the daemon and the timers of another client go on as if they were not there.
 */
@Timeout(120)
class HostileClientIT {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int COMMANDS = 1_000_000;
    private static final int FILES = 300;

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
        honest.call(new TimerCommand().arm(7, 1, System.nanoTime() + PERIOD_NS).periodNs(PERIOD_NS), PATIENCE_NS);
    }

    @AfterEach
    @Timeout(120)
    void assertHonestClientUndisturbed() {
        assertFiresOn(50);
        assertEquals(0, signals.lost());
        honest.close();
        signals.close();
        daemon.quit();
    }

    /** Every occurrence fires or is folded into one that does. */
    private void assertFiresOn(int count) {
        long giveUpNs = System.nanoTime() + PATIENCE_NS;
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
        assertFiresOn(50);
    }

    /** Half of them nearly right, so that they get further than the first check; none due within the test. */
    private void fillRandomly(TimerCommand command) {
        long[] fields = command.fields();
        for (int i = 0; i < fields.length; i++) {
            fields[i] = random.nextLong();
        }
        if (random.nextBoolean()) {
            command.arm(random.nextInt(1000), 3, System.nanoTime() + TimeUnit.DAYS.toNanos(1 + random.nextInt(99)));
            if (random.nextBoolean()) {
                command.of(1 + random.nextInt(6), random.nextInt(1000)).flags(random.nextInt(8));
            }
        } else {
            // A timer that is due in the past and periodic would rightly fire: not what is looked for here.
            fields[1] |= 1L << 61;
        }
    }

    @Test
    void shouldPutOutClientWhenItShortensItsFile() throws IOException {
        for (int i = 0; i < 20; i++) {
            TimerClient hostile = bus.connect();
            hostile.armAfter(1, 3, TimeUnit.DAYS.toNanos(1));
            truncate(file(hostile), (long) random.nextInt(2) * ClientLayout.HEADER_LENGTH);
            assertFiresOn(20);
            closeElsewhere(hostile);
        }
        awaitCounter("CLIENTS_EVICTED", 20);
    }

    /** The JVM reports what the closing meets in a shortened file late: in a thread of its own it meets nobody else. */
    private static void closeElsewhere(TimerClient client) {
        Thread thread = new Thread(client::close, "hostile");
        thread.setUncaughtExceptionHandler((dead, fault) -> System.out.println("the hostile client's own " + fault));
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void truncate(Path file, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    private Path file(TimerClient client) {
        return bus.directory().clients().resolve(client.uuid().toString());
    }

    @Test
    void shouldPutOutClientWhenItUnlinksItsFile() throws IOException {
        for (int i = 0; i < 10; i++) {
            TimerClient hostile = bus.connect();
            hostile.armAfter(1, 3, TimeUnit.DAYS.toNanos(1));
            Files.delete(file(hostile));
            assertFiresOn(20);
            closeElsewhere(hostile);
        }
        awaitCounter("CLIENTS_CONNECTED", 1);
    }

    @Test
    void shouldPutOutClientWhenItUnlinksItsFileSendsOnAndThenShortensIt() throws IOException {
        for (int i = 0; i < 5; i++) {
            TimerClient hostile = bus.connect();
            try (FileChannel channel = FileChannel.open(file(hostile), StandardOpenOption.WRITE)) {
                Files.delete(file(hostile));
                // Until the conductor asks the kernel about everybody: the client is about to leave, or gone.
                long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(950 + random.nextInt(150));
                armUntil(hostile, untilNs);
                channel.truncate(0);
            }
            assertFiresOn(20);
            closeElsewhere(hostile);
        }
        awaitCounter("CLIENTS_CONNECTED", 1);
    }

    private void armUntil(TimerClient client, long untilNs) {
        try {
            while (System.nanoTime() < untilNs) {
                client.armAfter(random.nextInt(100), 3, TimeUnit.DAYS.toNanos(1));
            }
        } catch (BusException e) {
            System.out.println("put out before: " + e.reason());
        }
    }

    @Test
    void shouldPutOutClientWhenItsRingIsScribbledOn() throws IOException {
        for (int i = 0; i < 20; i++) {
            TimerClient hostile = bus.connect();
            byte[] garbage = new byte[64 * CommandLayout.LENGTH];
            random.nextBytes(garbage);
            // A stamp from the future in the very slot the daemon looks at.
            ByteBuffer bytes = ByteBuffer.wrap(garbage).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putLong(0, Long.MAX_VALUE - random.nextInt(1000));
            try (FileChannel channel = FileChannel.open(file(hostile), StandardOpenOption.WRITE)) {
                channel.write(bytes, ClientLayout.HEADER_LENGTH);
            }
            assertFiresOn(20);
            closeElsewhere(hostile);
        }
        awaitCounter("CLIENTS_EVICTED", 20);
    }

    @Test
    void shouldRefuseFilesWhenTheyAreMutated() throws IOException {
        byte[] template;
        try (TimerClient model = bus.connect()) {
            template = Files.readAllBytes(file(model));
        }
        for (int i = 0; i < FILES; i++) {
            byte[] mutated = template.clone();
            for (int j = random.nextInt(1, 4); j > 0; j--) {
                mutated[random.nextInt(256)] = (byte) random.nextInt();
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(mutated.length) : mutated.length;
            UUID uuid = new UUID(random.nextLong(), random.nextLong());
            if (random.nextBoolean()) {
                ByteBuffer.wrap(mutated).order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(ClientLayout.UUID, uuid.getMostSignificantBits())
                        .putLong(ClientLayout.UUID + Long.BYTES, uuid.getLeastSignificantBits());
            }
            Path file = bus.directory().clients().resolve(uuid.toString());
            Files.write(file, Arrays.copyOf(mutated, length));
            if (i % 30 == 0) {
                assertFiresOn(5);
            }
        }
        assertFiresOn(100);
    }

    private void awaitCounter(String name, long value) {
        long giveUpNs = System.nanoTime() + PATIENCE_NS;
        long found;
        do {
            assertFiresOn(5);
            found = ChildJvm.number(daemon.ask("counters", "COUNTERS"), name);
        } while (found != value && System.nanoTime() < giveUpNs);
        assertEquals(value, found, name + daemon.transcript());
    }
}
