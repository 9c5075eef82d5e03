package io.tickbus.subscriber;

import io.tickbus.core.wait.WaitStrategy;
import java.util.Arrays;

/**
 * How a subscriber joins, waits and takes losses. Each {@code with} method returns a changed copy.
 *
 * <p><b>Threads:</b> immutable, but the wait strategy in it belongs to one subscriber.
 *
 * <p>Defaults: joins at the next signal to come, waits predictively, goes on at the oldest after an overrun, takes
 * every signal id.
 */
public final class SubscriberOptions {
    /** Join position: the next signal to come. */
    public static final long FROM_NEWEST = -1;
    /** Join position: the oldest signal that is still there. */
    public static final long FROM_OLDEST = -2;

    private final long joinSequence;
    private final WaitStrategy waitStrategy;
    private final OverrunPolicy overrunPolicy;
    private final SubscriberListener listener;
    private final int[] signalIds;

    private SubscriberOptions(long joinSequence, WaitStrategy waitStrategy, OverrunPolicy overrunPolicy,
            SubscriberListener listener, int[] signalIds) {
        this.joinSequence = joinSequence;
        this.waitStrategy = waitStrategy;
        this.overrunPolicy = overrunPolicy;
        this.listener = listener;
        this.signalIds = signalIds;
    }

    /** The defaults, with a wait strategy of their own. */
    public static SubscriberOptions defaults() {
        return new SubscriberOptions(FROM_NEWEST, WaitStrategy.predictive(), OverrunPolicy.OLDEST,
                SubscriberListener.NONE, new int[0]);
    }

    /**
     * Joins at {@link #FROM_NEWEST}, {@link #FROM_OLDEST} or at a sequence. What is gone of that sequence is reported
     * as lost; a sequence yet to come is waited for.
     */
    public SubscriberOptions withJoin(long sequence) {
        if (sequence < FROM_OLDEST) {
            throw new IllegalArgumentException("join position must be a sequence, -1 for the newest or -2 for the "
                    + "oldest: sequence=" + sequence);
        }
        return new SubscriberOptions(sequence, waitStrategy, overrunPolicy, listener, signalIds);
    }

    /** Waits so in {@code await}; the strategy must not be shared with another subscriber. */
    public SubscriberOptions withWaiting(WaitStrategy strategy) {
        return new SubscriberOptions(joinSequence, strategy, overrunPolicy, listener, signalIds);
    }

    /** Goes on so after an overrun. */
    public SubscriberOptions withOverrun(OverrunPolicy policy) {
        return new SubscriberOptions(joinSequence, waitStrategy, policy, listener, signalIds);
    }

    /** Tells this listener of losses and of the publisher's fate. */
    public SubscriberOptions withListener(SubscriberListener newListener) {
        return new SubscriberOptions(joinSequence, waitStrategy, overrunPolicy, newListener, signalIds);
    }

    /** Takes only these signal ids; none means all. What is left out counts as filtered, not as lost. */
    public SubscriberOptions withSignalIds(int... ids) {
        int[] sorted = ids.clone();
        Arrays.sort(sorted);
        return new SubscriberOptions(joinSequence, waitStrategy, overrunPolicy, listener, sorted);
    }

    long joinSequence() {
        return joinSequence;
    }

    WaitStrategy waitStrategy() {
        return waitStrategy;
    }

    OverrunPolicy overrunPolicy() {
        return overrunPolicy;
    }

    SubscriberListener listener() {
        return listener;
    }

    int[] signalIds() {
        return signalIds;
    }
}
