package io.tickbus.publisher.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.ClientFile;
import io.tickbus.core.bus.ClientIdentity;
import io.tickbus.core.bus.RepliesFile;
import io.tickbus.core.bus.SignalsHeader;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.core.platform.ProcessIdentity;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.timer.TimerEngine;
import io.tickbus.publisher.timer.TimerQuotas;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The conductor on its own thread, with the test as the timer thread. */
@Timeout(60)
class ClientConductorTest {
    private static final int SLOTS = 64;

    @TempDir
    private Path root;

    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private final ClientEvents events = new ClientEvents();
    private final DaemonCounters counters = DaemonCounters.inMemory();
    private BusDirectory directory;
    private SignalPublisher publisher;
    private SignalsHeader bus;
    private RepliesFile replies;
    private ClientSessions sessions;
    private ClientConductor conductor;
    private DaemonLog log;
    private Thread thread;

    @BeforeEach
    void startConductor() {
        directory = BusDirectory.at(root, "bus");
        publisher = SignalPublisher.openWithoutThread(directory, SignalsOptions.DEFAULT.withSlotCount(1024));
        bus = publisher.bus().signals().header();
        directory.createClientsIfMissing(null);
        replies = RepliesFile.create(directory, bus, 4, SLOTS, null);
        TimerEngine engine = TimerEngine.create(new TimerQuotas(1_000, 1_000));
        sessions = new ClientSessions(engine, replies, counters, events,
                new CommandDesk(engine, publisher, counters, null));
        log = DaemonLog.toStream(new PrintStream(logged, true, StandardCharsets.UTF_8));
        conductor = new ClientConductor(directory,
                new DaemonParts(replies, sessions, events, log, counters, publisher.bus().doorbell()),
                DaemonSettings.DEFAULT);
        thread = new Thread(conductor, "conductor");
        thread.start();
    }

    @AfterEach
    void stopConductor() throws InterruptedException {
        conductor.stop();
        thread.join();
        conductor.closeAll();
        publisher.close();
        log.close();
    }

    private ClientFile connect() {
        return connect("");
    }

    private ClientFile connect(String name) {
        ClientFile file = create(name);
        conductor.ring();
        return file;
    }

    private ClientFile create(String name) {
        return ClientFile.create(directory, new ClientIdentity(UUID.randomUUID(), bus.historyId(),
                bus.epoch(), ProcessIdentity.current(), name, SLOTS, 1_000_000));
    }

    private boolean isServed(ClientFile file) {
        for (int i = 1; i < replies.sessionCount(); i++) {
            if (replies.session(i).isConnectedTo(file.identity().uuid())) {
                return true;
            }
        }
        return false;
    }

