// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.tickbus.cluster.intent.IntentResult;
import java.util.Map;

/**
 * The answer to armings of one message.
 *
 * @param number    of the message, as {@link ClusterTimers#flush} returned it
 * @param count     how many commands were in it
 * @param refused   of those that were refused, by their index in the message: why. At most 128 are told
 * @param refusals  how many were refused
 * @param position  where in the log it is
 * @param clusterNs the cluster's time then, CLOCK_REALTIME nanoseconds
 * @param lagNs     of each live host, by number: how long after that it had applied earlier entries, as it last said
 */
public record ArmReply(long number, int count, Map<Integer, IntentResult> refused, int refusals, long position,
        long clusterNs, Map<Integer, Long> lagNs) {
    /** Copies the maps. */
    public ArmReply {
        refused = Map.copyOf(refused);
        lagNs = Map.copyOf(lagNs);
    }

    /** How long before a deadline a host will have learned of it, in nanoseconds; negative if it is too late. */
    public long slackNs(int host, long deadlineUtcNs) {
        return deadlineUtcNs - clusterNs - lagNs.getOrDefault(host, 0L);
    }

    /** The least of that over all hosts. */
    public long leastSlackNs(long deadlineUtcNs) {
        long longestNs = lagNs.values().stream().mapToLong(Long::longValue).max().orElse(0);
        return deadlineUtcNs - clusterNs - longestNs;
    }
}
