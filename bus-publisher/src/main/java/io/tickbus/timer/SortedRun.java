// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * Timers that came to a {@link DeadlineHeap} in the order in which they are due, as timeouts and all timers of one
 * deadline do: a queue, in which nothing need be sorted. Any timer can be removed; its place stays empty until the
 * places before or behind it are, too.
 *
 * <p>It has up to {@value #CAPACITY} places in a circle of chunks of 64 kB. The first and the last are never empty.
 * Neighbouring empty places are one gap, at whose two ends is where the other end is, so that no step walks through it.
 */
final class SortedRun {
    /** The most places. */
    static final int CAPACITY = 1 << 17;

    private static final int MASK = CAPACITY - 1;
    private static final int CHUNK_BITS = 12;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;
    private static final long POSITION = 1L << 61;
    /** The deadline of an empty place at the end of a gap. */
    private static final long EMPTY = Long.MAX_VALUE;

    private final TimerSlab timers;
    /** Two longs each: deadline and word; of an end of a gap, {@link #EMPTY} and the index of the other end. */
    private final long[][] entries = new long[CAPACITY >>> CHUNK_BITS][];
    private int chunkCount;
    /** Index of the first place and of that after the last; they grow while there are timers. */
    private long head;
    private long tail;
    private int size;

    SortedRun(TimerSlab timers) {
        this.timers = timers;
    }

    /** Bytes of the arrays. */
    long sizeBytes() {
        return (2L * Long.BYTES * chunkCount) << CHUNK_BITS;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** The earliest deadline; {@link Long#MAX_VALUE} if there is none. */
    long firstNs() {
        return size == 0 ? Long.MAX_VALUE : entryNs(head);
    }

    /** The word of the first timer. Not of an empty run. */
    long firstWord() {
        return word(head);
    }

    /** Appends a timer, unless it is due before the last, or there is no place. One that is never due has no place. */
    boolean offer(long deadlineNs, long word) {
        boolean isOrdered = size == 0 || !DeadlineHeap.isBefore(deadlineNs, word, entryNs(tail - 1), word(tail - 1));
        if (!isOrdered || deadlineNs == EMPTY || tail - head == CAPACITY || !hasChunk()) {
            return false;
        }
        put(tail, deadlineNs, word);
        timers.where(DeadlineHeap.timerOf(word), POSITION | (tail & MASK));
        tail++;
        size++;
        return true;
    }

    /** Without memory the heap takes the timer. */
    private boolean hasChunk() {
        int chunk = ((int) tail & MASK) >>> CHUNK_BITS;
        if (entries[chunk] == null) {
            try {
                entries[chunk] = new long[2 << CHUNK_BITS];
                chunkCount++;
            } catch (OutOfMemoryError e) {
                return false;
            }
        }
        return true;
    }

    /** Whether a pending timer that is in no ring is here. */
    static boolean isPosition(long where) {
        return where >= POSITION;
    }

    private long indexOf(long where) {
        return head + ((where - head) & MASK);
    }

    /** The deadline of a timer here. */
    long deadlineNs(long where) {
        return entryNs(indexOf(where));
    }

    /** The word of a timer here. */
    long wordAt(long where) {
        return word(indexOf(where));
    }

    /** Removes a timer; the caller must say where it is now. */
    void remove(long where) {
        removeAt(indexOf(where));
    }

    /** The latest deadline. Not of an empty run. */
    long lastNs() {
        return entryNs(tail - 1);
    }

    /** The word of the last timer. Not of an empty run. */
    long lastWord() {
        return word(tail - 1);
    }

    /** Removes the last timer. */
    void removeLast() {
        removeAt(tail - 1);
    }

    /** Removes the first timer. */
    void removeFirst() {
        removeAt(head);
    }

    private void removeAt(long index) {
        size--;
        if (size == 0) {
            // The places used last are in the cache.
            head = 0;
            tail = 0;
            return;
        }
        long first = index > head && entryNs(index - 1) == EMPTY ? word(index - 1) : index;
        long last = index + 1 < tail && entryNs(index + 1) == EMPTY ? word(index + 1) : index;
        if (first == head) {
            head = last + 1;
        } else if (last == tail - 1) {
            tail = first;
        } else {
            put(first, EMPTY, last);
            put(last, EMPTY, first);
        }
    }

    /** Copies the first timers that are due, in their order, to {@code from} and after it; returns the end. */
    int copyDue(long nowNs, int[] into, int from, int end) {
        int count = from;
        for (long index = head; index < tail && count < end; index++) {
            long deadlineNs = entryNs(index);
            if (deadlineNs == EMPTY) {
                index = word(index);
            } else if (deadlineNs <= nowNs) {
                into[count++] = DeadlineHeap.timerOf(word(index));
            } else {
                break;
            }
        }
        return count;
    }

    private long entryNs(long index) {
        return entries[((int) index & MASK) >>> CHUNK_BITS][2 * ((int) index & CHUNK_MASK)];
    }

    private long word(long index) {
        return entries[((int) index & MASK) >>> CHUNK_BITS][2 * ((int) index & CHUNK_MASK) + 1];
    }

    private void put(long index, long deadlineNs, long word) {
        long[] chunk = entries[((int) index & MASK) >>> CHUNK_BITS];
        chunk[2 * ((int) index & CHUNK_MASK)] = deadlineNs;
        chunk[2 * ((int) index & CHUNK_MASK) + 1] = word;
    }
}
