// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import io.tickbus.core.internal.file.HistogramView;
import io.tickbus.core.internal.layout.CountersLayout;
import io.tickbus.core.internal.memory.SharedRegion;

/**
 * What a subscriber received and lost, how far it lags, and how late it was handed each signal, for a monitoring
 * thread. Off unless {@link SubscriberOptions#withStatistics asked for}: it costs a reading of the clock and some
 * stores a signal.
 *
 * <pre>{@code
 * SubscriberStatistics statistics = new SubscriberStatistics();
 * SignalSubscriber subscriber = SignalSubscriber.attach(bus, SubscriberOptions.defaults().withStatistics(statistics));
 * …
 * long p99Ns = statistics.latenessNs(99);
 * }</pre>
 *
 * <p><b>Threads:</b> the subscriber's writes; any read. Each figure is exact for itself; figures that are read one
 * after the other may be of different moments. <b>Progress:</b> wait-free; recording allocates nothing.
 */
public final class SubscriberStatistics {
    /** What {@link #latenessNs} answers while nothing was received. */
    public static final long NONE = HistogramView.NONE;

    private static final int SEQUENCE = 0;
    private static final int RECEIVED = SEQUENCE + Long.BYTES;
    private static final int FILTERED = RECEIVED + Long.BYTES;
    private static final int LOST = FILTERED + Long.BYTES;
    private static final int OVERRUNS = LOST + Long.BYTES;
    private static final int LAG = OVERRUNS + Long.BYTES;
    private static final int LATENESS_SUM = LAG + Long.BYTES;
    private static final int LATENESS_BUCKETS = LATENESS_SUM + Long.BYTES;
    private static final int LENGTH = LATENESS_BUCKETS + CountersLayout.BUCKET_COUNT * Long.BYTES;

    private final SharedRegion words = SharedRegion.allocate(LENGTH);
    private final HistogramView lateness = new HistogramView() {
        @Override
        public long inBucket(int bucket) {
            return words.getLongOpaque(LATENESS_BUCKETS + bucket * Long.BYTES);
        }

        @Override
        public long sumNs() {
            return words.getLongOpaque(LATENESS_SUM);
        }
    };

    /** Statistics of one subscriber, all zero. */
    public SubscriberStatistics() {
        put(SEQUENCE, -1);
    }

    private void put(int word, long value) {
        words.putLongOpaque(word, value);
    }

    private void add(int word, long delta) {
        words.putLongOpaque(word, words.getLong(word) + delta);
    }

    /** Subscriber: a signal is about to be handed over. */
    void received(long sequence, long latenessNs) {
        put(SEQUENCE, sequence + 1);
        add(RECEIVED, 1);
        add(LATENESS_BUCKETS + CountersLayout.bucketOf(latenessNs) * Long.BYTES, 1);
        add(LATENESS_SUM, Math.max(0, latenessNs));
    }

    /** Subscriber, at the end of a poll that found something. */
    void polled(long sequence, long filtered, long lost, long overruns, long lag) {
        put(SEQUENCE, sequence);
        put(FILTERED, filtered);
        put(LOST, lost);
        put(OVERRUNS, overruns);
        put(LAG, lag);
    }

    /** The next sequence to be read; −1 before the first poll that found something. */
    public long sequence() {
        return words.getLongOpaque(SEQUENCE);
    }

    /** Signals handed over. */
    public long received() {
        return words.getLongOpaque(RECEIVED);
    }

    /** Signals excluded by their id. */
    public long filtered() {
        return words.getLongOpaque(FILTERED);
    }

    /** Signals overwritten before they could be read, exactly. */
    public long lost() {
        return words.getLongOpaque(LOST);
    }

    /** How often it was overrun. */
    public long overruns() {
        return words.getLongOpaque(OVERRUNS);
    }

    /**
     * How many signals the publisher was ahead after the last poll. A subscriber that is stuck in its handler does not
     * update it: compare {@link #sequence()} with the bus then.
     */
    public long lag() {
        return words.getLongOpaque(LAG);
    }

    /** The sum of all lateness, in nanoseconds, from each signal's deadline until it was handed over. */
    public long latenessSumNs() {
        return lateness.sumNs();
    }

    /**
     * The lateness, in nanoseconds, that a share of the signals did not exceed, at most a 16th too long; {@link #NONE}
     * without any signal.
     *
     * @param percent above 0, at most 100
     */
    public long latenessNs(double percent) {
        return lateness.percentileNs(percent);
    }

    /** Lateness by bucket. */
    @SuppressWarnings("exports") // For the other modules of the project.
    public HistogramView lateness() {
        return lateness;
    }
}
