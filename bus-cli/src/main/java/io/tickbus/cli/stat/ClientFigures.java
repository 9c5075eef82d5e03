package io.tickbus.cli.stat;

import io.tickbus.cli.JsonObject;
import io.tickbus.core.BusException;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.RepliesFile;
import io.tickbus.core.bus.Session;
import io.tickbus.core.bus.SignalsHeader;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.layout.RepliesLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One client of a daemon, as the daemon's table of sessions says.
 *
 * @param session        its place in the table
 * @param evictedBecause why it was evicted; null while it is served
 * @param commandSlots   slots of its command ring; 0 where its commands come over the socket
 * @param user           numeric id of its user
 * @param pid            its process, as it said
 * @param name           name of its owner; empty for none
 * @param pendingTimers  timers of its owner
 * @param commands       commands that were taken
 */
record ClientFigures(int session, UUID uuid, int owner, String evictedBecause, int commandSlots, int user, long pid,
        String name, long pendingTimers, long commands) {

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
                for (int i = 0; i < replies.sessionCount(); i++) {
                    int state = replies.session(i).state();
                    if (state != RepliesLayout.STATE_FREE) {
                        clients.add(of(replies.session(i), state));
                    }
                }
            }
        }, fault -> {
            replies.checkSound();
            // The signals header is read here too: its boundary is the caller's.
            throw fault;
        });
        return clients;
    }

    private static ClientFigures of(Session session, int state) {
        String reason = state == RepliesLayout.STATE_EVICTED ? session.reason().sentence() : null;
        return new ClientFigures(session.index(), session.uuid(), session.owner(), reason, session.commandSlots(),
                session.user(), session.pid(), session.name(), session.pendingTimers(), session.consumed());
    }

    JsonObject json() {
        return new JsonObject().with("session", session).with("uuid", uuid.toString()).with("owner", owner)
                .with("name", name.isEmpty() ? null : name).with("user", Integer.toUnsignedLong(user))
                .with("pid", pid).with("commandSlots", commandSlots).with("pendingTimers", pendingTimers)
                .with("commands", commands).with("evictedBecause", evictedBecause);
    }
}
