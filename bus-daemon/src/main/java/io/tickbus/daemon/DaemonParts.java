package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.file.RepliesFile;

/** What the daemon's two threads share. */
record DaemonParts(BusDirectory directory, RepliesFile replies, ServedClients clients, TaskMailboxes tasks,
        DaemonLog log, DaemonCounters counters, Doorbell doorbell) {
}
