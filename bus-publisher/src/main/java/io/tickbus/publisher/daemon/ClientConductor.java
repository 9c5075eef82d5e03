package io.tickbus.publisher.daemon;

import io.tickbus.core.BusException;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.ClientFile;
import io.tickbus.core.bus.ClientIdentity;
import io.tickbus.core.bus.Doorbell;
import io.tickbus.core.bus.RepliesFile;
import io.tickbus.core.layout.DoorbellLayout;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.platform.FutexWord;
import io.tickbus.core.platform.Platforms;
import io.tickbus.core.timer.ReplyReason;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The daemon's second thread: finds the clients' files, checks and maps them, asks for signs of life, clears away what
 * the dead left. All that makes system calls or allocates is here, so that the timer thread need not.
 *
 * <p>It looks after those that are connected every 100 ms, in eco mode every 500 ms, and believes whoever has just
 * given a sign of life. For new files it looks when somebody rings its word of the doorbell, as who connects or leaves
 * does, and every second, lest somebody did not; then it asks the kernel about each that is connected, whatever that
 * one's sign of life says.
 */
final class ClientConductor implements Runnable {
    private static final long ROUND_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long ECO_ROUND_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long SEARCH_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long MORE_TO_DO_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long TIMER_SLACK_NS = 50_000;
    /** New files that are looked at in one round, and refused ones whose client may be gone by now. */
    private static final int MEETINGS_PER_ROUND = 64;
    private static final int VISITS_PER_ROUND = 4;

    private final BusDirectory directory;
    private final RepliesFile replies;
    private final ClientSessions sessions;
    private final ClientEvents events;
    private final DaemonLog log;
    private final DaemonCounters counters;
    private final Doorbell doorbell;
    private final FutexWord word;
    private final FutexWord timerWord;
    private final Owners owners = new Owners();
    private final Map<UUID, ClientSession> served = new HashMap<>();
    /** Files of clients that were refused or put out: not to be looked at again while they are there. */
    private final Set<UUID> refused = new HashSet<>();
    private final BitSet usedSessions = new BitSet();
    /** Those of {@link #refused} that are still to be visited before all are visited again. */
    private final Queue<UUID> toVisit = new ArrayDeque<>();
    private int latestSession;
    private boolean hasMoreToMeet;
    private boolean isSearchDue = true;
    private long searchedNs = System.nanoTime();
    private int seenWord;
    private volatile DaemonSettings settings;
    private volatile boolean isStopped;
    private Runnable onRound = () -> { };

    ClientConductor(BusDirectory directory, DaemonParts parts, DaemonSettings settings) {
        this.directory = directory;
        this.replies = parts.replies();
        this.sessions = parts.sessions();
        this.events = parts.events();
        this.log = parts.log();
        this.counters = parts.counters();
        this.doorbell = parts.doorbell();
        this.word = doorbell.futexWord(DoorbellLayout.CONDUCTOR_WORD);
        this.timerWord = doorbell.futexWord(DoorbellLayout.DAEMON_WORD);
        this.settings = settings;
        usedSessions.set(0);
        events.conductor(this);
    }

    /** Before it runs: an owner whose timers were recovered. */
    void ownerRecovered(int number, int user, String name) {
        owners.restore(number, user, name);
    }

    /** Before it runs: something to do in each round. */
    void onRound(Runnable newOnRound) {
        onRound = newOnRound;
    }

    void settings(DaemonSettings newSettings) {
        settings = newSettings;
    }

    @Override
    public void run() {
        Platforms.current().setTimerSlackNs(TIMER_SLACK_NS);
        while (!isStopped) {
            goRound(true);
        }
        goRound(false);
    }

    private void goRound(boolean isWaiting) {
        try {
            if (isWaiting) {
                goRoundAndWait();
            } else {
                // Nobody waits for the doorbell any more, and where somebody has cut it, who leaves is still to be
                // cleared away.
                round();
            }
            // Here and not in the next round, which may be the last one.
            FaultBoundary.surface();
        } catch (InternalError e) {
            // The doorbell's, or a client's: who it was is found out in the next round.
            doorbell.loseUnlessSound();
            log.warn("conductor-fault", "error", e.getMessage());
            isSearchDue = true;
            LockSupport.parkNanos(ROUND_NS);
        } catch (RuntimeException | Error e) {
            // Whatever one client's file has led to: all the others still want to be let in and out. It goes on at
            // its usual pace, so that a lasting cause costs no processor.
            log.error("conductor-error", "error", e, "at", Arrays.stream(e.getStackTrace()).limit(1).toList());
            counters.add(DaemonCounter.CONDUCTOR_ERRORS, 1);
            LockSupport.parkNanos(ROUND_NS);
        }
    }

