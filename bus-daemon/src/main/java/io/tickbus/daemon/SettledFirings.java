package io.tickbus.daemon;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.FiringHandler;

/**
 * Takes a few firings out of the timers first and publishes them afterwards. Many in a row are published faster so,
 * see {@link TimerAgent}.
 */
final class SettledFirings implements FiringHandler {
    /** The most in a row. */
    static final int LIMIT = 64;
    /**
     * So many in a row get the same time: to read the clock takes as long as to publish one or two. The first has one
     * of its own, as whoever sleeps may be woken right behind it.
     */
    private static final int STAMPED_TOGETHER = 4;

    private final SignalPublisher publisher;
    private final FiringHandler sink;
    /** The sink, if the time can be told to it; else null. */
    private final SignalSink stampedSink;
    private final SignalRecord[] firings = new SignalRecord[LIMIT];
    private int count;
    /** Of those, how many have become signals. */
    private int published;
    private long firstSequence;

    /** The sink is to publish each firing as one signal. */
    SettledFirings(SignalPublisher publisher, FiringHandler sink) {
        this.publisher = publisher;
        this.sink = sink;
        this.stampedSink = sink instanceof SignalSink known ? known : null;
        for (int i = 0; i < LIMIT; i++) {
            firings[i] = new SignalRecord();
        }
    }

    @Override
    public long fire(SignalRecord firing) {
        if (count == 0) {
            firstSequence = publisher.nextSequence();
            published = 0;
        }
        System.arraycopy(firing.fields(), 0, firings[count].fields(), 0, firing.fields().length);
        return firstSequence + count++;
    }

    @Override
    public long nextSequence() {
        return count == 0 ? publisher.nextSequence() : firstSequence + count;
    }

    private void publishRow() {
        if (stampedSink == null) {
            for (; published < count; published++) {
                sink.fire(firings[published]);
            }
            return;
        }
        while (published < count) {
            long nowNs = System.nanoTime();
            int together = published == 0 ? 1 : STAMPED_TOGETHER;
            for (int end = Math.min(published + together, count); published < end; published++) {
                stampedSink.fireStamped(firings[published].publishedNs(nowNs));
            }
        }
    }

    /** Publishes what was taken, each once: a call after a fault that cut it short continues where it was. */
    @Override
    public void flush() {
        if (count > 0) {
            // After a fault that struck between a signal and the counting of it.
            int became = (int) (publisher.nextSequence() - firstSequence);
            published = Math.max(published, Math.min(became, count));
            publishRow();
            count = 0;
        }
    }
}
