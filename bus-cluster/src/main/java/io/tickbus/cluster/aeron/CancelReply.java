// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import java.util.List;

/**
 * The answer to a cancellation.
 *
 * @param outcome what became of the timer
 * @param hosts   with {@link Outcome#MAY_HAVE_FIRED}, the hosts that fired after the cancellation, or have not
 *                confirmed it in time
 */
public record CancelReply(Outcome outcome, List<String> hosts) {
    /** What became of a timer that was to be cancelled. */
    public enum Outcome {
        /** No host has fired it since, and none will. What it fired before is another matter. */
        CERTAIN,
        /** Some hosts may have fired it, although it was cancelled. */
        MAY_HAVE_FIRED,
        /** There is no such timer. */
        UNKNOWN
    }

    /** Copies the hosts. */
    public CancelReply {
        hosts = List.copyOf(hosts);
    }
}
