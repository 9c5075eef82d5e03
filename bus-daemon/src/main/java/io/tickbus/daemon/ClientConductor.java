package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.BusFiles;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.internal.file.ControlMessage.Answer;
import io.tickbus.core.internal.file.ControlSocket;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.core.timer.ReplyReason;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The daemon's second thread: listens on the control socket, admits clients, reads the commands of those that have no
 * ring of their own, and clears up when the kernel says that one has gone. All that makes system calls or allocates is
 * here, so that the timer thread need not.
 *
 * <p>Whatever one peer sends, or does not send, costs itself the connection and nobody else anything: each is served in
 * a try of its own, reads are bounded, and who does not say in time who it is, is dropped.
 */
final class ClientConductor implements Runnable, AutoCloseable {
    /** Commands that a client without a ring may have under way. */
    static final int WINDOW = 256;
    /** Peers that have not said yet who they are. */
    static final int MOST_PENDING = 128;
    static final long HELLO_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long ECO_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long TIMER_SLACK_NS = 50_000;
    /** A selector waits for whole milliseconds. */
    private static final long ROUND_UP_NS = 999_999;
    private static final int ACCEPTS_PER_ROUND = 64;
    private static final int ROOT_USER = 0;
    private static final int LOOKS_WITHOUT_NAME = 2;
    private static final int LOOKS_BEFORE_NEXT_TRY = 100;

    private final BusDirectory directory;
    private final RepliesFile replies;
    private final ClientSessions sessions;
    private final ClientEvents events;
    private final DaemonLog log;
    private final DaemonCounters counters;
    private final Doorbell doorbell;
    private final FutexWord timerWord;
    private final Owners owners = new Owners();
    private final String group;
    private ControlSocket socket;
    private final Selector selector;
    private SelectionKey acceptKey;
    private final int overflowUser = ControlSocket.overflowUser();
    /** In the order in which they came. */
    private final Set<ClientPeer> pending = new LinkedHashSet<>();
    /** By session. */
    private final ClientPeer[] served;
    private final BitSet usedSessions;
    private final Queue<ClientFile> spareRings = new ArrayDeque<>();
    private int latestSession = -1;
    private boolean areSomeLeaving;
    private long round;
    private boolean isTimerThreadNeeded;
    private long nextLookNs = System.nanoTime();
    private long acceptAgainNs;
    private long failedAccepts;
    private int looksWithoutName;
    private volatile DaemonSettings settings;
    private volatile boolean isStopped;
    private Runnable onRound = () -> { };
    private final Work oneRound = this::goRound;

    private ClientConductor(BusDirectory directory, DaemonParts parts, DaemonSettings settings, String group,
            ControlSocket socket) throws IOException {
        this.directory = directory;
        this.replies = parts.replies();
        this.sessions = parts.sessions();
        this.events = parts.events();
        this.log = parts.log();
        this.counters = parts.counters();
        this.doorbell = parts.doorbell();
        this.timerWord = doorbell.futexWord(DoorbellLayout.DAEMON_WORD);
        this.settings = settings;
        this.socket = socket;
        this.group = group;
        this.served = new ClientPeer[replies.sessionCount()];
        this.usedSessions = new BitSet(replies.sessionCount());
        this.selector = Selector.open();
        this.acceptKey = socket.channel().register(selector, SelectionKey.OP_ACCEPT);
        events.conductor(this);
    }

