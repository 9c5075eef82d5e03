// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.LateCause;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.file.LateFiringRing;

/**
 * Firings that are later than a threshold. While a row is being published they are only noted, which is a comparison
 * and a copy; their cause is found at the end of the duty cycle, when every signal of it is out.
 *
 * <p>Of one cycle the first {@value #MAX_NOTED} become records; the rest is counted with the cause of the last of them,
 * so that a herd is not made later by writing about it.
 *
 * <p><b>Threads:</b> the timer thread. <b>Progress:</b> wait-free, allocates nothing.
 */
final class LateFirings {
    static final int MAX_NOTED = 32;
    /** Fewer firings without a pause than this are no herd. */
    private static final int HERD = 64;

    private final DaemonCounters counters;
    private final LateFiringRing ring;
    private final LateThreshold threshold = new LateThreshold();
    private final SignalRecord[] noted = new SignalRecord[MAX_NOTED];
    private int count;

    LateFirings(DaemonCounters counters) {
        this.counters = counters;
        this.ring = counters.file().lateFirings();
        for (int i = 0; i < MAX_NOTED; i++) {
            noted[i] = new SignalRecord();
        }
    }

    /** From which lateness on a firing is to be {@linkplain #note noted}. */
    long thresholdNs() {
        return threshold.ns();
    }

    /** At each heartbeat: adapts the threshold to what was usual lately. */
    void adapt(long nowNs) {
        threshold.adapt(nowNs, counters.file().lateness());
        counters.set(DaemonCounter.LATE_THRESHOLD, threshold.ns());
    }

    /** A firing that was published with this sequence. */
    void note(SignalRecord signal, long sequence) {
        if (count < MAX_NOTED) {
            SignalRecord copy = noted[count].sequence(sequence);
            System.arraycopy(signal.fields(), 0, copy.fields(), 0, copy.fields().length);
        }
        count++;
    }

    /**
     * At the end of a duty cycle: finds the causes.
     *
     * @param firings how many fired without a pause until now
     */
    void settle(long firings) {
        if (count == 0) {
            return;
        }
        LateCause cause = firings >= HERD ? LateCause.HERD : LateCause.UNKNOWN;
        for (int i = 0; i < Math.min(count, MAX_NOTED); i++) {
            SignalRecord signal = noted[i];
            ring.record(signal, cause, (int) counters.value(DaemonCounter.MODE),
                    signal.publishedNs() - signal.deadlineNs(), firings);
        }
        counters.add(DaemonCounter.of(cause), count);
        counters.add(DaemonCounter.LATE_FIRINGS, count);
        count = 0;
    }
}
