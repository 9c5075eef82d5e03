// SPDX-License-Identifier: Apache-2.0
/** What every Tickbus process shares: the bus's directory, signals, commands and replies, and ways to wait. */
@SuppressWarnings("module") // The siblings are not there yet when this is compiled.
module io.tickbus.core {
    requires transitive org.agrona;
    requires jdk.net;

    exports io.tickbus.core;
    exports io.tickbus.core.timer;
    exports io.tickbus.core.calendar;

    exports io.tickbus.core.internal
            to io.tickbus.publisher, io.tickbus.daemon, io.tickbus.subscriber, io.tickbus.posix;
    exports io.tickbus.core.internal.file to io.tickbus.publisher, io.tickbus.daemon, io.tickbus.subscriber;
    exports io.tickbus.core.internal.layout to io.tickbus.publisher, io.tickbus.daemon, io.tickbus.subscriber;
    exports io.tickbus.core.internal.memory
            to io.tickbus.publisher, io.tickbus.daemon, io.tickbus.subscriber, io.tickbus.posix;
    exports io.tickbus.core.internal.platform
            to io.tickbus.publisher, io.tickbus.daemon, io.tickbus.subscriber, io.tickbus.posix;
    exports io.tickbus.core.internal.wait to io.tickbus.publisher, io.tickbus.daemon, io.tickbus.subscriber;

    uses io.tickbus.core.internal.platform.Platform;
}
