// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;

/**
 * Keeps the code of a firing in the processor's caches: fires a periodic timer of its own, which nobody sees, through
 * the code that is about to fire a real one. A processor that has slept for a millisecond has lost that code and would
 * fetch it from memory, piece by piece, when the deadline has come.
 *
 * <p><b>Threads:</b> the timer thread. <b>Progress:</b> wait-free, allocates nothing; some hundred nanoseconds, or a
 * few microseconds after a sleep.
 */
final class HotPathWarmer {
    /** The system property that switches it off by {@code false}: for measuring what it gains. */
    static final String PROPERTY = "io.tickbus.daemon.hotPathWarmer";
    private static final long PERIOD_NS = 1_000_000;
    private static final int FIRED_LOG_ENTRIES = 16;

    private final boolean isEnabled = Boolean.parseBoolean(System.getProperty(PROPERTY, "true"));
    private FiringPublisher firings;
    private TimerEngine timers;
    private long nowNs = PERIOD_NS;

    HotPathWarmer() {
        reset();
    }

    /** After a fault, which may have interrupted it anywhere. */
    void reset() {
        firings = FiringPublisher.detached();
        timers = TimerEngine.create(new TimerQuotas(1, 1), FIRED_LOG_ENTRIES);
        timers.armEvery(1, 1, nowNs, PERIOD_NS);
    }

    /** Fires once. */
    void run() {
        if (isEnabled) {
            nowNs += PERIOD_NS;
            timers.expire(nowNs, 1, firings);
            firings.flush();
        }
    }

    /** How often it has fired since its reset. */
    long firings() {
        return firings.nextSequence();
    }
}
