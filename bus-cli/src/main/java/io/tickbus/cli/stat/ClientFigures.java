package io.tickbus.cli.stat;

import io.tickbus.cli.JsonObject;
import io.tickbus.core.BusException;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.ClientFile;
import io.tickbus.core.bus.RepliesFile;
import io.tickbus.core.bus.Session;
import io.tickbus.core.bus.SignalsHeader;
import io.tickbus.core.layout.RepliesLayout;
import io.tickbus.core.internal.FaultBoundary;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One client of a daemon: what the daemon's table of sessions says of it, and what it says of itself.
 *
 * @param session       its place in the table
 * @param evictedBecause why it was put out; null while it is served
 * @param pendingTimers timers of its owner
 * @param commands      commands that were answered
 * @param self          null where its file cannot be read
 */
record ClientFigures(int session, UUID uuid, int owner, String evictedBecause, long pendingTimers, long commands,
        Self self) {
    /** What the client's own file says, which need not be true. */
    record Self(long pid, String name, long heartbeatAgeNs, long repliesRead) {
    }

    /** The clients of the daemon that a signals file belongs to; none where it has no table of them. */
    static List<ClientFigures> list(BusDirectory directory, SignalsHeader header) {
        RepliesFile replies;
        try {
            replies = RepliesFile.attach(directory);
        } catch (BusException e) {
            if (e.reason() == BusException.Reason.NOT_FOUND) {
                return List.of();
            }
            throw e;
        }
        List<ClientFigures> clients = new ArrayList<>();
        FaultBoundary.run(() -> {
            clients.clear();
            if (replies.epoch() == header.epoch() && replies.historyId() == header.historyId()) {
                // Session 0 is the front desk.
                for (int i = 1; i < replies.sessionCount(); i++) {
                    int state = replies.session(i).state();
                    if (state != RepliesLayout.STATE_FREE) {
                        clients.add(of(directory, replies.session(i), state));
                    }
                }
            }
        }, fault -> replies.checkSound());
        return clients;
    }

    private static ClientFigures of(BusDirectory directory, Session session, int state) {
        String reason = state == RepliesLayout.STATE_EVICTED ? session.reason().sentence() : null;
        return new ClientFigures(session.index(), session.uuid(), session.owner(), reason, session.pendingTimers(),
                session.consumed(), self(directory, session.uuid()));
    }

    private static Self self(BusDirectory directory, UUID uuid) {
        try (ClientFile file = ClientFile.open(directory, uuid)) {
            Self self = new Self(file.identity().process().pid(), file.identity().name(),
                    System.nanoTime() - file.heartbeatNs(), file.repliesRead());
            // Here, and not where the next file is read or this one's channel closed.
            FaultBoundary.surface();
            return self;
        } catch (BusException | InternalError e) {
            // It has gone meanwhile, may not be read by us, or is broken, of which the daemon takes care.
            return null;
        }
    }

    JsonObject json() {
        return new JsonObject().with("session", session).with("uuid", uuid.toString()).with("owner", owner)
                .with("name", self == null || self.name().isEmpty() ? null : self.name())
                .with("pid", self == null ? null : (Object) self.pid())
                .with("heartbeatAgeNs", self == null ? null : (Object) self.heartbeatAgeNs())
                .with("pendingTimers", pendingTimers).with("commands", commands)
                .with("evictedBecause", evictedBecause);
    }
}
