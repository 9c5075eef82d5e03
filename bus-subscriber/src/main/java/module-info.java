// SPDX-License-Identifier: Apache-2.0
/** Reads signals, and arms and cancels timers at the daemon. */
module io.tickbus.subscriber {
    requires transitive io.tickbus.core;

    exports io.tickbus.client;
    exports io.tickbus.subscriber;
}
