// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

/** Arming took longer than the lead, so that the first deadlines had passed by its end. */
final class LateArmingException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    LateArmingException(int timers) {
        super("arming took longer than the lead, since the host was busy or --lead-ms is short: timers=" + timers);
    }
}
