// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.timer.TimerReply;

/**
 * Takes the daemon's answers one by one.
 *
 * <p><b>Threads:</b> the one that polls. <b>Progress:</b> may block; meanwhile the client's window fills up.
 */
@FunctionalInterface
public interface TimerReplyHandler {
    /**
     * Takes one answer.
     *
     * @param reply a private copy that the next call overwrites; take out of it what must be kept
     */
    void onReply(TimerReply reply);
}
