// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.BusFiles;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.layout.ClientLayout;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.daemon.late.CommandHistory;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a client writes into its file: the daemon continues, and the timers of other clients stay. */
@Timeout(120)
class ClientFuzzTest {
    private static final int MUTATIONS = 1_000_000;
    private static final int MUTATED_FILES = Integer.getInteger("tickbus.fuzz.files", 10_000);
    private static final int MAPPINGS = 10_000;
    private static final int WORDS_THAT_SPEAK = 12;
    private static final int SLOTS = 64;
    private static final int HONEST_OWNER = 1;
    private static final int HOSTILE_OWNER = 2;
    private static final int MUTATED_OWNER = 3;
    private static final int HONEST_TIMERS = 100;
    private static final long FAR_NS = 1L << 60;

    @TempDir
    private Path root;

    private BusDirectory directory;
    private SignalPublisher publisher;
    private TimerEngine engine;
    private RepliesFile replies;
    private ServedClients clients;
    private TaskMailboxes tasks;
    private ClientFile hostile;
    private SlotWriter commands;
    private ServedClient session;
    private final TimerReply reply = new TimerReply();

    @BeforeEach
    void openBus() {
        directory = BusDirectory.at(root, "bus");
        publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults().withSlotCount(1024));
        BusFiles.prepareClients(directory);
        engine = TimerEngine.create(new TimerQuotas(10_000, 5_000));
        replies = RepliesFile.create(directory, publisher.bus().signals().header(), 4, 64, null);
        tasks = new TaskMailboxes();
        DaemonCounters counters = DaemonCounters.inMemory();
        clients = new ServedClients(engine, replies, counters, tasks,
                new CommandProcessor(engine, publisher, counters, null, CrashPoint.NONE,
                        new CommandHistory(), tasks));
        ClientIdentity client = identity();
        ClientFile honest = ClientFile.create(directory, client);
        clients.admit(connected(1, HONEST_OWNER, client, ClientFile.open(directory, client)));
        SlotWriter honestCommands = replies.session(1).commandWriter(honest.ring());
        TimerCommand command = new TimerCommand();
        for (int key = 0; key < HONEST_TIMERS; key++) {
            honestCommands.write(command.arm(key, 1, FAR_NS + key).fields());
            clients.stage();
            clients.execute(0);
        }
        assertEquals(HONEST_TIMERS, engine.pending(HONEST_OWNER));
        connectHostile();
    }

    private ClientIdentity identity() {
        return new ClientIdentity(UUID.randomUUID(), replies.historyId(), replies.epoch(), 1, "", SLOTS);
    }

    private ServedClient connected(int index, int owner, ClientIdentity client, ClientFile file) {
        ServedClient connected = new ServedClient(index, client, file, replies.session(index), SLOTS);
        connected.connect(owner);
        return connected;
    }

    private void connectHostile() {
        ClientIdentity client = identity();
        hostile = ClientFile.create(directory, client);
        session = connected(2, HOSTILE_OWNER, client, ClientFile.open(directory, client));
        clients.admit(session);
        commands = replies.session(2).commandWriter(hostile.ring());
    }

    @AfterEach
    void closeBus() {
        publisher.close();
    }

    @Test
    void shouldGoOnWhenRingHoldsAnything() {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        TimerCommand command = new TimerCommand();
        int evictions = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            if (random.nextInt(1000) == 0) {
                scribble(random);
            } else {
                fill(command, random);
                commands.write(command.fields());
            }
            clients.stage();
            clients.execute(i);
            if (session.isClosing()) {
                evictions++;
                clients.execute(i);
                connectHostile();
            }
            if (i % 1000 == 0) {
                engine.expire(i, 1000, firing -> publisher.publish(firing));
                assertHonestTimersThere();
            }
        }
        assertHonestTimersThere();
        assertTrue(evictions > 0);
    }

    /** {@code -Dtickbus.fuzz.files=1000000} for the long run. */
    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void shouldRefuseOrServeAnyFile() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed + " files=" + MUTATED_FILES);
        SplittableRandom random = new SplittableRandom(seed);
        ClientIdentity client = identity();
        Path path = directory.clients().resolve(client.uuid().toString());
        ClientFile.create(directory, client);
        byte[] valid = Files.readAllBytes(path);
        int refused = 0;
        int served = 0;
        for (int i = 0; i < MUTATED_FILES; i++) {
            Files.write(path, mutated(valid, random));
            try {
                serve(client, ClientFile.open(directory, client), i);
                served++;
            } catch (BusException e) {
                refused++;
            }
            if (i % MAPPINGS == MAPPINGS - 1) {
                // A mapping lasts until its buffer is collected, and a process has 65,530 of them.
                System.gc();
                assertHonestTimersThere();
            }
        }
        assertHonestTimersThere();
        System.out.println("refused=" + refused + " served=" + served);
        assertTrue(refused > MUTATED_FILES / 10 && served > MUTATED_FILES / 10,
                "refused=" + refused + " served=" + served);
    }

    private static byte[] mutated(byte[] valid, SplittableRandom random) {
        ByteBuffer bytes = ByteBuffer.wrap(valid.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            // Half of them in the words that say something.
            int at = random.nextBoolean() ? Long.BYTES * random.nextInt(WORDS_THAT_SPEAK)
                    : random.nextInt(valid.length - Long.BYTES);
            bytes.putLong(at, switch (random.nextInt(4)) {
                case 0 -> random.nextLong();
                case 1 -> bytes.getLong(at) ^ 1L << random.nextInt(Long.SIZE);
                case 2 -> random.nextInt(100);
                default -> Long.MIN_VALUE >> random.nextInt(Long.SIZE);
            });
        }
        int length = random.nextInt(10) == 0 ? random.nextInt(2 * valid.length) : valid.length;
        return Arrays.copyOf(bytes.array(), length);
    }

    private void serve(ClientIdentity client, ClientFile file, long nowNs) {
        ServedClient hostileClient = connected(3, MUTATED_OWNER, client, file);
        engine.openOwner(MUTATED_OWNER);
        hostileClient.hasNews();
        hostileClient.stage();
        for (int i = 0; i < hostileClient.stagedCount(); i++) {
            engine.execute(MUTATED_OWNER, hostileClient.staged(i), nowNs, publisher.nextSequence(), reply);
            hostileClient.acknowledge();
        }
        hostileClient.releaseStaged(engine.pending(MUTATED_OWNER));
        hostileClient.startClosing(ReplyReason.BAD_CLIENT_FILE);
        hostileClient.close();
        engine.cancelOwner(MUTATED_OWNER);
        while (engine.doHousekeeping() > 0) {
            Thread.onSpinWait();
        }
    }

    private void scribble(SplittableRandom random) {
        int slot = random.nextInt(SLOTS);
        int offset = ClientLayout.HEADER_LENGTH + slot * CommandLayout.LENGTH + 8 * random.nextInt(8);
        hostile.region().putLong(offset, random.nextBoolean() ? random.nextLong() : random.nextInt());
    }

    private static void fill(TimerCommand command, SplittableRandom random) {
        long[] fields = command.fields();
        for (int i = 0; i < fields.length; i++) {
            fields[i] = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(300);
        }
        if (random.nextInt(3) > 0) {
            command.reset(1 + random.nextInt(5), random.nextInt(300));
        }
        // Cancelling for another owner is a right that clients have.
        if (command.type() == CommandLayout.TYPE_CANCEL) {
            command.flags(0);
        }
    }

    private void assertHonestTimersThere() {
        assertEquals(HONEST_TIMERS, engine.pending(HONEST_OWNER));
        assertTrue(engine.pending(HOSTILE_OWNER) >= 0 && engine.pending(HOSTILE_OWNER) <= 5_000);
        assertEquals(engine.pending(), engine.pending(HONEST_OWNER) + engine.pending(HOSTILE_OWNER));
    }
}
