package io.tickbus.journal;

import io.tickbus.core.bus.BusDirectory;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.daemon.DaemonLog;
import io.tickbus.publisher.journal.Journal;
import io.tickbus.publisher.journal.JournalOptions;
import io.tickbus.publisher.journal.JournalProvider;

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
