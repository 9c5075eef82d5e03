/** Publishes signals, keeps timers, and is the daemon. */
module io.tickbus.publisher {
    requires transitive io.tickbus.core;
    requires org.agrona;

    exports io.tickbus.publisher;
    exports io.tickbus.publisher.daemon;
    exports io.tickbus.publisher.journal;
    exports io.tickbus.publisher.timer;

    uses io.tickbus.publisher.journal.JournalProvider;
}
