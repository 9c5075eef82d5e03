/** Layouts, rings, bus directories, clocks and waiting: what every Tickbus process shares. */
@SuppressWarnings("module") // The siblings are not there yet when this is compiled.
module io.tickbus.core {
    requires transitive org.agrona;
    requires jdk.net;

    exports io.tickbus.core;
    exports io.tickbus.core.bus;
    exports io.tickbus.core.internal to io.tickbus.publisher, io.tickbus.subscriber;
    exports io.tickbus.core.layout;
    exports io.tickbus.core.memory;
    exports io.tickbus.core.platform;
    exports io.tickbus.core.timer;
    exports io.tickbus.core.wait;

    uses io.tickbus.core.platform.Platform;
}
