// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.subscriber.OverrunPolicy;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberListener;
import io.tickbus.subscriber.SubscriberOptions;

/**
 * The bus that a relay reads: fills messages so that each sequence is in exactly one, as a signal, as one of another
 * id, or as lost.
 *
 * <p><b>Threads:</b> one. <b>Loss:</b> the bus never waits for a relay, which is overrun as every subscriber is.
 */
final class RelaySource implements AutoCloseable {
    private static final int POLLS_PER_FRAME = 64;

    private final BusDirectory directory;
    private final int[] signalIds;
    private final FrameWriter frame;
    private final long sender;
    private SignalSubscriber subscriber;
    private long historyId;
    private long next;
    private long frameStart;
    private boolean isNewHistory;
    private long sent;
    private long lost;
    private long filtered;

    RelaySource(BusDirectory directory, int[] signalIds, FrameWriter frame, long sender) {
        this.directory = directory;
        this.signalIds = signalIds;
        this.frame = frame;
        this.sender = sender;
    }

    /**
     * Joins the bus at the newest signal, or where a sender before this one has stopped; false while there is no such
     * bus.
     *
     * @param lineId   of the sequences that were sent before
     * @param sequence the first that was not, −1 where none was
     */
    boolean attach(long lineId, long sequence) {
        try {
            subscriber = SignalSubscriber.attach(directory, options());
        } catch (BusException e) {
            if (e.reason() == BusException.Reason.NOT_FOUND) {
                return false;
            }
            throw e;
        }
        historyId = subscriber.file().header().historyId();
        next = subscriber.sequence();
        beginFrame();
        rewind(lineId, sequence);
        return true;
    }

    /** Goes back to a sequence, where the line is still the same; those that are overwritten count as lost. */
    void rewind(long lineId, long sequence) {
        if (lineId != historyId || sequence < 0 || sequence >= next) {
            return;
        }
        next = sequence;
        beginFrame();
        subscriber.close();
        long before = lost;
        subscriber = SignalSubscriber.attach(directory, options().joinAt(sequence));
        if (subscriber.file().header().historyId() != historyId) {
            lost = before;
            historyId = subscriber.file().header().historyId();
            next = subscriber.sequence();
            beginFrame();
        }
    }

    private SubscriberOptions options() {
        SubscriberOptions options = SubscriberOptions.defaults().withWaitStrategy(WaitStrategy.spin())
                .withOverrunPolicy(OverrunPolicy.NEWEST).withListener(new Losses());
        return signalIds.length == 0 ? options : options.withSignalIds(signalIds);
    }

    /** What the subscriber reports between signals. */
    private final class Losses implements SubscriberListener {
        @Override
        public void onLoss(long firstSequence, long count) {
            skipTo(firstSequence);
            frame.run(RelayFrames.LOST, count);
            next = firstSequence + count;
            lost += count;
        }

        @Override
        public void onNewHistory(long nextSequence) {
            isNewHistory = true;
        }
    }

    /** Begins a message; what the one before contained must be sent. */
    void beginFrame() {
        if (isNewHistory) {
            isNewHistory = false;
            historyId = subscriber.file().header().historyId();
            next = subscriber.sequence();
        }
        frameStart = next;
        frame.begin(sender, historyId, next);
    }

    /** Adds what there is to the message; whether it contains anything. */
    boolean fill() {
        boolean isMore = !isNewHistory;
        for (int polls = 0; isMore && polls < POLLS_PER_FRAME && frame.room() > 0; polls++) {
            long before = next;
            subscriber.poll(this::onSignal, frame.room());
            if (!isNewHistory) {
                skipTo(subscriber.sequence());
            }
            isMore = next != before && !isNewHistory;
        }
        if (isNewHistory && frame.isEmpty()) {
            beginFrame();
        }
        return !frame.isEmpty();
    }

    private void onSignal(SignalRecord signal) {
        skipTo(signal.sequence());
        frame.signal(signal.fields());
        next++;
        sent++;
    }

    /** Those in between are of other ids. */
    private void skipTo(long sequence) {
        if (sequence > next) {
            frame.run(RelayFrames.ABSENT, sequence - next);
            filtered += sequence - next;
            next = sequence;
        }
    }

    long historyId() {
        return historyId;
    }

    /** The first sequence that no message before this one has. */
    long frameStart() {
        return frameStart;
    }

    /** Signals put into messages, twice where a receiver asked for them again. */
    long sent() {
        return sent;
    }

    /** Sequences that were overwritten first. */
    long lost() {
        return lost;
    }

    /** Sequences of other ids. */
    long filtered() {
        return filtered;
    }

    /** How far the bus is ahead. */
    long backlog() {
        return subscriber == null ? 0 : subscriber.backlog();
    }

    @Override
    public void close() {
        if (subscriber != null) {
            subscriber.close();
        }
    }
}
