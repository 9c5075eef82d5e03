package io.tickbus.publisher.daemon;

import io.tickbus.core.bus.Doorbell;
import io.tickbus.core.bus.RepliesFile;

/** What the daemon's two threads share. */
record DaemonParts(RepliesFile replies, ClientSessions sessions, ClientEvents events, DaemonLog log,
        DaemonCounters counters, Doorbell doorbell) {
}
