// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.internal.file.ControlMessage.Answer;
import io.tickbus.core.internal.file.ControlSocket;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.timer.ReplyReason;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;

/**
 * The connections and what becomes of them: a peer is pending until its HELLO has come and a session is free; then it
 * is admitted or rejected. A client that was admitted closes, or is evicted. The conductor's.
 */
final class ClientRegistry {
    /** Commands that a client without a ring may have under way. */
    static final int WINDOW = 256;
    /** The most peers that are pending. */
    static final int MAX_PENDING = 128;

    private final BusDirectory directory;
    private final RepliesFile replies;
    private final ServedClients clients;
    private final TaskMailboxes tasks;
    private final DaemonLog log;
    private final DaemonCounters counters;
    private final ConductorErrors errors;
    private final OwnerRegistry owners = new OwnerRegistry();
    /** Members of it may connect; null for the daemon's own user alone. */
    private final String group;
    private int ownUser;
    private final int overflowUser = ControlSocket.overflowUser();
    /** In the order in which they came. */
    private final Set<ClientPeer> pending = new LinkedHashSet<>();
    /** By session. */
    private final ClientPeer[] admitted;
    private final BitSet usedSessions;
    private final Queue<ClientFile> spareRings = new ArrayDeque<>();
    private int latestSession = -1;
    private boolean hasClosing;
    private boolean hasForwarded;
    private long cycle;
    private volatile DaemonSettings settings;

    ClientRegistry(DaemonContext context, ConductorErrors errors) {
        this.directory = context.directory;
        this.replies = context.replies;
        this.clients = context.clients;
        this.tasks = context.tasks;
        this.log = context.log;
        this.counters = context.counters;
        this.errors = errors;
        this.settings = context.settings;
        this.group = context.signals.group();
        this.admitted = new ClientPeer[replies.sessionCount()];
        this.usedSessions = new BitSet(replies.sessionCount());
    }

    /** Numeric id of the user of this process. */
    void ownUser(int newOwnUser) {
        ownUser = newOwnUser;
    }

    /** Before anybody connects: an owner whose timers were recovered. */
    void ownerRecovered(int number, int user, String name) {
        owners.restore(number, user, name);
    }

    /** Any thread. */
    void settings(DaemonSettings newSettings) {
        settings = newSettings;
    }

    /** A peer has connected. If too many are pending, the oldest is dropped. */
    void add(ClientPeer peer) {
        if (pending.size() == MAX_PENDING) {
            drop(pending.iterator().next());
        }
        pending.add(peer);
    }

    /** Serves a peer that has sent something, or has waited for a session; whatever is wrong with it ends it alone. */
    void serve(ClientPeer peer) {
        try {
            if (peer.client() == null) {
                if (peer.readHello()) {
                    greet(peer);
                }
            } else if (!peer.isClosing()) {
                read(peer);
            }
        } catch (IOException e) {
            drop(peer);
        } catch (RuntimeException | Error e) {
            drop(peer);
            errors.report(e);
        }
    }

    /** Serves those that wait for a session since an earlier cycle. */
    void recheckWaiting() {
        for (ClientPeer peer : pending.toArray(new ClientPeer[0])) {
            if (peer.hasWaited(cycle)) {
                serve(peer);
            }
        }
        cycle++;
    }

    /** Whether a peer waits for something that does not wake the conductor: a session, or room in its ring. */
    boolean isSomebodyWaiting() {
        return Arrays.stream(admitted).anyMatch(peer -> peer != null && peer.isPaused())
                || pending.stream().anyMatch(peer -> peer.identity() != null);
    }

    /** When the oldest pending peer is rejected. */
    long nextTimeoutNs(long otherwiseNs) {
        return pending.isEmpty() ? otherwiseNs : Math.min(otherwiseNs, pending.iterator().next().helloUntilNs());
    }

