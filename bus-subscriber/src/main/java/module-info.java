/** Reads signals, and arms and cancels timers. */
module io.tickbus.subscriber {
    requires transitive io.tickbus.core;

    exports io.tickbus.subscriber;
}
