// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * The pending timers of a {@link TimingWheel} that are due soon, and any others that {@link BucketRings} has no place
 * for: a heap with four children a node, of the deadlines themselves. The number of the arming decides between equal
 * deadlines. The {@link TimerSlab} knows where each timer is, so that any can be removed.
 *
 * <p>Adding and removing take O(log n) steps, 12 levels for 10 million timers. Entries are in chunks of 256 kB that are
 * never copied.
 *
 * <p>The root is entry 3, so that the children of {@code i} are {@code 4 * i - 8} and the three after it, which are
 * next to each other in one chunk.
 */
final class DeadlineHeap {
    static final int ROOT = 3;
    private static final int TIMER_BITS = 24;
    private static final int TIMER_MASK = (1 << TIMER_BITS) - 1;
    private static final int CHUNK_BITS = 14;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;

    private final TimerSlab timers;
    private final int capacity;
    /** Two longs each: deadline; word. */
    private final long[][] entries;
    private int end = ROOT;
    private int chunkCount;

    DeadlineHeap(TimerSlab timers) {
        this.timers = timers;
        this.capacity = timers.capacity() + ROOT;
        this.entries = new long[(capacity + CHUNK_MASK) >>> CHUNK_BITS][];
    }

    /** What is stored beside a deadline. The arming may overflow, as only differences are used. */
    static long word(long arming, int timer) {
        return arming << TIMER_BITS | timer;
    }

    static int timerOf(long word) {
        return (int) word & TIMER_MASK;
    }

    /** Bytes of the arrays. */
    long sizeBytes() {
        return 2L * Long.BYTES * Math.min(capacity, chunkCount << CHUNK_BITS) + (long) entries.length * Integer.BYTES;
    }

    /** Whether there is memory for one timer more, and for what the rings may move here then. */
    boolean hasSpare() {
        return chunkCount << CHUNK_BITS >= Math.min(capacity, end + 1 + BucketRings.MAX_MOVED);
    }

    /** Allocates that memory. */
    void reserve() {
        if (!hasSpare()) {
            int firstOfChunk = chunkCount << CHUNK_BITS;
            entries[chunkCount] = new long[2 * Math.min(CHUNK_MASK + 1, capacity - firstOfChunk)];
            chunkCount++;
        }
    }

    boolean isEmpty() {
        return end == ROOT;
    }

    int size() {
        return end - ROOT;
    }

    /** The earliest deadline here; {@link Long#MAX_VALUE} if there is none. */
    long firstNs() {
        return end == ROOT ? Long.MAX_VALUE : entryNs(ROOT);
    }

    /** The timer that is due first, of equal deadlines the first armed. Not of an empty heap. */
    int first() {
        return timerOf(word(ROOT));
    }

    void add(long deadlineNs, long word) {
        if (end >>> CHUNK_BITS == chunkCount) {
            reserve();
        }
        siftUp(end++, deadlineNs, word);
    }

    /** Removes the timer at an index; the caller must say where it is now. */
    void remove(int index) {
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

    /**
     * Copies the timers next to the root that are due, at most {@code max}: most of those that are removed next, not
     * in their order. Returns how many.
     */
    int copyDue(long nowNs, int[] into, int max) {
        int count = 0;
        int lastChild = ROOT;
        for (int index = ROOT; index <= lastChild && index < end && count < max; index++) {
            if (entryNs(index) <= nowNs) {
                into[count++] = timerOf(word(index));
                lastChild = firstChild(index) + 3;
            }
        }
        return count;
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
        for (int child = firstChild(index); child < end; child = firstChild(index)) {
            long[] chunk = entries[child >>> CHUNK_BITS];
            int first = 2 * (child & CHUNK_MASK);
            int after = first + 2 * Math.min(4, end - child);
            int least = first;
            for (int at = first + 2; at < after; at += 2) {
                if (isBefore(chunk[at], chunk[at + 1], chunk[least], chunk[least + 1])) {
                    least = at;
                }
            }
            if (isBefore(deadlineNs, word, chunk[least], chunk[least + 1])) {
                break;
            }
            put(index, chunk[least], chunk[least + 1]);
            index = child + ((least - first) >>> 1);
        }
        put(index, deadlineNs, word);
    }

    private static boolean isBefore(long firstNs, long firstWord, long secondNs, long secondWord) {
        return firstNs < secondNs || (firstNs == secondNs && firstWord - secondWord < 0);
    }

    private static int parent(int index) {
        return (index >>> 2) + 2;
    }

    private static int firstChild(int index) {
        return 4 * index - 8;
    }

    /** The deadline at an index. */
    long entryNs(int index) {
        return entries[index >>> CHUNK_BITS][2 * (index & CHUNK_MASK)];
    }

    /** The word at an index. */
    long word(int index) {
        return entries[index >>> CHUNK_BITS][2 * (index & CHUNK_MASK) + 1];
    }

    private void put(int index, long deadlineNs, long word) {
        long[] chunk = entries[index >>> CHUNK_BITS];
        int at = 2 * (index & CHUNK_MASK);
        chunk[at] = deadlineNs;
        chunk[at + 1] = word;
        timers.where(timerOf(word), index);
    }
}
