// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.journal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.publisher.SignalPublisher;
import java.util.ServiceLoader;

/** Opens journals; found by {@link ServiceLoader}, so a daemon runs without one. */
public interface JournalProvider {
    /**
     * Opens the journal of a bus; the publisher holds the bus's lock.
     *
     * @throws BusException if the folder cannot be created, belongs to somebody else, or is in use
     */
    Journal open(BusDirectory directory, SignalPublisher publisher, JournalOptions options, DaemonLog log);

    /**
     * The provider on the class path.
     *
     * @throws BusException NOT_FOUND if there is none; the message says what to add
     */
    static JournalProvider find() {
        return ServiceLoader.load(JournalProvider.class).findFirst()
                .orElseThrow(() -> new BusException(BusException.Reason.NOT_FOUND, "the journal",
                        "tickbus-journal is not on the class path", "add the artifact io.tickbus:tickbus-journal"));
    }
}