    void rejectLate(long nowNs) {
        while (!pending.isEmpty() && pending.iterator().next().helloUntilNs() - nowNs <= 0) {
            ClientPeer late = pending.iterator().next();
            boolean hasHello = late.identity() != null;
            reject(late, hasHello ? ReplyReason.TOO_MANY_CLIENTS : ReplyReason.BAD_HELLO,
                    hasHello ? ReplyReason.TOO_MANY_CLIENTS.sentence() : "it has not sent its HELLO in time");
        }
    }

    /** Forwards the commands of those that had sent more than there was room for. */
    void forwardPaused() {
        for (ClientPeer peer : admitted) {
            if (peer != null && peer.isPaused()) {
                hasForwarded |= peer.forward();
                if (peer.isGarbage()) {
                    startClosing(peer, ReplyReason.BAD_HELLO);
                }
            }
        }
    }

    /** Whether commands were forwarded to the timer thread since the last call. */
    boolean pollForwarded() {
        boolean result = hasForwarded;
        hasForwarded = false;
        return result;
    }

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
        boolean isOwnUser = peer.user() == ownUser;
        if (client.epoch() != replies.epoch() || client.historyId() != replies.historyId()) {
            reject(peer, ReplyReason.WRONG_EPOCH, ReplyReason.WRONG_EPOCH.sentence());
        } else if (client.hasRing() && !isOwnUser) {
            reject(peer, ReplyReason.BAD_CLIENT_FILE, "a client of another user sends its commands over the socket");
        } else if (!hasSessionFor(peer) && (hasClosing || !peer.hasWaited(cycle))) {
            // A session is about to be free, or will be once the conductor reads that a client has closed.
            peer.waitFrom(cycle);
        } else if (!hasSessionFor(peer)) {
            reject(peer, ReplyReason.TOO_MANY_CLIENTS, ReplyReason.TOO_MANY_CLIENTS.sentence());
        } else {
            admit(peer);
        }
    }

    private boolean hasSessionFor(ClientPeer peer) {
        return usedSessions.cardinality() < limit()
                && (peer.user() == ownUser || sessionsOf(peer.user()) < settings.userShareOf(limit()));
    }

    private int limit() {
        return Math.min(settings.maxClients(), replies.sessionCount());
    }

    private long sessionsOf(int user) {
        return Arrays.stream(admitted).filter(peer -> peer != null && peer.user() == user).count();
    }

    private void admit(ClientPeer peer) throws IOException {
        ClientIdentity identity = peer.identity();
        ClientFile ring;
        try {
            ring = identity.hasRing() ? ClientFile.open(directory, identity) : takeRing();
        } catch (BusException e) {
            reject(peer, e.reason() == BusException.Reason.OPEN_FILES ? ReplyReason.OPEN_FILES
                    : ReplyReason.BAD_CLIENT_FILE, e.getMessage());
            return;
        }
        // All that may fail for lack of memory comes before its owner's number is taken.
        int index = freeSession();
        boolean isNameShared = identity.hasRing() || group == null || peer.user() != overflowUser;
        ServedClient client =
                new ServedClient(index, identity, ring, replies.session(index), settings.commandLimit());
        client.user(peer.user(), isNameShared);
        int owner = owners.open(peer.user(), client.name());
        if (owner == 0) {
            ring.release(true);
            reject(peer, ReplyReason.TOO_MANY_CLIENTS, "all owner numbers are in use");
            return;
        }
        handOver(peer, client, owner);
        peer.admit(client);
        pending.remove(peer);
        admitted[index] = peer;
        usedSessions.set(index);
        latestSession = index;
        counters.add(DaemonCounter.CLIENTS_ADMITTED, 1);
        counters.set(DaemonCounter.CLIENTS_CONNECTED, usedSessions.cardinality());
        log.debug("client-connected", "client", identity.uuid(), "pid", identity.pid(), "user",
                Integer.toUnsignedString(peer.user()), "name", identity.name(), "owner", owner, "session", index);
        Answer welcome = Answer.welcome(index, owner, client.nextReply(), ring.ring().slotCount());
        if (!peer.send(ControlMessage.answer(identity, welcome))) {
            startClosing(peer, ReplyReason.CLOSED);
        }
    }

    /** Gives a client to the timer thread, wholly or not at all. */
    private void handOver(ClientPeer peer, ServedClient client, int owner) {
        boolean isDone = false;
        try {
            client.connect(owner);
            FaultBoundary.surface();
            peer.prepare(client);
            tasks.toTimerThread(() -> clients.admit(client));
            isDone = true;
        } finally {
            if (!isDone) {
                client.file().release(true);
            }
            if (!isDone && owners.close(owner)) {
                tasks.toTimerThread(() -> clients.ownerLeft(owner));
            }
        }
    }

    /** The next in turn: a client that was evicted should find the reason in its session for as long as possible. */
    private int freeSession() {
        int next = usedSessions.nextClearBit(latestSession + 1);
        return next < replies.sessionCount() ? next : usedSessions.nextClearBit(0);
    }

    private ClientFile takeRing() {
        ClientFile spare = spareRings.poll();
        return spare == null ? ClientFile.inMemory(WINDOW) : spare;
    }

    void reject(ClientPeer peer, ReplyReason reason, String why) {
        // First: whatever fails below, it is not served again.
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
            case COMMANDS -> hasForwarded = true;
            case END -> startClosing(peer, ReplyReason.CLOSED);
            case GARBAGE -> startClosing(peer, ReplyReason.BAD_HELLO);
            case NOTHING -> { }
        }
    }

    /** Ends a connection in whatever state it is. */
    private void drop(ClientPeer peer) {
        pending.remove(peer);
        if (peer.client() != null) {
            startClosing(peer, ReplyReason.CLOSED);
            return;
        }
        peer.close();
        ClientIdentity client = peer.identity();
        if (client != null && client.hasRing() && peer.user() == ownUser) {
            // Of a client that has died meanwhile; a living one removes it too.
            errors.attempt(() -> ClientFile.delete(directory, client.uuid()));
        }
    }

    private void startClosing(ClientPeer peer, ReplyReason reason) {
        if (!peer.isClosing()) {
            ServedClient client = peer.client();
            tasks.toTimerThread(() -> client.startClosing(reason));
            peer.startClosing();
            hasClosing = true;
        }
    }

    /** After the timer thread has closed a client: releases what is left of it. */
    void closed(ServedClient client) {
        int index = client.index();
        ClientPeer peer = admitted[index];
        if (peer == null || peer.client() != client) {
            return;
        }
        admitted[index] = null;
        usedSessions.clear(index);
        int owner = client.owner();
        if (owners.close(owner)) {
            tasks.toTimerThread(() -> clients.ownerLeft(owner));
        }
        peer.close();
        ReplyReason reason = client.closeReason();
        // A client that is evicted may be storing into it at this moment.
        client.file().release(reason == ReplyReason.CLOSED);
        if (!peer.identity().hasRing()) {
            client.file().clear();
            spareRings.add(client.file());
        }
        boolean isEvicted = reason != ReplyReason.CLOSED && reason != ReplyReason.STOPPING;
        counters.add(isEvicted ? DaemonCounter.CLIENTS_EVICTED : DaemonCounter.CLIENTS_CLOSED, 1);
        counters.set(DaemonCounter.CLIENTS_CONNECTED, usedSessions.cardinality());
        log.log(isEvicted ? Level.INFO : Level.DEBUG, isEvicted ? "client-evicted" : "client-closed", "client",
                peer.identity().uuid(), "reason", reason, "why", reason.sentence());
        hasClosing = Arrays.stream(admitted).anyMatch(other -> other != null && other.isClosing());
    }

    /** After the timer thread found nothing left of an owner without clients. */
    void ownerFreed(int owner) {
        owners.release(owner);
    }

    /** Closes the connections that are left. */
    void close() {
        pending.forEach(ClientPeer::close);
        for (ClientPeer peer : admitted) {
            if (peer != null) {
                peer.close();
            }
        }
    }
}
