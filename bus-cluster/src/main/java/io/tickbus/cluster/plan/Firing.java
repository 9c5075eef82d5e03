// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.plan;

import io.tickbus.cluster.intent.Intent;

/**
 * One timer for the local daemon: an occurrence of an intent.
 *
 * @param intent     what fires
 * @param occurrence number of the occurrence
 * @param through    the last of the occurrences that this firing stands for
 * @param dueUtcNs   when it is due here, CLOCK_REALTIME nanoseconds
 * @param rank       0 for the host that fires, k for its k-th standby
 * @param flags      flags of {@link ClusterFiring}
 * @param term       leadership term of the log when it was decided
 * @param boundUs    error bound of the clock at that time in microseconds, or {@link ClusterFiring#BOUND_UNKNOWN_US}
 */
public record Firing(Intent intent, long occurrence, long through, long dueUtcNs, int rank, int flags, int term,
        int boundUs) {
}
