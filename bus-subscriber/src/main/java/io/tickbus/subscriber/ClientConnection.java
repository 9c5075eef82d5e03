package io.tickbus.subscriber;

import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.ClientFile;
import io.tickbus.core.bus.RepliesFile;
import io.tickbus.core.bus.Session;
import io.tickbus.core.bus.SignalsFile;
import io.tickbus.core.layout.RepliesLayout;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.timer.ReplyReason;
import java.util.UUID;

/**
 * One connection of a client to one daemon: the files, the session, the heartbeat. It never recovers: once it is lost,
 * another takes its place. The client's thread uses it, the heartbeat's only {@link #check}.
 */
final class ClientConnection {
    private final BusDirectory directory;
    private final SignalsFile signals;
    private final RepliesFile replies;
    private final Session session;
    private final ClientFile file;
    private final DaemonBell bell;
    private final PublisherWatch watch;
    private final int owner;
    private final ClientHeartbeat heartbeat;
    private volatile ConnectionLoss loss;
    private boolean isClosed;

    /** What a connection is made of. */
    record Parts(SignalsFile signals, RepliesFile replies, Session session, ClientFile file, DaemonBell bell) {
    }

    ClientConnection(BusDirectory directory, Parts parts) {
        this.directory = directory;
        this.signals = parts.signals();
        this.replies = parts.replies();
        this.session = parts.session();
        this.file = parts.file();
        this.bell = parts.bell();
        this.watch = new PublisherWatch(directory);
        this.owner = session.owner();
        this.heartbeat = new ClientHeartbeat(this, file.identity().heartbeatIntervalNs());
    }

    void start() {
        heartbeat.start();
    }

    ClientFile file() {
        return file;
    }

    Session session() {
        return session;
    }

    DaemonBell bell() {
        return bell;
    }

    int owner() {
        return owner;
    }

    UUID uuid() {
        return file.identity().uuid();
    }

    /** Why there is no daemon any more; null while there is one. */
    ConnectionLoss loss() {
        return loss;
    }

    /** Heartbeat: a sign of life, and a look at the daemon's. */
    void beat(long nowNs) {
        check(nowNs);
        if (loss == null) {
            file.putHeartbeatNs(nowNs);
            // The next beat uses this file's channel.
            FaultBoundary.surface();
            bell.tryAgain();
        }
    }

    /** Looks whether the daemon still serves this client; a few system calls. */
    void check(long nowNs) {
        if (loss == null) {
            ConnectionLoss found = look(nowNs);
            if (found != null && loss == null) {
                loss = found;
            }
        }
    }

    private ConnectionLoss look(long nowNs) {
        int state = session.state();
        if (!session.isOf(uuid()) || state == RepliesLayout.STATE_EVICTED) {
            return putOut();
        }
        // That uses a channel.
        FaultBoundary.surface();
        if (file.isShortened()) {
            return ConnectionLoss.evicted(ReplyReason.TRUNCATED);
        }
        boolean hasSuccessor = signals.header().epoch() != replies.epoch()
                || signals.header().state() == SignalsLayout.STATE_REPLACED
                || replies.standing() == SignalsFile.Standing.REPLACED;
        if (hasSuccessor) {
            return ConnectionLoss.RESTARTED;
        }
        PublisherStatus status = watch.status(signals, nowNs);
        if (status == PublisherStatus.DEAD || status == PublisherStatus.CLOSED) {
            return ConnectionLoss.GONE;
        }
        // A daemon that lives has a free session where it took the client for dead, and for the moment in which it
        // gives the session to another: that one's UUID is stored after the state.
        return state == RepliesLayout.STATE_FREE ? putOut() : null;
    }

    /**
     * With the reason, where it is still this client's and not that of who had the session after it. If that changes
     * just now, it is at worst the other's reason, which is for people and decides nothing.
     */
    private ConnectionLoss putOut() {
        ReplyReason reason = session.reason();
        return ConnectionLoss.evicted(session.isOf(uuid()) ? reason : ReplyReason.NONE);
    }

    /**
     * After a fault, which the JVM reports late, so that the place says nothing: goes on without the doorbell where it
     * was its, and else says whose it was.
     */
    void survive(InternalError fault) {
        if (!FaultBoundary.isFault(fault)) {
            throw fault;
        }
        if (!bell.lose()) {
            signals.checkSound();
            file.checkSound();
            replies.checkSound();
        }
    }

    /** Ends it: the commands that were sent before are still carried out. Does nothing the second time. */
    void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        heartbeat.stop();
        boolean isDaemonThere = false;
        try {
            isDaemonThere = markClosed();
        } catch (InternalError e) {
            bell.lose();
            isDaemonThere = markClosedAfterFault();
        }
        loss = loss == null ? ConnectionLoss.CLOSED : loss;
        if (isDaemonThere) {
            // It reads the ring to its end, and then takes the file away.
            file.close();
            bell.ringConductor();
        } else {
            file.delete();
            file.close();
        }
    }

    /** Whether the daemon is there and will see it. */
    private boolean markClosed() {
        check(System.nanoTime());
        boolean isDaemonThere = loss == null;
        file.putState(SignalsLayout.STATE_CLOSED);
        // The file's channel is closed next.
        FaultBoundary.surface();
        return isDaemonThere;
    }

    /** The fault was of the latest command's bell, or it is here once more. */
    private boolean markClosedAfterFault() {
        try {
            return markClosed();
        } catch (InternalError e) {
            // A file was shortened. The lock goes all the same, and the daemon finds out.
            return false;
        }
    }

    @Override
    public String toString() {
        return "client " + uuid() + " of bus '" + directory.name() + "'";
    }
}
