// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.publisher.SignalPublisher;
import java.util.function.LongSupplier;

/**
 * The signals of a bus at the time its daemon starts.
 *
 * @param ring         the ring that contains them
 * @param historyId    the history within which sequences count
 * @param baseSequence the first sequence that this ring ever contained
 * @param nextSequence the first sequence that this daemon publishes
 * @param upcoming     the next sequence that will be published; timer thread
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
