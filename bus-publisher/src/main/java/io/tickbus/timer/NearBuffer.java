// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * The timers that are due first, sorted: a copy of the beginning of the order that {@link DeadlineTrie} keeps. It has
 * every pending timer that is due before {@link #endNs}; of those due exactly then it has none, or the first armed.
 *
 * <p>A timer that is armed for an earlier deadline than the end is inserted here too; one that leaves the trie is
 * removed here too.
 */
final class NearBuffer {
    /** The most entries. */
    static final int MAX_LENGTH = 128;
    private static final int CAPACITY = 2 * MAX_LENGTH;
    private static final int NONE = TimerSlab.NONE;

    private final TimerSlab slab;
    private final long[] deadlinesNs = new long[CAPACITY];
    /** NONE where a timer was removed. */
    private final int[] timers = new int[CAPACITY];
    private int head;
    private int tail;
    private long endNs = Long.MIN_VALUE;

    NearBuffer(TimerSlab slab) {
        this.slab = slab;
    }

    /** Deadlines before this are covered. */
    long endNs() {
        return endNs;
    }

    /** Empties the buffer, with room at both ends. */
    void begin() {
        head = MAX_LENGTH / 2;
        tail = head;
    }

    /** Adds a timer that was armed after those in the buffer. */
    void add(int timer, long deadlineNs) {
        slab.setNear(timer, true);
        int at = tail++;
        for (; at > head && deadlinesNs[at - 1] > deadlineNs; at--) {
            copy(at - 1, at);
        }
        put(at, timer, deadlineNs);
    }

    /** The buffer is complete: it has every timer that is due before this. */
    void end(long newEndNs) {
        endNs = newEndNs;
    }

    /** The first timer, or {@link TimerSlab#NONE}. */
    int first() {
        while (head < tail && timers[head] == NONE) {
            head++;
        }
        return head < tail ? timers[head] : NONE;
    }

    /** The deadline of the timer that {@link #first()} has just returned. */
    long firstNs() {
        return deadlinesNs[head];
    }

    /** Copies timers that are due by then, from the first on, at most {@code max}; returns how many. */
    int copyDue(long nowNs, int[] into, int max) {
        int count = 0;
        for (int at = head; at < tail && count < max && deadlinesNs[at] <= nowNs; at++) {
            if (timers[at] != NONE) {
                into[count++] = timers[at];
            }
        }
        return count;
    }

    /** Removes a timer that is in the buffer. */
    void remove(int timer, long deadlineNs) {
        slab.setNear(timer, false);
        if (head < tail && timers[head] == timer) {
            head++;
            return;
        }
        for (int at = positionAfter(deadlineNs) - 1; at >= head && deadlinesNs[at] == deadlineNs; at--) {
            if (timers[at] == timer) {
                timers[at] = NONE;
                return;
            }
        }
    }

    /** Inserts a timer that was armed for an earlier deadline than the end. */
    void insert(int timer, long deadlineNs) {
        if (tail - head == MAX_LENGTH) {
            shorten();
            if (deadlineNs >= endNs) {
                return;
            }
        }
        slab.setNear(timer, true);
        int at = positionAfter(deadlineNs);
        boolean isNearHead = at - head < tail - at;
        if (head > 0 && (isNearHead || tail == CAPACITY)) {
            head--;
            at--;
            for (int i = head; i < at; i++) {
                copy(i + 1, i);
            }
        } else {
            for (int i = tail++; i > at; i--) {
                copy(i - 1, i);
            }
        }
        put(at, timer, deadlineNs);
    }

    /** The position after all timers that are due at the same time or before. */
    private int positionAfter(long deadlineNs) {
        if (head == tail || deadlineNs < deadlinesNs[head]) {
            return head;
        }
        int low = head;
        int high = tail;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (deadlinesNs[middle] <= deadlineNs) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** Drops the later half. */
    private void shorten() {
        int cut = head + MAX_LENGTH / 2;
        endNs = deadlinesNs[cut];
        int first = cut;
        while (first > head && deadlinesNs[first - 1] == endNs) {
            first--;
        }
        // If all are due at once, those armed first stay.
        int newTail = first > head ? first : cut;
        for (int at = newTail; at < tail; at++) {
            if (timers[at] != NONE) {
                slab.setNear(timers[at], false);
            }
        }
        tail = newTail;
    }

    private void copy(int from, int to) {
        put(to, timers[from], deadlinesNs[from]);
    }

    private void put(int at, int timer, long deadlineNs) {
        deadlinesNs[at] = deadlineNs;
        timers[at] = timer;
    }
}
