// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import io.tickbus.core.SignalHistory;
import io.tickbus.core.WaitStrategy;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * How a subscriber joins, waits and handles losses.
 *
 * <p><b>Threads:</b> immutable, but the wait strategy in it belongs to one subscriber.
 *
 * @param joinSequence  where it joins: a sequence, -1 for the newest or -2 for the oldest signal
 * @param waitStrategy  how {@code await} waits; not to be shared with another subscriber
 * @param overrunPolicy where it continues after an overrun
 * @param listener      is told of losses and of the publisher's state
 * @param signalIds     the signal ids to deliver; empty for all
 * @param history       where to read what the ring has overwritten; null for none
 * @param slowHandlerNs how long a handler may take before the listener is told, in nanoseconds; 0 for no such watch
 * @param statistics    where to count for other threads; null for nowhere
 */
public record SubscriberOptions(long joinSequence, WaitStrategy waitStrategy, OverrunPolicy overrunPolicy,
        SubscriberListener listener, Set<Integer> signalIds, SignalHistory history,
        long slowHandlerNs, SubscriberStatistics statistics) {
    /** Join position: the next signal to be published. */
    static final long NEWEST = -1;
    /** Join position: the oldest signal that is still in the ring. */
    static final long OLDEST = -2;
    private static final long SHORTEST_SLOW_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Checks and copies the values. */
    public SubscriberOptions {
        if (joinSequence < OLDEST) {
            throw new IllegalArgumentException("a join position is a sequence, -1 or -2: joinSequence=" + joinSequence);
        }
        if (slowHandlerNs != 0 && slowHandlerNs < SHORTEST_SLOW_NS) {
            throw new IllegalArgumentException("a handler is slow from a millisecond on, or 0 for no watch: "
                    + "slowHandlerNs=" + slowHandlerNs);
        }
        signalIds = Set.copyOf(signalIds);
    }

    /**
     * Joins at the next signal to be published, waits predictively, continues at the oldest signal after an overrun,
     * delivers every signal id; with a wait strategy of its own.
     */
    public static SubscriberOptions defaults() {
        return new SubscriberOptions(NEWEST, WaitStrategy.predictive(), OverrunPolicy.OLDEST, SubscriberListener.NONE,
                Set.of(), null, 0, null);
    }

    /** Joins at the next signal to be published. */
    public SubscriberOptions joinAtNewest() {
        return joinedAt(NEWEST);
    }

    /** Joins at the oldest signal that is still in the ring. */
    public SubscriberOptions joinAtOldest() {
        return joinedAt(OLDEST);
    }

    /** Joins at a sequence: if it was overwritten, the gap is reported as lost; if it is to come, it is awaited. */
    public SubscriberOptions joinAt(long sequence) {
        if (sequence < 0) {
            throw new IllegalArgumentException("a sequence to join at must not be negative: sequence=" + sequence);
        }
        return joinedAt(sequence);
    }

    SubscriberOptions joinedAt(long sequence) {
        return new SubscriberOptions(sequence, waitStrategy, overrunPolicy, listener, signalIds, history,
                slowHandlerNs, statistics);
    }

    /** Sets the wait strategy; it must not be shared with another subscriber. */
    public SubscriberOptions withWaitStrategy(WaitStrategy strategy) {
        return new SubscriberOptions(joinSequence, strategy, overrunPolicy, listener, signalIds, history,
                slowHandlerNs, statistics);
    }

    /** Sets the overrun policy. */
    public SubscriberOptions withOverrunPolicy(OverrunPolicy policy) {
        return new SubscriberOptions(joinSequence, waitStrategy, policy, listener, signalIds, history,
                slowHandlerNs, statistics);
    }

    /** Sets the listener. */
    public SubscriberOptions withListener(SubscriberListener newListener) {
        return new SubscriberOptions(joinSequence, waitStrategy, overrunPolicy, newListener, signalIds, history,
                slowHandlerNs, statistics);
    }

    /** Delivers only these signal ids; none means all. The others count as filtered, not as lost. */
    public SubscriberOptions withSignalIds(int... ids) {
        Set<Integer> set = Arrays.stream(ids).boxed().collect(Collectors.toUnmodifiableSet());
        return new SubscriberOptions(joinSequence, waitStrategy, overrunPolicy, listener, set, history,
                slowHandlerNs, statistics);
    }

    /**
     * Reads overwritten signals from this history before any count as lost. Only this subscriber may use the history;
     * the caller closes it.
     */
    public SubscriberOptions withHistory(SignalHistory newHistory) {
        return new SubscriberOptions(joinSequence, waitStrategy, overrunPolicy, listener, signalIds, newHistory,
                slowHandlerNs, statistics);
    }

    /**
     * Tells the listener of each call of a handler that takes this long or longer, with its stack. It takes a thread
     * that wakes twice in that time, so it is off unless asked for.
     *
     * @param durationNs at least 1 ms in nanoseconds; 0 for no such watch
     */
    public SubscriberOptions withSlowHandlerNs(long durationNs) {
        return new SubscriberOptions(joinSequence, waitStrategy, overrunPolicy, listener, signalIds, history,
                durationNs, statistics);
    }

    /** Counts into these, for a monitoring thread. Only this subscriber may write them. */
    public SubscriberOptions withStatistics(SubscriberStatistics newStatistics) {
        return new SubscriberOptions(joinSequence, waitStrategy, overrunPolicy, listener, signalIds, history,
                slowHandlerNs, newStatistics);
    }
}
