// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.timer.TimerReply;

/**
 * A timer as the daemon listed it.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param owner      number of the owner it belongs to
 * @param key        the owner's key
 * @param signalId   what its signal means
 * @param deadlineNs when it is due next, CLOCK_MONOTONIC nanoseconds
 * @param periodNs   nanoseconds from one occurrence to the next; 0 for a one-shot timer
 * @param occurrence number of the next firing, from 0
 * @param isPaused   whether it is paused
 */
public record ArmedTimer(int owner, long key, int signalId, long deadlineNs, long periodNs, long occurrence,
        boolean isPaused) {
    static ArmedTimer of(TimerReply listed) {
        long detail = listed.detail();
        return new ArmedTimer(listed.owner(), listed.key(), listed.signalId(), listed.deadlineNs(), listed.periodNs(),
                detail < 0 ? -1 - detail : detail, detail < 0);
    }
}
