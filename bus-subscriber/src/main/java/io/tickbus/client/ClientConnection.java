// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.ControlMessage.Answer;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.subscriber.internal.PublisherLiveness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * One connection of a client to one daemon: the socket, the session, the ring. It never recovers: once it is lost,
 * another takes its place. One thread.
 *
 * <p>No thread watches the daemon; each call checks it. What the daemon decides is in the session's fields, at the cost
 * of a few loads. Its death shows at the socket, which is read only in doubt: when a command has not been taken for
 * long, or the daemon's heartbeat is old.
 */
final class ClientConnection {
    private static final long ASK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);
    /** In a burst the daemon stores the consumed word all the time, so each load of it is a cache miss. */
    private static final long CHECK_INTERVAL_NS = TimeUnit.MICROSECONDS.toNanos(10);

    private final BusDirectory directory;
    private final SignalsFile signals;
    private final RepliesFile replies;
    private final Session session;
    private final ClientIdentity identity;
    private final ClientFile file;
    private final SocketChannel socket;
    private final Answer welcome;
    private final DaemonWaker waker;
    private final UUID uuid;
    private final ByteBuffer nothing = ByteBuffer.allocateDirect(1);
    private ConnectionLoss loss;
    private long askedNs = System.nanoTime();
    private long questions;
    /** The command that the daemon must have taken for the next check to succeed. */
    private long watched = -1;
    /** When a check last found that the daemon had taken it. */
    private long progressNs;
    /** When to check next; 0: with the next command. */
    private long nextCheckNs;

    /** What a connection is made of. */
    record Parts(SignalsFile signals, RepliesFile replies, ClientIdentity identity, ClientFile file,
            SocketChannel socket, Answer welcome, DaemonWaker waker) {
    }

    ClientConnection(BusDirectory directory, Parts parts) {
        this.directory = directory;
        this.signals = parts.signals();
        this.replies = parts.replies();
        this.identity = parts.identity();
        this.file = parts.file();
        this.socket = parts.socket();
        this.welcome = parts.welcome();
        this.waker = parts.waker();
        this.uuid = identity.uuid();
        this.session = replies.session(welcome.session());
    }

    ClientFile file() {
        return file;
    }

    Session session() {
        return session;
    }

    /** The first reply that is for this client. */
    long nextReply() {
        return welcome.nextReply();
    }

    DaemonWaker waker() {
        return waker;
    }

    int owner() {
        return welcome.owner();
    }

    UUID uuid() {
        return uuid;
    }

    /** Why the connection was lost, as of the last check; null while it was not. */
    ConnectionLoss loss() {
        return loss;
    }

    /**
     * Before a command is sent: whether the daemon serves the client, as far as memory shows. A few loads, no system
     * call; nothing at all within {@link #CHECK_INTERVAL_NS} after a check.
     *
     * @param nextCommand the command's sequence
     * @param nowNs       the time
     */
    boolean isServed(long nextCommand, long nowNs) {
        return nowNs < nextCheckNs || isTakingCommands(nextCommand, nowNs);
    }

    private boolean isTakingCommands(long nextCommand, long nowNs) {
        nextCheckNs = 0;
        if (loss != null || !session.isConnectedTo(uuid) || waker.isRetryNeeded()) {
            return false;
        }
        long consumed = session.consumed();
        if (consumed > watched || consumed >= nextCommand) {
            watched = nextCommand;
            progressNs = nowNs;
        } else if (nowNs - progressNs >= ASK_INTERVAL_NS || !PublisherLiveness.isHeartbeatFresh(signals, nowNs)) {
            return false;
        }
        nextCheckNs = nowNs + CHECK_INTERVAL_NS;
        return true;
    }

    /** How often the socket was read. */
    long questions() {
        return questions;
    }

    /** Checks whether the daemon still serves this client; now and then a system call. */
    void check() {
        if (loss == null) {
            long nowNs = System.nanoTime();
            boolean isAsking = nowNs - askedNs >= ASK_INTERVAL_NS;
            askedNs = isAsking ? nowNs : askedNs;
            try {
                waker.retry();
                loss = check(isAsking);
                nextCheckNs = 0;
            } catch (InternalError e) {
                recover(e);
            }
        }
    }

    private ConnectionLoss check(boolean isAsking) {
        boolean hasEnded = isAsking && hasEnded();
        int state = session.state();
        if (!session.isOf(uuid) || state == RepliesLayout.STATE_EVICTED) {
            return evicted();
        }
        if (signals.header().epoch() != replies.epoch()
                || signals.header().state() == SignalsLayout.STATE_REPLACED) {
            return ConnectionLoss.RESTARTED;
        }
        if (signals.header().state() == SignalsLayout.STATE_CLOSED) {
            return ConnectionLoss.GONE;
        }
        // A daemon that lives has a free session after it has let the client go, and for the moment in which it gives
        // the session to another: that one's UUID is stored after the state.
        return state == RepliesLayout.STATE_FREE ? evicted() : hasEnded ? ConnectionLoss.GONE : null;
    }

    private boolean hasEnded() {
        questions++;
        // Before a channel is used.
        FaultBoundary.surface();
        try {
            return socket.read(nothing.clear()) < 0;
        } catch (IOException e) {
            return true;
        }
    }

    /**
     * With the reason, unless the session has another client by now. If that changes at this moment, the reason may be
     * the other client's; it is diagnostic only.
     */
    private ConnectionLoss evicted() {
        ReplyReason reason = session.reason();
        return ConnectionLoss.evicted(session.isOf(uuid) ? reason : ReplyReason.NONE);
    }

    /**
     * After a {@link FaultBoundary fault}: continues without the doorbell if that caused it, and otherwise throws what
     * did.
     */
    void recover(InternalError fault) {
        if (!FaultBoundary.isFault(fault)) {
            throw fault;
        }
        nextCheckNs = 0;
        if (!waker.lose()) {
            signals.checkSound();
            replies.checkSound();
        }
    }

    /** Ends it; commands sent before are still executed. Idempotent. */
    void close() {
        nextCheckNs = 0;
        try {
            if (loss == null) {
                loss = ConnectionLoss.CLOSED;
                waker.retry();
            }
            FaultBoundary.surface();
        } catch (InternalError e) {
            waker.lose();
        }
        try {
            socket.close();
        } catch (IOException e) {
            // The kernel closes it anyway.
            return;
        }
    }

    @Override
    public String toString() {
        return "client " + uuid + " of bus '" + directory.name() + "'";
    }
}
