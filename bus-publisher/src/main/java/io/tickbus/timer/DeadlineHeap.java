// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * The pending timers of a {@link TimingWheel} that are due soon, and any others that {@link BucketRings} has no place
 * for: a heap with four children a node, of the deadlines themselves. The number of the arming decides between equal
 * deadlines. The {@link TimerSlab} knows where each timer is, so that any can be removed. Timers that come in the order
 * in which they are due are not sorted again: they are in a {@link SortedRun} beside the heap.
 *
 * <p>Adding and removing take O(log n) steps, 12 levels for 10 million timers. Entries are in chunks of 256 kB that are
 * never copied.
 *
 * <p>The root is entry 3, so that the children of {@code i} are {@code 4 * i - 8} and the three after it, which are
 * next to each other in one chunk.
 */
final class DeadlineHeap {
    static final int ROOT = 3;
    /** In a run of at most this many timers, ... */
    private static final int MAX_SHORT_RUN = 8;
    /** ... those due later by more than this must not prevent others from using it, and move to the heap. */
    private static final long FAR_NS = 1 << 20;
    private static final int TIMER_BITS = 24;
    private static final int TIMER_MASK = (1 << TIMER_BITS) - 1;
    private static final int CHUNK_BITS = 14;
    private static final int CHUNK_MASK = (1 << CHUNK_BITS) - 1;

    private final TimerSlab timers;
    private final SortedRun run;
    private final int capacity;
    /** Two longs each: deadline; word. */
    private final long[][] entries;
    private int end = ROOT;
    private int chunkCount;

    DeadlineHeap(TimerSlab timers) {
        this.timers = timers;
        this.run = new SortedRun(timers);
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
        return 2L * Long.BYTES * Math.min(capacity, chunkCount << CHUNK_BITS) + (long) entries.length * Integer.BYTES
                + run.sizeBytes();
    }

    /** Whether there is memory for one timer more, and for what the rings may move here then. */
    boolean hasSpare() {
        return chunkCount << CHUNK_BITS >= Math.min(capacity, end + 1 + MAX_SHORT_RUN + BucketRings.MAX_MOVED);
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
        return end == ROOT && run.isEmpty();
    }

    int size() {
        return end - ROOT + run.size();
    }

    /** How many of them are in the run; for tests. */
    int inRun() {
        return run.size();
    }

    /** The earliest deadline here; {@link Long#MAX_VALUE} if there is none. */
    long firstNs() {
        return Math.min(end == ROOT ? Long.MAX_VALUE : entryNs(ROOT), run.firstNs());
    }

    /** Removes and returns the timer that is due first, of equal deadlines the first armed. Not of an empty heap. */
    int poll() {
        boolean isOfRun = end == ROOT
                || (!run.isEmpty() && isBefore(run.firstNs(), run.firstWord(), entryNs(ROOT), word(ROOT)));
        long word = isOfRun ? run.firstWord() : word(ROOT);
        if (isOfRun) {
            run.removeFirst();
        } else {
            removeAt(ROOT);
        }
        return timerOf(word);
    }

    void add(long deadlineNs, long word) {
        while (!run.isEmpty() && run.size() <= MAX_SHORT_RUN && run.lastNs() - deadlineNs > FAR_NS) {
            long movedNs = run.lastNs();
            long moved = run.lastWord();
            run.removeLast();
            sift(movedNs, moved);
        }
        if (!run.offer(deadlineNs, word)) {
            sift(deadlineNs, word);
        }
    }

    private void sift(long deadlineNs, long word) {
        if (end >>> CHUNK_BITS == chunkCount) {
            reserve();
        }
        siftUp(end++, deadlineNs, word);
    }

    /** The deadline of a timer here. */
    long deadlineNs(long where) {
        return SortedRun.isPosition(where) ? run.deadlineNs(where) : entryNs((int) where);
    }

    /** The word of a timer here. */
    long wordAt(long where) {
        return SortedRun.isPosition(where) ? run.wordAt(where) : word((int) where);
    }

    /** Removes a timer; the caller must say where it is now. */
    void remove(long where) {
        if (SortedRun.isPosition(where)) {
            run.remove(where);
        } else {
            removeAt((int) where);
        }
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

    /** Copies all timers to {@code from} and after it; returns the end. */
    int copyAll(int[] into, int from) {
        int count = from;
        for (int i = ROOT; i < end; i++) {
            into[count++] = timerOf(word(i));
        }
        return run.copyDue(Long.MAX_VALUE, into, count, into.length);
    }

    /**
     * Copies the timers next to the root, and the first of the run, that are due, at most {@code max}: most of those
     * that are removed next, not in their order. Returns how many.
     */
    int copyDue(long nowNs, int[] into, int max) {
        return run.copyDue(nowNs, into, copyDueOfHeap(nowNs, into, run.isEmpty() ? max : max / 2), max);
    }

    private int copyDueOfHeap(long nowNs, int[] into, int max) {
        // The indices at first: only the children of what is due can be due.
        int count = ROOT < end && max > 0 && entryNs(ROOT) <= nowNs ? 1 : 0;
        into[0] = ROOT;
        for (int i = 0; i < count; i++) {
            int child = firstChild(into[i]);
            for (int after = Math.min(child + 4, end); child < after && count < max; child++) {
                if (entryNs(child) <= nowNs) {
                    into[count++] = child;
                }
            }
        }
        for (int i = 0; i < count; i++) {
            into[i] = timerOf(word(into[i]));
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

    static boolean isBefore(long firstNs, long firstWord, long secondNs, long secondWord) {
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
