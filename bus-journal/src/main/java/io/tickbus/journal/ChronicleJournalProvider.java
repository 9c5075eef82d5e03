// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.Journal;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalProvider;
import io.tickbus.publisher.SignalPublisher;

/** Opens journals on Chronicle Queue. Found by {@link java.util.ServiceLoader}. */
public final class ChronicleJournalProvider implements JournalProvider {
    /** For the service loader. */
    public ChronicleJournalProvider() {
        // Nothing to set.
    }

    @Override
    public Journal open(BusDirectory directory, SignalPublisher publisher, JournalOptions options, DaemonLog log) {
        return ChronicleJournal.open(directory, publisher, options, log);
    }
}
