// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import java.util.Arrays;
import java.util.BitSet;

/**
 * What is received of one burst: latencies from the intended time, and what was lost, came twice or out of order.
 * Reused. Used by one thread at a time.
 */
public final class Reception {
    /** Of the messages that came, in the order in which they came. */
    final long[] latenciesNs;
    /** Messages of the burst. */
    int count;
    /** How many of them came. */
    int taken;
    /** Of those, how many came as one with another. */
    long coalesced;
    /** How many came once more. */
    long duplicated;
    /** How many came after one that was sent later. */
    long outOfOrder;
    private final BitSet seen = new BitSet();
    private long first;
    private long expected;

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

    /** The middle one of their latencies; 0 without any. */
    public long medianNs() {
        long[] sorted = Arrays.copyOf(latenciesNs, taken);
        Arrays.sort(sorted);
        return taken == 0 ? 0 : sorted[taken / 2];
    }

    /** Whether all have come. */
    public boolean isComplete() {
        return taken >= count;
    }
}
