package io.tickbus.subscriber;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.ClientFile;
import io.tickbus.core.bus.ClientIdentity;
import io.tickbus.core.bus.Doorbell;
import io.tickbus.core.bus.RepliesFile;
import io.tickbus.core.bus.Session;
import io.tickbus.core.bus.SignalsFile;
import io.tickbus.core.layout.RepliesLayout;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.core.memory.SlotRing;
import io.tickbus.core.platform.ProcessIdentity;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerReply;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The way to a connection: find the daemon's replies, make a file, ring, wait for a session. All of it is bounded by
 * one deadline, and begun anew where the daemon is replaced meanwhile.
 */
final class Connecting {
    private static final long HEARTBEAT_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FIRST_NAP_NS = 50_000;
    private static final long LONGEST_NAP_NS = 2_000_000;

    private final BusDirectory directory;
    private final TimerClientOptions options;
    private final long untilNs;
    private final TimerReply reply = new TimerReply();
    private long napNs = FIRST_NAP_NS;
    private Reason reason = Reason.NOT_FOUND;
    private String why = "there is no daemon";
    private String remedy = "";

    private Connecting(BusDirectory directory, TimerClientOptions options) {
        this.directory = directory;
        this.options = options;
        long nowNs = System.nanoTime();
        this.untilNs = nowNs + Math.min(options.connectTimeoutNs(), Long.MAX_VALUE / 2);
    }

    static ClientConnection connect(BusDirectory directory, TimerClientOptions options) {
        directory.check();
        // Files are opened and naps taken, neither of which an interrupted thread can do.
        boolean isInterrupted = Thread.interrupted();
        try {
            Connecting connecting = new Connecting(directory, options);
            ClientConnection connection;
            do {
                connection = connecting.attempt();
            } while (connection == null);
            connection.start();
            return connection;
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One attempt; null where it must be begun anew. */
    private ClientConnection attempt() {
        SignalsFile signals = findDaemon();
        RepliesFile replies = signals == null ? null : findReplies(signals);
        if (replies == null) {
            nap();
            return null;
        }
        Session frontDesk = replies.session(0);
        long deskPosition = frontDesk.nextReply();
        Doorbell doorbell = Doorbell.attach(directory);
        ClientFile file = createFile(replies);
        if (file == null) {
            nap();
            return null;
        }
        ClientConnection connection = null;
        try {
            DaemonBell bell = new DaemonBell(replies, frontDesk, doorbell, options.commandSlots());
            bell.ringConductor();
            Session session = awaitSession(signals, replies, file, deskPosition);
            if (session != null) {
                int window = Math.min(options.commandSlots(), replies.slotCount());
                connection = new ClientConnection(directory, new ClientConnection.Parts(signals, replies, session,
                        file, new DaemonBell(replies, session, doorbell, window)));
            }
            return connection;
        } finally {
            if (connection == null) {
                file.delete();
                file.close();
            }
        }
    }

    private SignalsFile findDaemon() {
        SignalsFile signals;
        try {
            signals = SignalsFile.attach(directory);
        } catch (BusException e) {
            failed(e, "the bus is just being made");
            return null;
        }
        PublisherStatus status = new PublisherWatch(directory).status(signals, System.nanoTime());
        if (status == PublisherStatus.DEAD || status == PublisherStatus.CLOSED) {
            noDaemon(Reason.NOT_FOUND, status == PublisherStatus.DEAD ? "its publisher died"
                    : "its publisher has stopped", "start 'tickbus daemon'");
            return null;
        }
        return signals;
    }

    private RepliesFile findReplies(SignalsFile signals) {
        RepliesFile replies;
        try {
            replies = RepliesFile.attach(directory);
        } catch (BusException e) {
            failed(e, "its publisher keeps no timers for others");
            return null;
        }
        if (replies.epoch() != signals.header().epoch() || replies.historyId() != signals.header().historyId()) {
            noDaemon(Reason.NOT_FOUND, "its publisher keeps no timers for others, a daemon before it did",
                    "start 'tickbus daemon' in its place");
            return null;
        }
        return replies;
    }

    private ClientFile createFile(RepliesFile replies) {
        try {
            return ClientFile.create(directory, new ClientIdentity(UUID.randomUUID(), replies.historyId(),
                    replies.epoch(), ProcessIdentity.current(), options.name(), options.commandSlots(),
                    HEARTBEAT_INTERVAL_NS));
        } catch (BusException e) {
            // A daemon that starts takes unfinished files away.
            failed(e, "it takes no clients so far");
            return null;
        }
    }

    /** Only what is missing may yet come. */
    private void failed(BusException e, String missing) {
        if (e.reason() != Reason.NOT_FOUND) {
            throw e;
        }
        noDaemon(Reason.NOT_FOUND, missing, "start 'tickbus daemon'");
    }

    private void noDaemon(Reason newReason, String newWhy, String newRemedy) {
        reason = newReason;
        why = newWhy;
        remedy = newRemedy;
    }

    private Session awaitSession(SignalsFile signals, RepliesFile replies, ClientFile file, long deskPosition) {
        noDaemon(Reason.TIMEOUT, "it does not let the client in", "see whether it is stopped or overloaded");
        UUID uuid = file.identity().uuid();
        long position = deskPosition;
        while (true) {
            Session session = sessionOf(replies, uuid);
            if (session != null) {
                return session;
            }
            position = readFrontDesk(replies.session(0), position, uuid);
            if (signals.header().epoch() != replies.epoch()
                    || signals.header().state() == SignalsLayout.STATE_CLOSED
                    || replies.standing() != SignalsFile.Standing.CURRENT) {
                return null;
            }
            nap();
        }
    }

    private Session sessionOf(RepliesFile replies, UUID uuid) {
        for (int i = 1; i < replies.sessionCount(); i++) {
            Session session = replies.session(i);
            if (session.isConnectedTo(uuid)) {
                return session;
            }
            if (session.isOf(uuid) && session.state() == RepliesLayout.STATE_EVICTED) {
                throw refused(session.reason());
            }
        }
        return null;
    }

    private BusException refused(ReplyReason refusal) {
        return new BusException(Reason.DISCONNECTED, "bus '" + directory.name() + "'",
                "its daemon does not let this client in: " + refusal.sentence(), "see the daemon's log and its quotas");
    }

    private long readFrontDesk(Session frontDesk, long from, UUID uuid) {
        long position = from;
        while (true) {
            int found = frontDesk.ring().read(position, reply.fields());
            if (found == SlotRing.NOT_YET) {
                return position;
            }
            if (found == SlotRing.OVERWRITTEN) {
                position = Math.max(position + 1, frontDesk.ring().oldestReadable(0, frontDesk.nextReply()));
                continue;
            }
            boolean isForUs = reply.key() == uuid.getMostSignificantBits()
                    && reply.deadlineNs() == uuid.getLeastSignificantBits();
            if (isForUs && reply.code() == ReplyCode.REJECTED) {
                throw refused(reply.reason());
            }
            position++;
        }
    }

    private void nap() {
        if (System.nanoTime() - untilNs >= 0) {
            throw new BusException(reason, "no daemon answers on bus '" + directory.name() + "' within "
                    + TimeUnit.NANOSECONDS.toMillis(options.connectTimeoutNs()) + " ms", why, remedy);
        }
        LockSupport.parkNanos(napNs);
        napNs = Math.min(2 * napNs, LONGEST_NAP_NS);
    }
}
