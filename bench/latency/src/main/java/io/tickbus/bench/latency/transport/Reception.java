package io.tickbus.bench.latency.transport;

import java.util.BitSet;

/**
 * What is received of one burst: latencies from the intended time, and what was lost, came twice or out of order.
 * Reused. Used by one thread at a time.
 */
public final class Reception {
    private final long[] latenciesNs;
    private final BitSet seen = new BitSet();
    private long first;
    private int count;
    private long expected;
    private int taken;
    private long coalesced;
    private long duplicated;
    private long outOfOrder;

    /** For bursts of up to that many messages. */
    public Reception(int largestBurst) {
        latenciesNs = new long[largestBurst];
    }

    /** Begins with a burst. */
    public void begin(Burst burst) {
        first = burst.first();
        count = burst.count();
        expected = first;
        taken = 0;
        coalesced = 0;
        duplicated = 0;
        outOfOrder = 0;
        seen.clear();
    }

    /** A message was observed. */
    public void take(long sequence, long intendedNs, long observedNs) {
        if (sequence == expected && taken < count) {
            seen.set((int) (sequence - first));
            expected = sequence + 1;
            latenciesNs[taken++] = observedNs - intendedNs;
        } else {
            takeOdd(sequence, intendedNs, observedNs);
        }
    }

    private void takeOdd(long sequence, long intendedNs, long observedNs) {
        int index = (int) (sequence - first);
        if (sequence < first || index >= count) {
            // Of a burst that was given up, or of none.
            outOfOrder++;
        } else if (seen.get(index)) {
            duplicated++;
        } else {
            outOfOrder += sequence < expected ? 1 : 0;
            seen.set(index);
            expected = Math.max(expected, sequence + 1);
            latenciesNs[taken++] = observedNs - intendedNs;
        }
    }

    /** That many messages came together with others, as one. */
    public void coalesced(long messages) {
        coalesced += messages;
    }

    /** Whether all have come. */
    public boolean isComplete() {
        return taken >= count;
    }

    /** How many have come. */
    public int taken() {
        return taken;
    }

    /** The latencies of those, in the order in which they came; the caller does not keep the array. */
    public long[] latenciesNs() {
        return latenciesNs;
    }

    /** Messages of the burst. */
    public int count() {
        return count;
    }

    /** Of those that came, how many came as one with another. */
    public long coalesced() {
        return coalesced;
    }

    /** How many came more than once. */
    public long duplicated() {
        return duplicated;
    }

    /** How many came after one that was sent later. */
    public long outOfOrder() {
        return outOfOrder;
    }
}
