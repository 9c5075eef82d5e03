package io.tickbus.daemon;

import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.file.RepliesFile;

/** What the daemon's two threads share. */
record DaemonParts(RepliesFile replies, ClientSessions sessions, ClientEvents events, DaemonLog log,
        DaemonCounters counters, Doorbell doorbell) {
}
