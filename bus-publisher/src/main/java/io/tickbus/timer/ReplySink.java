// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.timer.TimerReply;

/**
 * Takes the replies of a list, one after the other.
 *
 * <p><b>Threads:</b> the timer thread. <b>Progress:</b> must not block.
 */
@FunctionalInterface
public interface ReplySink {
    /**
     * Takes one reply; everything but {@code commandSequence} is set, and the caller reuses the object for the next.
     */
    void reply(TimerReply reply);
}
