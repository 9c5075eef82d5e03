// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.daemon.DaemonCounters;
import io.tickbus.publisher.SignalPublisher;
import java.util.UUID;

/** A bus with a daemon's files and no daemon, in the test's JVM. */
public final class DaemonFixture implements AutoCloseable {
    private final SignalPublisher publisher;
    private final DaemonCounters counters;
    private final RepliesFile replies;

    public DaemonFixture(BusDirectory directory) {
        publisher = SignalPublisher.open(directory);
        counters = DaemonCounters.create(directory, header(), null);
        replies = RepliesFile.create(directory, header(), 4, 8, null);
    }

    private SignalsHeader header() {
        return publisher.bus().signals().header();
    }

    public DaemonCounters counters() {
        return counters;
    }

    public RepliesFile replies() {
        return replies;
    }

    /** A client in a session, whose timers have the session's number as their owner. */
    public ClientIdentity connect(int session, String name, int slotCount) {
        ClientIdentity client = new ClientIdentity(UUID.randomUUID(), header().historyId(), header().epoch(),
                ProcessHandle.current().pid(), name, slotCount);
        replies.session(session).putConnected(client, session, -1_294_967_296);
        return client;
    }

    @Override
    public void close() {
        publisher.close();
    }
}
