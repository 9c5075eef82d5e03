// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.tickbus.core.internal.layout.SignalsLayout;

/**
 * What the clock of the sender's host shows more than this host's, and by how much that can be wrong. It is measured by
 * messages there and back: a longer way in one direction than in the other is an error of at most half of the time that
 * both took. Between two measurements the error grows, as the clocks drift apart; a measurement counts where it is
 * better than the one before has become.
 *
 * <p><b>Threads:</b> one.
 */
final class SourceClock {
    /** How much faster one clock may run than the other, as a share: 1,000 ppm, as NTP slews each by up to 500. */
    private static final long DRIFT_DIVISOR = 1_000;

    private int kind = SignalsLayout.SOURCE_CLOCK_NONE;
    private long offsetNs;
    private long errorNs;
    private long measuredNs;

    /** Forgets everything: another sender. */
    void reset() {
        kind = SignalsLayout.SOURCE_CLOCK_NONE;
        offsetNs = 0;
        errorNs = -1;
    }

    /** The sender is on this host and has the same clock. */
    void same() {
        kind = SignalsLayout.SOURCE_CLOCK_SAME;
        offsetNs = 0;
        errorNs = 0;
    }

    /** A message has arrived that was sent at that time: the fastest one says most, until there are answers. */
    void received(long sentNs, long receivedNs) {
        boolean isFirst = kind == SignalsLayout.SOURCE_CLOCK_NONE;
        if (isFirst || (kind == SignalsLayout.SOURCE_CLOCK_UNKNOWN && sentNs - receivedNs > offsetNs)) {
            kind = SignalsLayout.SOURCE_CLOCK_UNKNOWN;
            offsetNs = sentNs - receivedNs;
            errorNs = -1;
        }
    }

    /**
     * A message went there and back; whether the result has changed.
     *
     * @param pingedNs   when it left here, by this host's clock
     * @param receivedNs when it came there, by the other clock
     * @param sentNs     when the answer left there
     * @param pongedNs   when that came here
     */
    boolean measured(long pingedNs, long receivedNs, long sentNs, long pongedNs) {
        long wayNs = pongedNs - pingedNs - (sentNs - receivedNs);
        if (kind == SignalsLayout.SOURCE_CLOCK_SAME || wayNs < 0) {
            return false;
        }
        long newErrorNs = wayNs / 2 + 1;
        if (kind == SignalsLayout.SOURCE_CLOCK_MEASURED && newErrorNs > errorNs(pongedNs)) {
            return false;
        }
        kind = SignalsLayout.SOURCE_CLOCK_MEASURED;
        offsetNs = (receivedNs - pingedNs + (sentNs - pongedNs)) / 2;
        errorNs = newErrorNs;
        measuredNs = pongedNs;
        return true;
    }

    /** One of {@code SignalsLayout.SOURCE_CLOCK_*}. */
    int kind() {
        return kind;
    }

    /** The other clock less this host's, in nanoseconds. */
    long offsetNs() {
        return offsetNs;
    }

    /** By how much the offset can be wrong at a time of this host; −1 where unknown. */
    long errorNs(long nowNs) {
        return kind == SignalsLayout.SOURCE_CLOCK_MEASURED ? errorNs + (nowNs - measuredNs) / DRIFT_DIVISOR : errorNs;
    }
}
