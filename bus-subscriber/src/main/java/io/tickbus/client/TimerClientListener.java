// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerReply;

/**
 * Hears what happens to a client's connection. Every method does nothing unless overridden. After each of the first
 * three the client is without a daemon until {@link TimerClient#reconnect()}.
 *
 * <p><b>Threads:</b> the client's, in one of its calls.
 */
public interface TimerClientListener {
    /** A listener that hears nothing; the calls still fail with the reason. */
    TimerClientListener NONE = new TimerClientListener() {
    };

    /**
     * The daemon serves this client no more.
     *
     * @param reason NONE where it is not known: the daemon took the client for dead, or its session is another's now
     */
    default void onEvicted(ReplyReason reason) {
    }

    /** Another daemon has taken over the bus; the timers of the one before are not known to it. */
    default void onDaemonRestarted() {
    }

    /** The daemon has stopped or died, and no other has come. */
    default void onDaemonGone() {
    }

    /**
     * A command was refused by the daemon, and the client discards its replies. Heard when the client next reads its
     * replies: before it would have no room for a command, in {@link TimerClient#rejected()} and {@link
     * TimerClient#unanswered()}, and in a call that waits for an answer.
     * This method may send commands to the client, and neither call nor poll.
     *
     * @param refusal says which command, and why; valid until this method returns
     */
    default void onRefused(TimerReply refusal) {
    }

    /**
     * Replies were overwritten before they could be read, which cannot happen unless the file was tampered with.
     *
     * @param count how many, exactly
     */
    default void onRepliesLost(long count) {
    }
}
