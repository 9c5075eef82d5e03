// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

/**
 * A heap with four children a node that knows where each timer is. Deadlines are beside the timers, and the number of
 * the arming decides between equal ones.
 *
 * <p>Arming, cancelling and polling take O(log n) steps, 12 levels for 10 million. Memory comes in chunks of 256 kB, so
 * growth copies nothing: 16 bytes for each pending timer, 8 for each number.
 *
 * <p>The root is entry 3, so that the children of {@code i} are {@code 4 * i - 8} and the three after, which are always
 * in one chunk and next to each other.
 */
final class QuadHeap implements TimerOrder {
    /** Where timers that are not pending are. */
    static final int ABSENT = 0;

    private static final int ROOT = 3;
    private static final int CHUNK_BITS = 14;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final int POSITIONS_BITS = 15;
    private static final int POSITIONS_MASK = (1 << POSITIONS_BITS) - 1;
    private static final int TIMER_MASK = (1 << TIMER_BITS) - 1;

    /** Two longs each: deadline; arming 40, timer 24 bits. The arming may overflow: only differences are used. */
    private final long[][] entries;
    private final long[][] positions;
    private int end = ROOT;
    private long armings;

    QuadHeap(int capacity) {
        entries = new long[((capacity + ROOT) >>> CHUNK_BITS) + 1][];
        positions = new long[(capacity >>> POSITIONS_BITS) + 1][];
    }

    @Override
    public void arm(int timer, long deadlineNs) {
        add(deadlineNs, newWord(timer));
    }

    /** What stands beside the deadline of a timer that is armed now. */
    long newWord(int timer) {
        if (positions[timer >>> POSITIONS_BITS] == null) {
            positions[timer >>> POSITIONS_BITS] = new long[POSITIONS_MASK + 1];
        }
        return armings++ << TIMER_BITS | timer;
    }

    static int timerOf(long word) {
        return (int) word & TIMER_MASK;
    }

    void add(long deadlineNs, long word) {
        if (entries[end >>> CHUNK_BITS] == null) {
            entries[end >>> CHUNK_BITS] = new long[2 << CHUNK_BITS];
        }
        siftUp(end++, deadlineNs, word);
    }

    @Override
    public void cancel(int timer) {
        removeAt((int) position(timer));
        position(timer, ABSENT);
    }

    @Override
    public boolean isPending(int timer) {
        return positions[timer >>> POSITIONS_BITS] != null && position(timer) != ABSENT;
    }

    @Override
    public long deadlineNs(int timer) {
        return entryNs((int) position(timer));
    }

    @Override
    public long nextDeadlineNs() {
        return end == ROOT ? Long.MAX_VALUE : entryNs(ROOT);
    }

    @Override
    public int poll() {
        if (end == ROOT) {
            return NONE;
        }
        int timer = timerOf(word(ROOT));
        cancel(timer);
        return timer;
    }

    private void removeAt(int index) {
        int last = --end;
        if (index == last) {
            return;
        }
        long deadlineNs = entryNs(last);
        long word = word(last);
        int parent = parent(index);
        if (index > ROOT && isBefore(deadlineNs, word, entryNs(parent), word(parent))) {
            siftUp(index, deadlineNs, word);
        } else {
            siftDown(index, deadlineNs, word);
        }
    }

    private void siftUp(int from, long deadlineNs, long word) {
        int index = from;
        while (index > ROOT) {
            int parent = parent(index);
            long parentNs = entryNs(parent);
            long parentWord = word(parent);
            if (!isBefore(deadlineNs, word, parentNs, parentWord)) {
                break;
            }
            put(index, parentNs, parentWord);
            index = parent;
        }
        put(index, deadlineNs, word);
    }

    private void siftDown(int from, long deadlineNs, long word) {
        int index = from;
        for (int child = 4 * index - 8; child < end; child = 4 * index - 8) {
            int least = child;
            long leastNs = entryNs(child);
            long leastWord = word(child);
            for (int i = child + 1; i < Math.min(child + 4, end); i++) {
                long childNs = entryNs(i);
                long childWord = word(i);
                if (isBefore(childNs, childWord, leastNs, leastWord)) {
                    least = i;
                    leastNs = childNs;
                    leastWord = childWord;
                }
            }
            if (isBefore(deadlineNs, word, leastNs, leastWord)) {
                break;
            }
            put(index, leastNs, leastWord);
            index = least;
        }
        put(index, deadlineNs, word);
    }

    private static boolean isBefore(long firstNs, long firstWord, long secondNs, long secondWord) {
        return firstNs < secondNs || (firstNs == secondNs && firstWord - secondWord < 0);
    }

    private static int parent(int index) {
        return (index >>> 2) + 2;
    }

    private long entryNs(int index) {
        return entries[index >>> CHUNK_BITS][2 * (index & CHUNK_MASK)];
    }

    private long word(int index) {
        return entries[index >>> CHUNK_BITS][2 * (index & CHUNK_MASK) + 1];
    }

    private void put(int index, long deadlineNs, long word) {
        long[] chunk = entries[index >>> CHUNK_BITS];
        int at = 2 * (index & CHUNK_MASK);
        chunk[at] = deadlineNs;
        chunk[at + 1] = word;
        position(timerOf(word), index);
    }

    /** Where a timer is: {@link #ABSENT}, above it an entry of this heap, below it a place in a {@link BucketRing}. */
    long position(int timer) {
        return positions[timer >>> POSITIONS_BITS][timer & POSITIONS_MASK];
    }

    void position(int timer, long position) {
        positions[timer >>> POSITIONS_BITS][timer & POSITIONS_MASK] = position;
    }

    @Override
    public long sizeBytes() {
        long size = 0;
        for (long[] chunk : entries) {
            size += chunk == null ? 0 : 8L * chunk.length;
        }
        for (long[] chunk : positions) {
            size += chunk == null ? 0 : 8L * chunk.length;
        }
        return size;
    }
}