    private void goRoundAndWait() {
        long startNs = System.nanoTime();
        listen(startNs);
        round();
        if (events.hasWorkForTimerThread()) {
            // Who connects waits for it: not until the next deadline or heartbeat.
            doorbell.ring(DoorbellLayout.DAEMON_WORD, timerWord);
        }
        counters.raise(DaemonCounter.CONDUCTOR_ROUND_MAX, System.nanoTime() - startNs);
        if (!isStopped) {
            long waitNs = hasMoreToMeet ? MORE_TO_DO_NS : roundNs();
            if (doorbell.isLost()) {
                LockSupport.parkNanos(waitNs);
            } else {
                word.await(seenWord, System.nanoTime() + waitNs);
            }
        }
    }

    private long roundNs() {
        return settings.mode() == DaemonMode.ECO && !areSomeLeaving() ? ECO_ROUND_NS : ROUND_NS;
    }

    /**
     * Looks whether somebody has rung, before the look around: a file that gets its name after that ends the sleep that
     * follows.
     */
    private void listen(long startNs) {
        int seen = doorbell.word(DoorbellLayout.CONDUCTOR_WORD, seenWord);
        isSearchDue |= doorbell.isLost() || seen != seenWord || startNs - searchedNs >= SEARCH_NS;
        seenWord = seen;
        // Before channels are used.
        FaultBoundary.surface();
    }

    void stop() {
        isStopped = true;
        ring();
    }

    /** Ends the current or the next sleep. */
    void ring() {
        FaultBoundary.run(() -> doorbell.ring(DoorbellLayout.CONDUCTOR_WORD, word), fault -> doorbell.lose());
    }

    private void round() {
        events.runForConductor();
        onRound.run();
        checkServed();
        if (!isStopped && isSearchDue) {
            findNew();
            // Only now: where one file's fault has cut it short, the others are looked for in the next round.
            isSearchDue = hasMoreToMeet;
            searchedNs = System.nanoTime();
        }
        if (!isStopped) {
            visitRefused();
        }
        counters.set(DaemonCounter.CLIENTS_CONNECTED, served.size());
        counters.set(DaemonCounter.CPU_TIME, Platforms.current().processCpuNs());
        counters.add(DaemonCounter.CONDUCTOR_ROUNDS, 1);
    }

    private void checkServed() {
        long nowNs = System.nanoTime();
        int silent = 0;
        for (ClientSession session : served.values()) {
            ReplyReason reason = isSearchDue ? ClientLife.fault(session.file())
                    : ClientLife.faultUnlessFresh(session.file(), nowNs);
            if (reason != ReplyReason.NONE && !session.isLeaving()) {
                session.askToLeave();
                events.toTimerThread(() -> session.leave(reason));
            } else if (reason == ReplyReason.NONE
                    && nowNs - session.file().heartbeatNs() > settings.clientSilenceNs()) {
                silent++;
            }
            // Before the next one's channel is used: see FaultBoundary.
            FaultBoundary.surface();
        }
        counters.set(DaemonCounter.CLIENTS_SILENT, silent);
    }

    private void findNew() {
        Set<UUID> found = ClientFile.list(directory);
        refused.retainAll(found);
        int met = 0;
        hasMoreToMeet = false;
        for (UUID uuid : found) {
            if (!served.containsKey(uuid) && !refused.contains(uuid)) {
                if (++met > MEETINGS_PER_ROUND) {
                    hasMoreToMeet = true;
                    break;
                }
                meet(uuid);
            }
        }
    }

    /** Takes away the files of refused clients that have died since. */
    private void visitRefused() {
        if (toVisit.isEmpty()) {
            toVisit.addAll(refused);
        }
        for (int i = 0; i < VISITS_PER_ROUND && !toVisit.isEmpty(); i++) {
            UUID uuid = toVisit.remove();
            if (refused.contains(uuid) && ClientFile.isAbandoned(directory, uuid)) {
                refused.remove(uuid);
                ClientFile.delete(directory, uuid);
                log.info("client-file-removed", "client", uuid, "why", "it was refused, and its process is gone");
            }
        }
    }

