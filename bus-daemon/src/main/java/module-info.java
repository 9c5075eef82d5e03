// SPDX-License-Identifier: Apache-2.0
/** Keeps the timers of other processes, and publishes their firings. */
module io.tickbus.daemon {
    requires transitive io.tickbus.publisher;
    requires org.agrona;
    requires java.management;
    requires static jdk.jfr;

    exports io.tickbus.daemon;
    exports io.tickbus.daemon.journal;

    uses io.tickbus.daemon.journal.JournalProvider;
}
