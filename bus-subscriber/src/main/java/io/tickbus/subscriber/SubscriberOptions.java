package io.tickbus.subscriber;

import io.tickbus.core.SignalHistory;
import io.tickbus.core.WaitStrategy;
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

    private long joinSequence;
    private WaitStrategy waitStrategy;
    private OverrunPolicy overrunPolicy;
    private SubscriberListener listener;
    private int[] signalIds;
    /** Null for none. */
    private SignalHistory history;

    private SubscriberOptions() {
        joinSequence = FROM_NEWEST;
        waitStrategy = WaitStrategy.predictive();
        overrunPolicy = OverrunPolicy.OLDEST;
        listener = SubscriberListener.NONE;
        signalIds = new int[0];
    }

    private SubscriberOptions(SubscriberOptions other) {
        joinSequence = other.joinSequence;
        waitStrategy = other.waitStrategy;
        overrunPolicy = other.overrunPolicy;
        listener = other.listener;
        signalIds = other.signalIds;
        history = other.history;
    }

    /** The defaults, with a wait strategy of their own. */
    public static SubscriberOptions defaults() {
        return new SubscriberOptions();
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
        SubscriberOptions changed = new SubscriberOptions(this);
        changed.joinSequence = sequence;
        return changed;
    }

    /** Waits so in {@code await}; the strategy must not be shared with another subscriber. */
    public SubscriberOptions withWaiting(WaitStrategy strategy) {
        SubscriberOptions changed = new SubscriberOptions(this);
        changed.waitStrategy = strategy;
        return changed;
    }

    /** Goes on so after an overrun. */
    public SubscriberOptions withOverrun(OverrunPolicy policy) {
        SubscriberOptions changed = new SubscriberOptions(this);
        changed.overrunPolicy = policy;
        return changed;
    }

    /** Tells this listener of losses and of the publisher's fate. */
    public SubscriberOptions withListener(SubscriberListener newListener) {
        SubscriberOptions changed = new SubscriberOptions(this);
        changed.listener = newListener;
        return changed;
    }

    /** Takes only these signal ids; none means all. What is left out counts as filtered, not as lost. */
    public SubscriberOptions withSignalIds(int... ids) {
        int[] sorted = ids.clone();
        Arrays.sort(sorted);
        SubscriberOptions changed = new SubscriberOptions(this);
        changed.signalIds = sorted;
        return changed;
    }

    /**
     * Reads in this history what the ring has overwritten, before anything counts as lost. The history belongs to this
     * subscriber; who made it closes it.
     */
    public SubscriberOptions withHistory(SignalHistory newHistory) {
        SubscriberOptions changed = new SubscriberOptions(this);
        changed.history = newHistory;
        return changed;
    }

    SignalHistory history() {
        return history;
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
