package io.tickbus.journal;

import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.publisher.SignalPublisher;
import java.util.function.LongSupplier;

/**
 * The signals of a bus as a journal finds them when its daemon starts.
 *
 * @param ring         where they stand
 * @param historyId    within which sequences count
 * @param baseSequence the first that this ring ever held
 * @param nextSequence the first that this daemon publishes
 * @param upcoming     the timer thread's: the next that it will publish
 */
record BusSignals(SlotRing ring, long historyId, long baseSequence, long nextSequence, LongSupplier upcoming) {
    static BusSignals of(SignalPublisher publisher) {
        SignalsHeader header = publisher.bus().signals().header();
        return new BusSignals(publisher.bus().signals().ring(), header.historyId(), header.baseSequence(),
                publisher.bus().nextSequence(), publisher::nextSequence);
    }

    long oldest() {
        return ring.oldestReadable(baseSequence, nextSequence);
    }
}
