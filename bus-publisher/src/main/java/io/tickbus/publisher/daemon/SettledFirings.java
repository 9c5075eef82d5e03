package io.tickbus.publisher.daemon;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.timer.FiringSink;

/**
 * Takes a few firings out of the timers first and publishes them afterwards. Many in a row are published faster so,
 * see {@link TimerAgent}. And where the bus is shared with a group it must be: publishing looks at the doorbell, which
 * members of the group may shorten, and a fault of that must not come up in the middle of the timers' own data. See
 * {@link MappedFault}.
 */
final class SettledFirings implements FiringSink {
    /** Few, since the first waits for the last of them. */
    static final int LIMIT = 64;

    private final SignalPublisher publisher;
    private final FiringSink sink;
    private final SignalRecord[] firings = new SignalRecord[LIMIT];
    private int count;

    /** The sink is to publish each firing as one signal. */
    SettledFirings(SignalPublisher publisher, FiringSink sink) {
        this.publisher = publisher;
        this.sink = sink;
        for (int i = 0; i < LIMIT; i++) {
            firings[i] = new SignalRecord();
        }
    }

    @Override
    public long fire(SignalRecord firing) {
        System.arraycopy(firing.fields(), 0, firings[count].fields(), 0, firing.fields().length);
        return publisher.nextSequence() + count++;
    }

    @Override
    public long nextSequence() {
        return publisher.nextSequence() + count;
    }

    /** Publishes what was taken, each once, whatever faults come up. */
    void flush() {
        long firstSequence = publisher.nextSequence();
        int published = 0;
        while (published < count) {
            try {
                while (published < count) {
                    sink.fire(firings[published]);
                    published++;
                }
                if (publisher.isDoorbellShared()) {
                    MappedFault.bringUp();
                }
            } catch (InternalError e) {
                publisher.survive(e);
                published = (int) (publisher.nextSequence() - firstSequence);
            }
        }
        count = 0;
    }
}