    /**
     * Listens, from here on; nobody is answered before it runs.
     *
     * @param group members of it may connect; null for the daemon's own user alone
     */
    static ClientConductor open(BusDirectory directory, DaemonParts parts, DaemonSettings settings, String group) {
        BusFiles.prepareClients(directory);
        ControlSocket socket = ControlSocket.bind(directory, group);
        try {
            return new ClientConductor(directory, parts, settings, group, socket);
        } catch (IOException e) {
            socket.close();
            throw BusException.system(directory.control(), e, "see how many files this process may open");
        } catch (RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    /** Before it runs: an owner whose timers were recovered. */
    void ownerRecovered(int number, int user, String name) {
        owners.restore(number, user, name);
    }

    /** Before it runs: something to do ten times a second. */
    void onRound(Runnable newOnRound) {
        onRound = newOnRound;
    }

    void settings(DaemonSettings newSettings) {
        settings = newSettings;
    }

    /** Any thread: ends the current or the next wait; one system call. */
    void wake() {
        selector.wakeup();
    }

    void stop() {
        isStopped = true;
        wake();
    }

    @Override
    public void run() {
        try {
            Platforms.current().setTimerSlackNs(TIMER_SLACK_NS);
            while (!isStopped) {
                if (!survive(oneRound)) {
                    LockSupport.parkNanos(LOOK_NS);
                }
            }
            // What the timer thread has said last.
            survive(events::runForConductor);
        } finally {
            close();
        }
    }

    /** After it has run, or instead of that. */
    @Override
    public void close() {
        pending.forEach(ClientPeer::close);
        for (ClientPeer peer : served) {
            if (peer != null) {
                peer.close();
            }
        }
        try {
            selector.close();
            socket.close();
        } catch (IOException | BusException e) {
            log.warn("control-socket-left", "error", e.getMessage());
        }
    }

    private void goRound() throws IOException {
        selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNs() + ROUND_UP_NS)));
        long startNs = System.nanoTime();
        Set<SelectionKey> ready = selector.selectedKeys();
        for (SelectionKey key : ready) {
            serve(key);
        }
        if (ready.contains(acceptKey)) {
            survive(this::accept);
        }
        ready.clear();
        survive(events::runForConductor);
        admitWaiting();
        round++;
        survive(() -> look(startNs));
        if (isTimerThreadNeeded || events.hasWorkForTimerThread()) {
            isTimerThreadNeeded = false;
            // Who waits for it does not wait until the next deadline or heartbeat.
            ringTimerThread();
        }
        counters.raise(DaemonCounter.CONDUCTOR_ROUND_MAX, System.nanoTime() - startNs);
        counters.add(DaemonCounter.CONDUCTOR_ROUNDS, 1);
    }

    private void ringTimerThread() {
        // Where the doorbell is lost the timer thread looks by itself, within a second.
        FaultBoundary.run(() -> doorbell.ring(DoorbellLayout.DAEMON_WORD, timerWord), fault -> doorbell.lose());
    }

    /** Those who have said who they are, and for whom there was no place. */
    private void admitWaiting() {
        for (ClientPeer peer : pending.toArray(new ClientPeer[0])) {
            if (peer.hasWaited(round)) {
                serve(peer);
            }
        }
    }

    /** How long nobody needs it who does not wake it. */
    private long waitNs() {
        long untilNs = nextLookNs;
        if (!pending.isEmpty()) {
            untilNs = Math.min(untilNs, pending.iterator().next().helloUntilNs());
        }
        long waitNs = untilNs - System.nanoTime();
        boolean isSomebodyWaiting = areSomePaused() || pending.stream().anyMatch(peer -> peer.identity() != null);
        return isSomebodyWaiting ? Math.min(waitNs, PAUSE_NS) : waitNs;
    }

    private boolean areSomePaused() {
        return Arrays.stream(served).anyMatch(peer -> peer != null && peer.isPaused());
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Continues whatever happens: all the others still want to come and go. False where it was not done. */
    private boolean survive(Work work) {
        try {
            work.run();
            return true;
        } catch (IOException | RuntimeException | Error e) {
            failed(e);
            return false;
        }
    }

    private void failed(Throwable e) {
        try {
            counters.add(DaemonCounter.CONDUCTOR_ERRORS, 1);
            log.error("conductor-error", "error", e, "at", Arrays.stream(e.getStackTrace()).limit(1).toList());
        } catch (RuntimeException | Error unsaid) {
            // Memory is too short even for that. It is counted, and the next one may be said.
            LockSupport.parkNanos(LOOK_NS);
        }
    }

    private void serve(SelectionKey key) {
        // Those who leave first: they make room for those who come.
        if (key != acceptKey && key.isValid()) {
            serve((ClientPeer) key.attachment());
        }
    }

    private void serve(ClientPeer peer) {
        try {
            if (peer.session() == null) {
                if (peer.readHello()) {
                    greet(peer);
                }
            } else if (!peer.isLeaving()) {
                read(peer);
            }
        } catch (IOException e) {
            drop(peer);
        } catch (RuntimeException | Error e) {
            drop(peer);
            failed(e);
        }
    }

    private void accept() {
        for (int i = 0; i < ACCEPTS_PER_ROUND; i++) {
            SocketChannel channel;
            try {
                channel = socket.channel().accept();
            } catch (IOException e) {
                pauseAccepting(e);
                return;
            }
            if (channel == null) {
                return;
            }
            meet(channel);
        }
    }

    /** The most likely cause stays for a while; to ask again at once would only cost a processor. */
    private void pauseAccepting(IOException e) {
        if (failedAccepts++ == 0) {
            log.error("accept-failed", "error", e.getMessage(), "why", "most likely the open-files limit is reached: "
                    + "raise it with 'ulimit -n'; clients wait meanwhile");
        }
        acceptKey.interestOps(0);
        acceptAgainNs = System.nanoTime() + LOOK_NS;
    }

    private void meet(SocketChannel channel) {
        ClientPeer peer = null;
        try {
            peer = new ClientPeer(channel, socket.userOf(channel), System.nanoTime() + HELLO_NS);
            channel.configureBlocking(false);
            if (group == null && peer.user() != socket.ownUser() && peer.user() != ROOT_USER) {
                reject(peer, ReplyReason.NOT_SHARED, "it is of another user");
                return;
            }
            peer.key(channel.register(selector, SelectionKey.OP_READ, peer));
            if (pending.size() == MOST_PENDING) {
                drop(pending.iterator().next());
            }
            pending.add(peer);
        } catch (IOException | RuntimeException | Error e) {
            failed(e);
            new ClientPeer(channel, 0, 0).close();
            return;
        }
        if (failedAccepts > 0) {
            log.info("accepting-again", "failures", failedAccepts);
            failedAccepts = 0;
        }
        // It is likely to have spoken already.
        serve(peer);
    }

    /** It has said who it is. */
    private void greet(ClientPeer peer) throws IOException {
        if (peer.identity() == null) {
            try {
                peer.identity(ControlMessage.readHello(peer.hello()));
            } catch (IllegalArgumentException e) {
                reject(peer, ReplyReason.BAD_HELLO, e.getMessage());
                return;
            }
        }
        ClientIdentity client = peer.identity();
        boolean isOwnUser = peer.user() == socket.ownUser();
        if (client.epoch() != replies.epoch() || client.historyId() != replies.historyId()) {
            reject(peer, ReplyReason.WRONG_EPOCH, ReplyReason.WRONG_EPOCH.sentence());
        } else if (client.hasRing() && !isOwnUser) {
            reject(peer, ReplyReason.BAD_CLIENT_FILE, "a client of another user sends its commands over the socket");
        } else if (!hasPlaceFor(peer) && (areSomeLeaving || !peer.hasWaited(round))) {
            // A place is about to be free, or will be when it is heard of who has left before this one came.
            peer.waitFrom(round);
        } else if (!hasPlaceFor(peer)) {
            reject(peer, ReplyReason.TOO_MANY_CLIENTS, ReplyReason.TOO_MANY_CLIENTS.sentence());
        } else {
            admit(peer);
        }
    }

    private boolean hasPlaceFor(ClientPeer peer) {
        return usedSessions.cardinality() < most()
                && (peer.user() == socket.ownUser() || sessionsOf(peer.user()) < settings.userShareOf(most()));
    }

    private int most() {
        return Math.min(settings.maxClients(), replies.sessionCount());
    }

    private long sessionsOf(int user) {
        return Arrays.stream(served).filter(peer -> peer != null && peer.user() == user).count();
    }

    private void admit(ClientPeer peer) throws IOException {
        ClientIdentity client = peer.identity();
        int index = freeSession();
        ClientFile ring;
        try {
            ring = client.hasRing() ? ClientFile.open(directory, client) : takeRing();
        } catch (BusException e) {
            reject(peer, e.reason() == BusException.Reason.OPEN_FILES ? ReplyReason.OPEN_FILES
                    : ReplyReason.BAD_CLIENT_FILE, e.getMessage());
            return;
        }
        // All that may fail for want of memory comes before its owner's number is taken.
        boolean isNameShared = client.hasRing() || group == null || peer.user() != overflowUser;
        ClientSession session = new ClientSession(index, client, ring, replies.session(index),
                settings.commandLimit());
        session.user(peer.user(), isNameShared);
        int owner = owners.open(peer.user(), session.name());
        if (owner == 0) {
            ring.release(true);
            reject(peer, ReplyReason.TOO_MANY_CLIENTS, "all owner numbers are in use");
            return;
        }
        boolean isDone = false;
        try {
            session.connect(owner);
            FaultBoundary.surface();
            peer.prepare(session);
            events.toTimerThread(() -> sessions.admit(session));
            isDone = true;
        } finally {
            if (!isDone) {
                ring.release(true);
            }
            if (!isDone && owners.close(owner)) {
                events.toTimerThread(() -> sessions.ownerLeft(owner));
            }
        }
        peer.serve(session, ring);
        pending.remove(peer);
        served[index] = peer;
        usedSessions.set(index);
        latestSession = index;
        counters.add(DaemonCounter.CLIENTS_ADMITTED, 1);
        counters.set(DaemonCounter.CLIENTS_CONNECTED, usedSessions.cardinality());
        log.debug("client-connected", "client", client.uuid(), "pid", client.pid(), "user",
                Integer.toUnsignedString(peer.user()), "name", client.name(), "owner", owner, "session", index);
        Answer welcome = Answer.welcome(index, owner, session.nextReply(), ring.ring().slotCount());
        if (!peer.send(ControlMessage.answer(client, welcome))) {
            letGo(peer, ReplyReason.CLOSED);
        }
    }

    /** The next in turn: who was evicted should find the reason in its session for as long as possible. */
    private int freeSession() {
        int next = usedSessions.nextClearBit(latestSession + 1);
        return next < replies.sessionCount() ? next : usedSessions.nextClearBit(0);
    }

    private ClientFile takeRing() {
        ClientFile spare = spareRings.poll();
        return spare == null ? ClientFile.inMemory(WINDOW) : spare;
    }

    private void reject(ClientPeer peer, ReplyReason reason, String why) {
        // First: whatever fails below, nobody meets it again.
        pending.remove(peer);
        counters.add(DaemonCounter.CLIENTS_REJECTED, 1);
        log.warn("client-rejected", "client", peer.identity() == null ? "?" : peer.identity().uuid(), "user",
                Integer.toUnsignedString(peer.user()), "reason", reason, "why", why);
        Answer answer = Answer.rejected(reason, why);
        ByteBuffer message = peer.identity() != null ? ControlMessage.answer(peer.identity(), answer)
                : ControlMessage.rejectedUnknown(replies.historyId(), replies.epoch(), answer);
        try {
            peer.send(message);
        } catch (IOException e) {
            // It has not waited for the answer.
            log.debug("rejected-client-gone", "error", e.getMessage());
        } finally {
            drop(peer);
        }
    }

    private void read(ClientPeer peer) throws IOException {
        switch (peer.read()) {
            case COMMANDS -> isTimerThreadNeeded = true;
            case END -> letGo(peer, ReplyReason.CLOSED);
            case GARBAGE -> letGo(peer, ReplyReason.BAD_HELLO);
            case NOTHING -> { }
        }
    }

    /** Ends a connection in whatever state it is. */
    private void drop(ClientPeer peer) {
        pending.remove(peer);
        if (peer.session() != null) {
            letGo(peer, ReplyReason.CLOSED);
            return;
        }
        peer.close();
        ClientIdentity client = peer.identity();
        if (client != null && client.hasRing() && peer.user() == socket.ownUser()) {
            // Of a client that has died meanwhile; a living one removes it too.
            survive(() -> ClientFile.delete(directory, client.uuid()));
        }
    }

    private void letGo(ClientPeer peer, ReplyReason reason) {
        if (!peer.isLeaving()) {
            ClientSession session = peer.session();
            events.toTimerThread(() -> session.leave(reason));
            peer.leave();
            areSomeLeaving = true;
        }
    }

    /** After the timer thread let a client go: clears away what is left of it. */
    void dismissed(ClientSession session) {
        int index = session.index();
        ClientPeer peer = served[index];
        if (peer == null || peer.session() != session) {
            return;
        }
        served[index] = null;
        usedSessions.clear(index);
        int owner = session.owner();
        if (owners.close(owner)) {
            events.toTimerThread(() -> sessions.ownerLeft(owner));
        }
        peer.close();
        // A client that is evicted may be storing into it at this moment.
        peer.ring().release(session.leaveReason() == ReplyReason.CLOSED);
        if (!peer.identity().hasRing()) {
            peer.ring().clear();
            spareRings.add(peer.ring());
        }
        ReplyReason reason = session.leaveReason();
        boolean isOrdinary = reason == ReplyReason.CLOSED || reason == ReplyReason.STOPPING;
        counters.add(isOrdinary ? DaemonCounter.CLIENTS_CLOSED : DaemonCounter.CLIENTS_EVICTED, 1);
        counters.set(DaemonCounter.CLIENTS_CONNECTED, usedSessions.cardinality());
        log.log(isOrdinary ? Level.DEBUG : Level.INFO, "client-dismissed", "client", peer.identity().uuid(), "reason",
                reason, "why", reason.sentence());
        areSomeLeaving = Arrays.stream(served).anyMatch(other -> other != null && other.isLeaving());
    }

    /** After the timer thread found nothing left of an owner without clients. */
    void ownerFreed(int owner) {
        owners.release(owner);
    }

    /** What is to be done now and then. */
    private void look(long nowNs) {
        while (!pending.isEmpty() && pending.iterator().next().helloUntilNs() - nowNs <= 0) {
            ClientPeer late = pending.iterator().next();
            boolean hasSpoken = late.identity() != null;
            reject(late, hasSpoken ? ReplyReason.TOO_MANY_CLIENTS : ReplyReason.BAD_HELLO,
                    hasSpoken ? ReplyReason.TOO_MANY_CLIENTS.sentence() : "it has not said in time who it is");
        }
        for (ClientPeer peer : served) {
            if (peer != null && peer.isPaused()) {
                isTimerThreadNeeded |= peer.forward();
                if (peer.isGarbage()) {
                    letGo(peer, ReplyReason.BAD_HELLO);
                }
            }
        }
        if (nextLookNs - nowNs > 0) {
            return;
        }
        nextLookNs = nowNs + (settings.mode() == DaemonMode.ECO ? ECO_LOOK_NS : LOOK_NS);
        if (failedAccepts > 0 && acceptAgainNs - nowNs <= 0) {
            acceptKey.interestOps(SelectionKey.OP_ACCEPT);
        }
        counters.set(DaemonCounter.CPU_TIME, Platforms.current().processCpuNs());
        onRound.run();
        lookAtName();
    }

    /** Without its name nobody finds the socket any more. A look is not enough: a name may be just being exchanged. */
    private void lookAtName() {
        looksWithoutName = socket.isCurrent() ? 0 : looksWithoutName + 1;
        if (looksWithoutName < LOOKS_WITHOUT_NAME) {
            return;
        }
        looksWithoutName = -LOOKS_BEFORE_NEXT_TRY;
        log.warn("control-socket-lost", "path", directory.control(), "why",
                "its file was removed or replaced; it is made again");
        try {
            if (replies.standing() != SignalsFile.Standing.CURRENT) {
                // The whole bus was: its name may be another daemon's by now.
                return;
            }
            ControlSocket lost = socket;
            ControlSocket next = ControlSocket.bind(directory, group);
            acceptKey = next.channel().register(selector, SelectionKey.OP_ACCEPT);
            socket = next;
            lost.close();
        } catch (IOException | BusException e) {
            log.warn("control-socket-not-made", "error", e.getMessage());
        }
    }
}
