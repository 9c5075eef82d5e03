// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.core.SignalRecord;

/** A signal and when it was observed. Reused from signal to signal. */
final class ObservedSignal {
    private SignalRecord signal;
    private long observedNs;
    private boolean isBacklog;

    ObservedSignal set(SignalRecord newSignal, long newObservedNs, boolean newBacklog) {
        signal = newSignal;
        observedNs = newObservedNs;
        isBacklog = newBacklog;
        return this;
    }

    SignalRecord signal() {
        return signal;
    }

    long observedNs() {
        return observedNs;
    }

    /** Whether it had been published before this reader came, so that its latency says nothing. */
    boolean isBacklog() {
        return isBacklog;
    }

    /** From when it was due to when it was observed. */
    long latenessNs() {
        return observedNs - signal.deadlineNs();
    }

    /** From when it was due to when it was published: the publisher's part of the lateness. */
    long publishedLatenessNs() {
        return signal.publishedNs() - signal.deadlineNs();
    }

    /** From when it was published to when it was observed. */
    long latencyNs() {
        return observedNs - signal.publishedNs();
    }
}