    private void meet(UUID uuid) {
        try {
            ClientFile file = ClientFile.open(directory, uuid);
            if (!file.isAlive()) {
                file.close();
                ClientFile.delete(directory, uuid);
                return;
            }
            ReplyReason objection = objection(file);
            if (objection == ReplyReason.TOO_MANY_CLIENTS && areSomeLeaving()) {
                // A place is about to be free.
                file.close();
                hasMoreToMeet = true;
            } else if (objection == ReplyReason.NONE) {
                admit(file);
            } else {
                file.close();
                refuse(uuid, objection, objection.sentence());
            }
        } catch (BusException e) {
            if (e.reason() != BusException.Reason.NOT_FOUND) {
                refuse(uuid, ReplyReason.BAD_CLIENT_FILE, e.getMessage());
            }
        }
    }

    private ReplyReason objection(ClientFile file) {
        ClientIdentity client = file.identity();
        if (client.epoch() != replies.epoch() || client.historyId() != replies.historyId()) {
            return ReplyReason.WRONG_EPOCH;
        }
        boolean isFull = served.size() >= Math.min(settings.maxClients(), replies.sessionCount() - 1);
        return isFull ? ReplyReason.TOO_MANY_CLIENTS : ReplyReason.NONE;
    }

    private boolean areSomeLeaving() {
        return served.values().stream().anyMatch(ClientSession::isAskedToLeave);
    }

    private void admit(ClientFile file) {
        ClientIdentity client = file.identity();
        int owner = owners.open(file.userId(), client.name());
        if (owner == 0) {
            file.close();
            refuse(client.uuid(), ReplyReason.TOO_MANY_CLIENTS, "all owner numbers are in use");
            return;
        }
        int index = freeSession();
        ClientSession session;
        try {
            session = new ClientSession(index, owner, file, replies.session(index), settings.commandLimit());
            FaultBoundary.surface();
        } catch (RuntimeException | Error e) {
            // Nothing of it stays, and it is met again in the next round.
            owners.close(owner);
            owners.release(owner);
            file.close();
            throw e;
        }
        usedSessions.set(index);
        latestSession = index;
        served.put(client.uuid(), session);
        events.toTimerThread(() -> sessions.admit(session));
        counters.add(DaemonCounter.CLIENTS_ADMITTED, 1);
        log.info("client-connected", "client", client.uuid(), "pid", client.process().pid(), "name", client.name(),
                "owner", owner, "session", index);
    }

    /** The next in turn: who was put out should find the reason in its session for as long as possible. */
    private int freeSession() {
        int next = usedSessions.nextClearBit(latestSession + 1);
        return next < replies.sessionCount() ? next : usedSessions.nextClearBit(1);
    }

    private void refuse(UUID uuid, ReplyReason reason, String why) {
        refused.add(uuid);
        events.toTimerThread(() -> sessions.reject(uuid, reason));
        counters.add(DaemonCounter.CLIENTS_REJECTED, 1);
        log.warn("client-refused", "client", uuid, "reason", reason, "why", why);
    }

    /** After the timer thread let a client go: clears away what is left of it. */
    void dismissed(ClientSession session) {
        ClientFile file = session.file();
        UUID uuid = file.identity().uuid();
        ReplyReason reason = session.leaveReason();
        served.remove(uuid);
        usedSessions.clear(session.index());
        // Before what may fail: the timers of the dead must end, whatever else becomes of their files.
        int owner = session.owner();
        if (owners.close(owner)) {
            events.toTimerThread(() -> sessions.ownerLeft(owner));
        }
        boolean isGone = ClientLife.isGone(file);
        file.close();
        if (isGone) {
            ClientFile.delete(directory, uuid);
        } else {
            refused.add(uuid);
        }
        counters.add(reason == ReplyReason.CLOSED || reason == ReplyReason.STOPPING ? DaemonCounter.CLIENTS_CLOSED
                : reason == ReplyReason.DEAD ? DaemonCounter.CLIENTS_REAPED : DaemonCounter.CLIENTS_EVICTED, 1);
        log.info("client-dismissed", "client", uuid, "reason", reason, "why", reason.sentence());
    }

    /** After the timer thread found nothing left of an owner without clients. */
    void ownerFreed(int owner) {
        owners.release(owner);
    }

    /** Closes the files of who is still there; after {@link #run} has ended. */
    void closeAll() {
        for (Iterator<ClientSession> rest = served.values().iterator(); rest.hasNext(); ) {
            rest.next().file().close();
            rest.remove();
        }
    }
}
