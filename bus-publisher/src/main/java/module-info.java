// SPDX-License-Identifier: Apache-2.0
/** Publishes signals, and keeps timers. */
module io.tickbus.publisher {
    requires transitive io.tickbus.core;

    exports io.tickbus.publisher;
    exports io.tickbus.timer;
}
