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
import io.tickbus.core.internal.file.OwnersFile;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.timer.ReplyReason;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * All connections and their states. A peer is pending until its HELLO has arrived and a session is free; then it is
 * admitted or rejected. An admitted client ends when it closes or is evicted. Used by the conductor thread only, except
 * where a method says otherwise.
 */
final class ClientRegistry {
    /** Most commands that a client without a ring may have in flight. */
    static final int WINDOW = 256;
    /** Most peers that may be pending at a time. */
    static final int MAX_PENDING = 128;

    private final BusDirectory directory;
    private final RepliesFile replies;
    private final ServedClients clients;
    private final TaskMailboxes tasks;
    private final DaemonLog log;
    private final DaemonCounters counters;
    private final ConductorErrors errors;
    private final OwnerRegistry owners = new OwnerRegistry();
    /** The group whose members may connect; null if only the daemon's own user may. */
    private final String group;
    private int ownUser;
    private final int overflowUser = ControlSocket.overflowUser();
    /** Pending peers, oldest first. */
    private final Set<ClientPeer> pending = new LinkedHashSet<>();
    /** Admitted clients, by session. */
    private final ClientPeer[] admitted;
    private final BitSet usedSessions;
    private final Queue<ClientFile> spareRings = new ArrayDeque<>();
    private int latestSession = -1;
    private boolean hasClosing;
    private boolean hasForwarded;
    /** Whether a peer has ended that may have left a file under a name that it has not told. */
    private boolean mayHaveUnclaimed;
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

    /** Sets the numeric id of the user that this process runs as. */
    void ownUser(int newOwnUser) {
        ownUser = newOwnUser;
    }

    /** Registers an owner whose timers were recovered. To be called before clients connect. */
    void ownerRecovered(int number, int user, String name) {
        owners.restore(number, user, name);
    }

    /** Replaces the settings. Any thread may call this. */
    void settings(DaemonSettings newSettings) {
        settings = newSettings;
    }

    /** Adds a peer that has connected. If too many are pending, the oldest is dropped. */
    void add(ClientPeer peer) {
        if (pending.size() == MAX_PENDING) {
            drop(pending.iterator().next());
        }
        pending.add(peer);
    }

    /** Serves a peer that has sent something or waits for a session. An error ends this peer's connection only. */
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

    /** Serves the peers that have waited for a session since an earlier cycle. */
    void recheckWaiting() {
        for (ClientPeer peer : pending.toArray(new ClientPeer[0])) {
            if (peer.hasWaited(cycle)) {
                serve(peer);
            }
        }
        cycle++;
    }

    /** Whether a peer waits for something that does not wake the conductor: a session, or space in its ring. */
    boolean isPeerWaiting() {
        return Arrays.stream(admitted).anyMatch(peer -> peer != null && peer.isPaused())
                || pending.stream().anyMatch(peer -> peer.identity() != null);
    }

    /** When the oldest pending peer times out; {@code otherwiseNs} if none is pending. */
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

    /**
     * Deletes the files of clients that died before their HELLO. A client connects first and creates its file then. So
     * one that still connects had connected before its file was found, and is pending once everybody was accepted who
     * had connected by then: files found before are nobody's where nobody is pending after it.
     *
     * @param acceptAll accepts all who have connected; false if it could not
     */
    void deleteUnclaimed(BooleanSupplier acceptAll) {
        if (!mayHaveUnclaimed) {
            return;
        }
        List<Path> unclaimed = ClientFile.unclaimed(directory);
        if (acceptAll.getAsBoolean() && pending.isEmpty()) {
            ClientFile.delete(unclaimed);
            mayHaveUnclaimed = false;
        }
    }

    /** Forwards commands of peers that had sent more than fitted into their rings. */
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
            // A session is about to become free, or will once the conductor reads that a client has closed.
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
        return Math.min(settings.value(DaemonSetting.QUOTA_CLIENTS), replies.sessionCount());
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
        // Everything that may fail for lack of memory comes before the owner number is taken.
        int index = freeSession();
        boolean isNameShared = identity.hasRing() || group == null || peer.user() != overflowUser;
        ServedClient client = new ServedClient(index, identity, ring, replies.session(index),
                settings.value(DaemonSetting.COMMAND_LIMIT));
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

    /** Passes a client to the timer thread, completely or not at all. */
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

    /** The next free session in turn, so that an evicted client can read the reason in its old one for long. */
    private int freeSession() {
        int next = usedSessions.nextClearBit(latestSession + 1);
        return next < replies.sessionCount() ? next : usedSessions.nextClearBit(0);
    }

    private ClientFile takeRing() {
        ClientFile spare = spareRings.poll();
        return spare == null ? ClientFile.inMemory(WINDOW) : spare;
    }

    void reject(ClientPeer peer, ReplyReason reason, String why) {
        // First, so that the peer is not served again if anything below fails.
        pending.remove(peer);
        counters.add(DaemonCounter.CLIENTS_REJECTED, 1);
        counters.add(DaemonCounter.ofRejection(reason), 1);
        log.warn("client-rejected", "client", peer.identity() == null ? "?" : peer.identity().uuid(), "user",
                Integer.toUnsignedString(peer.user()), "reason", reason, "why", why);
        Answer answer = Answer.rejected(reason, why);
        ByteBuffer message = peer.identity() != null ? ControlMessage.answer(peer.identity(), answer)
                : ControlMessage.rejectedUnknown(replies.historyId(), replies.epoch(), answer);
        try {
            peer.send(message);
        } catch (IOException e) {
            // The peer has closed without waiting for the answer.
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

    /** Ends a connection, whatever its state. */
    private void drop(ClientPeer peer) {
        pending.remove(peer);
        if (peer.client() != null) {
            startClosing(peer, ReplyReason.CLOSED);
            return;
        }
        peer.close();
        ClientIdentity client = peer.identity();
        mayHaveUnclaimed |= client == null && peer.user() == ownUser;
        if (client != null && client.hasRing() && peer.user() == ownUser) {
            // Removes the ring's name in case the client has died; a live one removes it too.
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

    /** Releases what is left of a client that the timer thread has closed. */
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
        // An evicted client may be storing into it at this moment.
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

    /** Writes the names of owners that have timers and no client, if they have changed. */
    void reportAbsent() {
        owners.writeAbsent(names -> OwnersFile.write(directory, replies.epoch(), group, names));
    }

    /** Frees the number of an owner that has neither clients nor timers any more. */
    void ownerFreed(int owner) {
        owners.release(owner);
    }

    /** Closes the remaining connections. */
    void close() {
        pending.forEach(ClientPeer::close);
        for (ClientPeer peer : admitted) {
            if (peer != null) {
                peer.close();
            }
        }
    }
}
