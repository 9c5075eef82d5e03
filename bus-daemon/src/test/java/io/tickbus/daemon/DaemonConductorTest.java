// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.daemon.late.CommandHistory;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The conductor on its own thread, with the test as the timer thread. */
@Timeout(60)
class DaemonConductorTest {
    private static final int SESSIONS = 3;
    private static final long FAR_NS = 1L << 60;

    @TempDir
    private Path root;

    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private final AtomicLong checks = new AtomicLong();
    private TaskMailboxes tasks;
    private final DaemonCounters counters = DaemonCounters.inMemory();
    private BusDirectory directory;
    private DaemonContext context;
    private SignalPublisher publisher;
    private SignalsHeader bus;
    private RepliesFile replies;
    private TimerEngine engine;
    private ServedClients clients;
    private DaemonConductor conductor;
    private DaemonLog log;
    private Thread thread;

    @BeforeEach
    void startConductor() {
        directory = BusDirectory.at(root, "bus");
        publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.defaults().withSlotCount(1024));
        bus = publisher.bus().signals().header();
        replies = RepliesFile.create(directory, bus, SESSIONS, 64, null);
        engine = TimerEngine.create(new TimerQuotas(10_000, 10_000));
        context = DaemonContext.of(directory).signals(SignalsOptions.defaults());
        tasks = context.tasks;
        clients = new ServedClients(engine, replies, counters, tasks,
                new CommandProcessor(engine, publisher, counters, null, CrashPoint.NONE,
                        new CommandHistory(), tasks));
        log = DaemonLog.toStream(new PrintStream(logged, true, StandardCharsets.UTF_8));
        conductor = conductor(log);
        thread = new Thread(conductor, "conductor");
        thread.start();
    }

    private DaemonConductor conductor(DaemonLog itsLog) {
        context.log(itsLog);
        context.publisher = publisher;
        context.replies = replies;
        context.counters = counters;
        context.clients = clients;
        DaemonConductor made = new DaemonConductor(context);
        made.onCheck(checks::incrementAndGet);
        made.listen();
        return made;
    }

    @AfterEach
    void stopConductor() throws InterruptedException {
        conductor.stop();
        thread.join();
        publisher.close();
        log.close();
        assertFalse(Files.exists(directory.control()));
    }

    /** Even what says why is short of memory then. */
    @Test
    void shouldServeClientsWhenItCannotEvenLogAnError() throws InterruptedException {
        conductor.stop();
        thread.join();
        AtomicInteger failures = new AtomicInteger();
        DaemonLog failing = DaemonLog.to(line -> {
            if (line.text().contains("conductor-error")) {
                throw new OutOfMemoryError("of the log");
            }
        }, () -> 0L, () -> 0L);
        conductor = conductor(failing);
        conductor.onCheck(() -> {
            if (failures.getAndIncrement() < 3) {
                throw new OutOfMemoryError("of the check");
            }
        });
        thread = new Thread(conductor, "conductor");
        thread.start();
        await("it had failed", () -> failures.get() > 3);
        served("app").close();
        assertEquals(3, counters.value(DaemonCounter.CONDUCTOR_ERRORS));
    }

    private RawClient connect(String name) {
        return RawClient.connect(directory, bus, name);
    }

    private RawClient served(String name) {
        RawClient client = connect(name);
        await("it was admitted", client::isWelcome);
        return client;
    }

    private RawClient servedWithoutRing(String name) {
        RawClient client = RawClient.withoutRing(directory, bus, name);
        await("it was admitted", client::isWelcome);
        return client;
    }

    /** Does the timer thread's part meanwhile. */
    private void await(String what, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertTrue(thread.isAlive(), () -> "the conductor ended before " + what);
            assertFalse(Thread.interrupted(), () -> "it did not come in time that " + what + ": " + logged);
            cycle();
            Thread.onSpinWait();
        }
    }

    private void cycle() {
        clients.stage();
        clients.execute(0);
        engine.doHousekeeping();
    }

    private void awaitCounter(DaemonCounter counter, long value) {
        await(counter + " was " + value, () -> counters.value(counter) == value);
    }

    private TimerCommand arm(long key) {
        return new TimerCommand().arm(key, 1, FAR_NS);
    }

    @Test
    void shouldServeClientAndClearUpWhenItEnds() throws IOException {
        RawClient client = served("app");
        int session = client.answer().session();
        assertTrue(replies.session(session).isConnectedTo(client.identity.uuid()));
        assertEquals("app", replies.session(session).name());
        assertFalse(Files.exists(client.path()), "its ring has a name still");
        replies.session(session).commandWriter(client.ring().ring()).write(arm(1).fields());
        await("it was armed", () -> engine.pending() == 1);
        client.close();
        await("its timer ended", () -> engine.pending() == 0);
        awaitCounter(DaemonCounter.CLIENTS_CONNECTED, 0);
        assertEquals(1, counters.value(DaemonCounter.CLIENTS_CLOSED));
        assertEquals(RepliesLayout.STATE_FREE, replies.session(session).state());
    }

    @Test
    void shouldCarryOutAllThatWasSentOverSocketBeforeItEnds() {
        RawClient client = servedWithoutRing("");
        assertEquals(ClientRegistry.WINDOW, client.answer().window());
        TimerReply reply = new TimerReply();
        assertEquals(CommandLayout.LENGTH, client.send(arm(5)));
        int session = client.answer().session();
        await("it was answered", () -> replies.session(session).ring().read(0, reply.fields()) == SlotRing.COMMITTED);
        assertEquals(ReplyCode.ARMED, reply.code());
        assertEquals(5, reply.key());
        assertEquals(1, replies.session(session).consumed());
        int sent = 0;
        while (sent < 200) {
            assertEquals(CommandLayout.LENGTH, client.send(arm(sent).flags(CommandLayout.FLAG_KEEP_ON_DEATH)));
            sent++;
        }
        client.say(ByteBuffer.allocate(13));
        client.close();
        awaitCounter(DaemonCounter.CLIENTS_CLOSED, 1);
        await("all were armed, and the one that is not kept ended", () -> engine.pending() == 200);
    }

    @Test
    void shouldReadNoMoreThanThereIsRoomForAndLoseNothing() {
        RawClient client = servedWithoutRing("");
        int sent = 0;
        int stuck = 0;
        // The timer thread does nothing: its queue is full, and then the socket.
        while (stuck < 1_000) {
            boolean isTaken = client.send(arm(sent)) == CommandLayout.LENGTH;
            sent += isTaken ? 1 : 0;
            stuck = isTaken ? 0 : stuck + 1;
            Thread.onSpinWait();
        }
        assertTrue(sent > ClientRegistry.WINDOW, "sent=" + sent);
        long expected = sent;
        await("all were armed", () -> engine.pending() == expected);
        client.close();
        await("all ended", () -> engine.pending() == 0);
    }

    @Test
    void shouldGoOnWhenWorkFails() {
        // No client at all to close: an example of an error that nobody expects.
        tasks.toConductor(registry -> registry.closed(null));
        tasks.wakeConductor();
        awaitCounter(DaemonCounter.CONDUCTOR_ERRORS, 1);
        await("the error was printed", () -> hasLogged("conductor-error"));
        served("").close();
    }

    @Test
    void shouldGiveSessionsInTurnAndRejectWhenThereIsNone() {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            clients.add(served(""));
            assertEquals(i, clients.get(i).answer().session());
        }
        RawClient last = connect("");
        await("it was rejected", last::isRejected);
        assertEquals(ReplyReason.TOO_MANY_CLIENTS, last.answer().reason());
        await("its socket was closed", last::hasEnded);
        last.close();
        clients.get(1).close();
        RawClient next = served("");
        assertEquals(1, next.answer().session());
        clients.forEach(RawClient::close);
        next.close();
        awaitCounter(DaemonCounter.CLIENTS_CONNECTED, 0);
    }

    /** Nobody is rejected only because somebody else has just gone and is not cleared away yet. */
    @Test
    void shouldWaitForPlaceThatIsAboutToBeFree() throws InterruptedException {
        List<RawClient> clients = List.of(served(""), served(""), served(""));
        clients.get(0).close();
        // No timer thread meanwhile.
        while (!tasks.hasTasksForTimerThread()) {
            Thread.onSpinWait();
        }
        RawClient next = connect("");
        await("it was admitted", next::isWelcome);
        clients.forEach(RawClient::close);
        next.close();
    }

    @Test
    void shouldDropPeersThatSayNothingOrHalfOrGarbage() {
        RawClient silent = new RawClient(directory, bus, "", 0);
        RawClient half = new RawClient(directory, bus, "", 0);
        half.say(ControlMessage.hello(half.identity).limit(100));
        RawClient garbage = new RawClient(directory, bus, "", 0);
        garbage.say(ByteBuffer.allocate(128));
        await("garbage was rejected", garbage::isRejected);
        assertEquals(ReplyReason.BAD_HELLO, garbage.answer().reason());
        RawClient honest = served("");
        await("silence was rejected", silent::isRejected);
        await("half a message was rejected", half::isRejected);
        assertEquals("it has not sent its HELLO in time", half.answer().text());
        RawClient talking = served("");
        talking.say(ByteBuffer.allocate(1));
        await("the client with a ring that sends something was evicted", talking::hasEnded);
        assertEquals(ReplyReason.BAD_HELLO, replies.session(talking.answer().session()).reason());
        assertTrue(replies.session(honest.answer().session()).isConnectedTo(honest.identity.uuid()));
        List.of(silent, half, garbage, talking, honest).forEach(RawClient::close);
        awaitCounter(DaemonCounter.CLIENTS_CONNECTED, 0);
        assertEquals(0, counters.value(DaemonCounter.CONDUCTOR_ERRORS));
    }

    @Test
    void shouldRejectOtherEpochAndMissingRing() {
        RawClient stranger = new RawClient(directory, bus, "", 0);
        stranger.say(ControlMessage.hello(stranger.identity).putLong(24, bus.epoch() + 1));
        await("it was rejected", stranger::isRejected);
        assertEquals(ReplyReason.WRONG_EPOCH, stranger.answer().reason());
        RawClient ringless = new RawClient(directory, bus, "", RawClient.SLOTS);
        ringless.say(ControlMessage.hello(ringless.identity));
        await("it was rejected", ringless::isRejected);
        assertEquals(ReplyReason.BAD_CLIENT_FILE, ringless.answer().reason());
        stranger.close();
        ringless.close();
    }

    @Test
    void shouldLeaveNothingWhenManyConnectAndDie() throws IOException {
        RawClient honest = served("");
        long before = descriptors();
        for (int i = 0; i < 400; i++) {
            RawClient client = i % 4 == 0 ? new RawClient(directory, bus, "", 0) : i % 4 == 1 ? connect("")
                    : i % 4 == 2 ? RawClient.withoutRing(directory, bus, "") : new RawClient(directory, bus, "", 64);
            client.close();
            cycle();
        }
        awaitCounter(DaemonCounter.CLIENTS_CONNECTED, 1);
        await("all descriptors were closed", () -> descriptors() <= before);
        assertTrue(replies.session(honest.answer().session()).isConnectedTo(honest.identity.uuid()));
        honest.close();
        assertEquals(0, counters.value(DaemonCounter.CONDUCTOR_ERRORS));
        await("no file was left", () -> files().isEmpty());
    }

    @Test
    void shouldDeleteFilesOfClientsThatDiedBeforeHelloOnly() throws IOException {
        ReplyReason reason = ReplyReason.BAD_HELLO;
        // On a busy host the HELLO may come too late, and is rejected then.
        while (reason == ReplyReason.BAD_HELLO) {
            reason = connectWhileOneDies();
        }
        assertEquals(ReplyReason.NONE, reason);
    }

    private ReplyReason connectWhileOneDies() throws IOException {
        RawClient connecting = new RawClient(directory, bus, "", RawClient.SLOTS);
        connecting.makeRing();
        RawClient dead = new RawClient(directory, bus, "", 0);
        Path unfinished = Files.createFile(directory.clients().resolve(".new-" + dead.identity.uuid() + "-1-x"));
        Path finished = Files.createFile(directory.clients().resolve(dead.identity.uuid().toString()));
        dead.close();
        // The first round may have begun before it died. The next one drops it.
        awaitMore(2, () -> counters.value(DaemonCounter.CONDUCTOR_ROUNDS));
        awaitMore(2, checks::get);
        boolean isKept = Files.exists(connecting.path()) && Files.exists(unfinished);
        connecting.say(ControlMessage.hello(connecting.identity));
        await("it was answered", () -> connecting.answer() != null);
        assertTrue(isKept || connecting.isRejected());
        await("the files of the dead one were deleted", () -> files().isEmpty());
        assertFalse(Files.exists(unfinished) || Files.exists(finished));
        connecting.close();
        return connecting.answer().reason();
    }

    private void awaitMore(int times, LongSupplier count) {
        long until = count.getAsLong() + times;
        await("it had gone round", () -> count.getAsLong() >= until);
    }

    private List<Path> files() {
        return ClientFile.unclaimed(directory);
    }

    @Test
    void shouldFreeStorageOfRingAtOnceWhenClientHasGone() throws IOException {
        for (int i = 0; i < 10; i++) {
            RawClient client = new RawClient(directory, bus, "", RawClient.SLOTS);
            client.makeRing();
            try (RandomAccessFile file = new RandomAccessFile(client.path().toFile(), "r")) {
                client.say(ControlMessage.hello(client.identity));
                await("it was admitted", client::isWelcome);
                assertTrue(file.length() > 0);
                client.close();
                awaitCounter(DaemonCounter.CLIENTS_CLOSED, i + 1);
                assertEquals(0, file.length());
            }
        }
        assertEquals(0, counters.value(DaemonCounter.CONDUCTOR_ERRORS));
    }

    @Test
    void shouldListenAgainWhenNameIsRemovedOrReplaced() throws IOException {
        RawClient before = served("");
        Files.delete(directory.control());
        await("it listened again", () -> Files.exists(directory.control()));
        served("").close();
        await("the loss was logged", () -> hasLogged("control-socket-lost"));
        assertTrue(replies.session(before.answer().session()).isConnectedTo(before.identity.uuid()));
        before.close();
        awaitCounter(DaemonCounter.CLIENTS_CONNECTED, 0);
    }

    /** What follows the loss could be any command. */
    @Test
    void shouldEvictClientWhenItsStreamLosesItsPlace() {
        RawClient client = servedWithoutRing("");
        client.send(arm(1).flags(CommandLayout.FLAG_KEEP_ON_DEATH));
        client.say(ByteBuffer.allocate(8));
        client.send(arm(2).flags(CommandLayout.FLAG_KEEP_ON_DEATH));
        client.say(ByteBuffer.allocate(CommandLayout.LENGTH - 8));
        await("its socket was closed", client::hasEnded);
        int session = client.answer().session();
        assertEquals(ReplyReason.BAD_HELLO, replies.session(session).reason());
        assertTrue(engine.pending() <= 1, "pending=" + engine.pending());
        assertEquals(0, counters.value(DaemonCounter.COMMANDS_UNKNOWN));
        client.close();
    }

    private static long descriptors() {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Two clients of one name are one owner: had the first attempt kept its place, the number would not come back. */
    @Test
    void shouldGiveOwnerBackWhenSessionCannotBeMade() throws IOException {
        RawClient first = served("app");
        int owner = first.answer().owner();
        replies.session(first.answer().session()).commandWriter(first.ring().ring())
                .write(arm(1).flags(CommandLayout.FLAG_KEEP_ON_DEATH).fields());
        await("it was armed", () -> engine.pending() == 1);
        first.close();
        awaitCounter(DaemonCounter.CLIENTS_CLOSED, 1);
        resize(directory.replies(), 4096);
        RawClient unlucky = connect("app");
        while (!hasLogged("conductor-error")) {
            assertTrue(thread.isAlive());
            Thread.onSpinWait();
        }
        resize(directory.replies(), replies.region().length());
        unlucky.close();
        RawClient other = served("other");
        assertTrue(other.answer().owner() != owner, "the number of an owner with timers was given to another");
        RawClient next = served("app");
        assertEquals(owner, next.answer().owner());
        assertEquals(1, engine.pending(owner));
        next.close();
        other.close();
    }

    @Test
    void shouldEvictClientWhoseRingCannotBeReadAndServeOthersInSameCycle() throws IOException {
        for (int i = 0; i < 5; i++) {
            RawClient victim = new RawClient(directory, bus, "", RawClient.SLOTS);
            victim.makeRing();
            try (RandomAccessFile file = new RandomAccessFile(victim.path().toFile(), "rw")) {
                victim.say(ControlMessage.hello(victim.identity));
                await("it was admitted", victim::isWelcome);
                RawClient honest = served("");
                cycle();
                replies.session(honest.answer().session()).commandWriter(honest.ring().ring()).write(arm(i).fields());
                file.setLength(0);
                assertThrows(InternalError.class, this::cycle);
                assertTrue(clients.evictFaulty());
                cycle();
                assertEquals(1, engine.pending());
                int session = victim.answer().session();
                assertEquals(RepliesLayout.STATE_EVICTED, replies.session(session).state());
                assertEquals(ReplyReason.UNREADABLE, replies.session(session).reason());
                assertFalse(clients.evictFaulty());
                await("its socket was closed", victim::hasEnded);
                honest.close();
                await("the other's timer ended", () -> engine.pending() == 0);
            }
            victim.close();
        }
        assertEquals(5, counters.value(DaemonCounter.CLIENTS_EVICTED));
    }

    @Test
    void shouldTellAndLetGoOfClientsWhenStopped() throws Exception {
        RawClient client = served("");
        clients.closeAll(ReplyReason.STOPPING);
        conductor.stop();
        thread.join();
        assertEquals(1, counters.value(DaemonCounter.CLIENTS_CLOSED));
        assertEquals(ReplyReason.STOPPING, replies.session(client.answer().session()).reason());
        assertTrue(client.hasEnded());
        client.close();
    }

    @Test
    void shouldSleepWhileNothingHappens() throws Exception {
        conductor.settings(DaemonSettings.defaults().with(DaemonSetting.MODE, DaemonMode.ECO));
        RawClient client = served("");
        // However long the host takes for what the admission has left to do: then two rounds a second remain.
        await("it slept", () -> roundsPerSecond() <= 3);
        client.close();
    }

    /** Counts the conductor's rounds for about a second. */
    private double roundsPerSecond() {
        long fromNs = System.nanoTime();
        long before = counters.value(DaemonCounter.CONDUCTOR_ROUNDS);
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        return (counters.value(DaemonCounter.CONDUCTOR_ROUNDS) - before) * 1e9 / (System.nanoTime() - fromNs);
    }

    private boolean hasLogged(String event) {
        return logged.toString(StandardCharsets.UTF_8).contains(event);
    }

    private static void resize(Path path, long length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(length);
        }
    }
}
