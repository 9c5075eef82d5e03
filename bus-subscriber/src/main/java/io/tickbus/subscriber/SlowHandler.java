// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import java.util.List;

/**
 * A call of a {@link SignalHandler} that took longer than {@link SubscriberOptions#withSlowHandlerNs} allows.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param handler    class of the handler
 * @param durationNs nanoseconds that the call took, or has taken so far
 * @param isRunning  whether it has not returned yet
 * @param sequence   sequence of the signal that it was called with
 * @param signalId   what that signal means
 * @param key        key of the timer that caused the signal
 * @param stack      where it was when it was found to be slow, innermost first; empty where it returned before that
 */
public record SlowHandler(String handler, long durationNs, boolean isRunning, long sequence, int signalId, long key,
        List<StackTraceElement> stack) {
    /** Copies the list. */
    public SlowHandler {
        stack = List.copyOf(stack);
    }
}
