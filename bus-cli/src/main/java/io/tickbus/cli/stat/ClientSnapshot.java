// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import io.tickbus.cli.Report;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.layout.RepliesLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A client of a daemon, as the daemon's table of them says.
 *
 * @param name           the owner's name; null for none
 * @param commandSlots   0 where its commands come over the socket
 * @param commands       commands carried out
 * @param unanswered     commands that waited for an answer at the daemon's last heartbeat
 * @param evictedBecause null while it is served
 */
public record ClientSnapshot(int session, UUID uuid, int owner, String name, long user, long pid, int commandSlots,
        long pendingTimers, long commands, long unanswered, String evictedBecause) {

    static List<ClientSnapshot> readAll(RepliesFile replies) {
        List<ClientSnapshot> clients = new ArrayList<>();
        for (int i = 0; i < replies.sessionCount(); i++) {
            int state = replies.session(i).state();
            if (state != RepliesLayout.STATE_FREE) {
                clients.add(read(replies.session(i), state == RepliesLayout.STATE_EVICTED));
            }
        }
        return clients;
    }

    private static ClientSnapshot read(Session session, boolean isEvicted) {
        return new ClientSnapshot(session.index(), session.uuid(), session.owner(),
                session.name().isEmpty() ? null : session.name(), Integer.toUnsignedLong(session.user()),
                session.pid(), session.commandSlots(), session.pendingTimers(), session.consumed(),
                session.unanswered(), isEvicted ? session.reason().sentence() : null);
    }

    /** For printing. */
    public Report report() {
        return new Report().with("session", session).with("uuid", uuid.toString()).with("owner", owner)
                .with("name", name).with("user", user).with("pid", pid)
                .with("commandSlots", commandSlots, commandSlots == 0 ? "socket" : "ring")
                .with("pendingTimers", pendingTimers).with("commands", commands)
                .with("unanswered", unanswered).with("evictedBecause", evictedBecause);
    }
}
