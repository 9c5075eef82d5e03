// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import java.util.Random;
import java.util.UUID;

/**
 * A host whose clocks a test sets, with the parts of a bus that survive a daemon on it, and those that do not survive a
 * boot.
 */
final class SimulatedHost implements Clocks {
    private static final int SIGNALS = 1 << 10;
    private static final int INTENTS = 1 << 14;
    private static final long START_NS = 1_000_000_000_000L;

    private final Random random;
    private final SharedRegion signalsMemory = SharedRegion.allocate(SIGNALS * SlotRing.SLOT_LENGTH);
    private final SharedRegion intentsMemory = SharedRegion.allocate((int) IntentsLayout.fileLength(INTENTS));
    private final SlotRing signals = new SlotRing(signalsMemory, 0, SIGNALS);
    private UUID boot;
    private long hostNs = START_NS;
    private long realtimeNs;
    private long namespaceNs;
    private long historyId;
    private long baseSequence;
    private SlotWriter writer;

    SimulatedHost(Random random, long realtimeNs) {
        this.random = random;
        this.realtimeNs = realtimeNs;
        boot = uuid();
        newBus(0);
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private void newBus(long nextSequence) {
        clear(signalsMemory, (int) Math.min(nextSequence(), SIGNALS) * SlotRing.SLOT_LENGTH);
        historyId = random.nextLong();
        baseSequence = nextSequence;
        writer = SlotWriter.overwriting(signals, nextSequence);
    }

    private static void clear(SharedRegion memory, int length) {
        for (int at = 0; at < length; at += Long.BYTES) {
            memory.putLong(at, 0);
        }
    }

    /** Lets time pass. */
    void advance(long ns) {
        hostNs += ns;
        realtimeNs += ns;
    }

    /** Sets CLOCK_REALTIME. */
    void step(long ns) {
        realtimeNs += ns;
    }

    /** Enters another time namespace: CLOCK_MONOTONIC differs, so the publisher creates the bus again. */
    void enterNamespace(long newNamespaceNs) {
        if (newNamespaceNs != namespaceNs) {
            namespaceNs = newNamespaceNs;
            newBus(nextSequence());
        }
    }

    /** Boots: shared memory is lost, and CLOCK_MONOTONIC starts again. */
    void boot(long uptimeNs, int handedOver) {
        boot = uuid();
        hostNs = uptimeNs;
        namespaceNs = 0;
        newBus(0);
        clear(intentsMemory, IntentsLayout.HEADER_LENGTH + Math.min(INTENTS, handedOver) * IntentsLayout.ENTRY_LENGTH);
    }

    BusSignals signals() {
        return new BusSignals(signals, historyId, baseSequence, nextSequence(), this::nextSequence);
    }

    WriteAheadRing intents() {
        return WriteAheadRing.over(intentsMemory, INTENTS);
    }

    long publish(long[] fields) {
        return writer.write(fields);
    }

    long nextSequence() {
        return writer == null ? 0 : writer.nextSequence();
    }

    long hostNs() {
        return hostNs;
    }

    long realtimeNs() {
        return realtimeNs;
    }

    long namespaceNs() {
        return namespaceNs;
    }


    @Override
    public JournalClock current() {
        return JournalClock.of(boot, namespaceNs, calendarNs());
    }

    @Override
    public long calendarNs() {
        return realtimeNs - nowNs();
    }

    @Override
    public long nowNs() {
        return hostNs + namespaceNs;
    }
}
