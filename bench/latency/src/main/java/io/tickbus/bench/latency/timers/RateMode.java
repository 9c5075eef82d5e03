// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

/** How a periodic timer finds its next deadline. */
enum RateMode {
    /** The anchor plus a whole number of periods, however late the last firing was. */
    FIXED_RATE(""),
    /** One period after the last firing: each lateness stays for ever. */
    FIXED_DELAY("-fixed-delay");

    private final String suffix;

    RateMode(String suffix) {
        this.suffix = suffix;
    }

    /** What a peer's name ends with. */
    String suffix() {
        return suffix;
    }

    static RateMode of(String peer) {
        return peer.endsWith(FIXED_DELAY.suffix) ? FIXED_DELAY : FIXED_RATE;
    }
}