    /** Does the timer thread's part meanwhile. */
    private void await(String what, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertTrue(thread.isAlive(), () -> "the conductor ended before " + what);
            assertFalse(Thread.interrupted(), () -> "it did not come in time to " + what);
            sessions.stage();
            sessions.execute(0);
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldLetClientInAndClearAwayWhatItLeaves() {
        ClientFile file = connect();
        await("it was let in", () -> isServed(file));
        file.close();
        await("it was let go", () -> !isServed(file) && Files.notExists(file.path()));
        await("it was counted", () -> counters.value(DaemonCounter.CLIENTS_CONNECTED) == 0);
        assertEquals(1, counters.value(DaemonCounter.CLIENTS_REAPED));
    }

    @Test
    void shouldGoOnWhenRoundFails() {
        // No client at all to let go: what no code does, as an error that nobody thought of.
        events.dismissed(null);
        conductor.ring();
        await("the error was counted", () -> counters.value(DaemonCounter.CONDUCTOR_ERRORS) == 1);
        await("the error was printed", () -> logged.toString(StandardCharsets.UTF_8).contains("conductor-error"));
        ClientFile file = connect();
        await("it let in the next", () -> isServed(file));
        file.close();
    }

    @Test
    void shouldTakeAwayTheFileOfWhoWasRefusedAndDied() throws IOException {
        ClientFile stranger = ClientFile.create(directory, new ClientIdentity(UUID.randomUUID(), replies.historyId(),
                replies.epoch() + 1, ProcessIdentity.current(), "", SLOTS, 1_000_000));
        conductor.ring();
        await("it was refused", () -> counters.value(DaemonCounter.CLIENTS_REJECTED) == 1);
        Path junk = Files.write(directory.clients().resolve(UUID.randomUUID().toString()), new byte[100]);
        await("the junk was taken away", () -> Files.notExists(junk));
        assertTrue(Files.exists(stranger.path()), "its process lives");
        stranger.close();
        await("it was taken away", () -> Files.notExists(stranger.path()));
    }

    @Test
    void shouldGiveSessionsInTurn() {
        ClientFile first = connect();
        await("it was let in", () -> isServed(first));
        int index = session(first);
        first.close();
        await("it was let go", () -> counters.value(DaemonCounter.CLIENTS_REAPED) == 1);
        ClientFile second = connect();
        await("the next was let in", () -> isServed(second));
        assertEquals(index % 3 + 1, session(second));
        second.close();
    }

    private int session(ClientFile file) {
        for (int i = 1; i < replies.sessionCount(); i++) {
            if (replies.session(i).isConnectedTo(file.identity().uuid())) {
                return i;
            }
        }
        throw new IllegalStateException("it is not served");
    }

    @Test
    void shouldTurnAwayWhenThereIsNoSession() {
        ClientFile[] files = {connect(), connect(), connect()};
        for (ClientFile file : files) {
            await("all places were taken", () -> isServed(file));
        }
        ClientFile last = connect();
        await("it was turned away", () -> counters.value(DaemonCounter.CLIENTS_REJECTED) == 1);
        assertFalse(isServed(last));
        last.close();
        for (ClientFile file : files) {
            file.close();
        }
    }

    /** Two clients of one name are one owner: had the first attempt kept its place, the number would not come back. */
    @Test
    void shouldGiveOwnerBackWhenSessionCannotBeMade() throws IOException {
        resize(directory.replies(), 4096);
        ClientFile file = connect("app");
        await("it could not be let in", () -> hasLogged("conductor-fault"));
        assertEquals(0, counters.value(DaemonCounter.CLIENTS_ADMITTED));
        assertTrue(Files.exists(file.path()));
        resize(directory.replies(), replies.region().length());
        await("it was let in", () -> isServed(file));
        int owner = replies.session(session(file)).owner();
        assertTrue(owner > 1, "the number of the attempt is still taken");
        file.close();
        await("it was let go", () -> counters.value(DaemonCounter.CLIENTS_REAPED) == 1);
        sessions.execute(0);
        long rounds = counters.value(DaemonCounter.CONDUCTOR_ROUNDS);
        await("its owner ended", () -> counters.value(DaemonCounter.CONDUCTOR_ROUNDS) >= rounds + 2);
        ClientFile next = connect("app");
        await("the next was let in", () -> isServed(next));
        assertEquals(owner + 1, replies.session(session(next)).owner(), "the owner did not end with its client");
        next.close();
    }

    @Test
    void shouldLetGoOfClientsWhenStoppedWithDoorbellCut() throws Exception {
        ClientFile file = connect();
        await("it was let in", () -> isServed(file));
        resize(directory.doorbell(), 0);
        await("it found the doorbell cut", () -> hasLogged("conductor-fault"));
        sessions.dismissAll(ReplyReason.STOPPING);
        conductor.stop();
        thread.join();
        assertEquals(1, counters.value(DaemonCounter.CLIENTS_CLOSED));
        // The log has a thread of its own, which may be late; the conductor has ended.
        while (!hasLogged("client-dismissed")) {
            assertFalse(Thread.interrupted(), logged::toString);
        }
        file.close();
    }

    @Test
    void shouldFindClientsThatDoNotRing() {
        ClientFile file = create("");
        await("it was let in", () -> isServed(file));
        file.close();
    }

    @Test
    void shouldLetClientsInAndOutWhenDoorbellIsCut() throws Exception {
        resize(directory.doorbell(), 0);
        await("it found the doorbell cut", () -> hasLogged("conductor-fault"));
        ClientFile file = create("");
        await("it was let in", () -> isServed(file));
        file.close();
        await("it was let go", () -> counters.value(DaemonCounter.CLIENTS_REAPED)
                + counters.value(DaemonCounter.CLIENTS_CLOSED) == 1);
    }

    /** Somebody goes on giving signs of life in the place of who is gone. */
    @Test
    void shouldFindWhoSaysThatItLivesAndDoesNot() {
        ClientFile file = connect();
        await("it was let in", () -> isServed(file));
        file.close();
        await("it was let go", () -> {
            file.putHeartbeatNs(System.nanoTime());
            return counters.value(DaemonCounter.CLIENTS_REAPED) == 1;
        });
    }

    @Test
    void shouldFindWhoBeatsWithoutFile() throws IOException {
        ClientFile file = connect();
        await("it was let in", () -> isServed(file));
        Files.delete(file.path());
        await("it was put out", () -> {
            file.putHeartbeatNs(System.nanoTime());
            return counters.value(DaemonCounter.CLIENTS_EVICTED) == 1;
        });
        file.close();
    }

    /** The fault must not come up in a channel, which could not be closed any more. */
    @Test
    void shouldPutOutWhoCutsItsFileAndGoOnWithOthers() throws Exception {
        for (int i = 0; i < 5; i++) {
            ClientFile file = connect();
            await("it was let in", () -> isServed(file));
            resize(file.path(), 0);
            // The timer thread sleeps: it is the conductor that finds out.
            while (counters.value(DaemonCounter.CLIENTS_EVICTED) <= i) {
                assertTrue(thread.isAlive());
                sessions.execute(0);
                Thread.sleep(1);
            }
            file.close();
        }
    }

    @Test
    void shouldGoRoundLessOftenInEcoModeAndLetGoAllTheSame() throws Exception {
        conductor.settings(DaemonSettings.builder().mode(DaemonMode.ECO).build());
        ClientFile file = connect();
        await("it was let in", () -> isServed(file));
        file.close();
        await("it was let go", () -> counters.value(DaemonCounter.CLIENTS_REAPED) == 1);
        Thread.sleep(600);
        long fromNs = System.nanoTime();
        long rounds = counters.value(DaemonCounter.CONDUCTOR_ROUNDS);
        Thread.sleep(1_000);
        rounds = counters.value(DaemonCounter.CONDUCTOR_ROUNDS) - rounds;
        assertTrue(rounds <= 1 + (System.nanoTime() - fromNs) / TimeUnit.MILLISECONDS.toNanos(500), "rounds=" + rounds);
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
