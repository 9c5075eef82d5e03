// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * A timing wheel: up to 16 million timers with exact nanosecond deadlines, which fire in deadline order, and in arming
 * order where deadlines are equal. It has no clock of its own and works with any.
 *
 * <p>A timer is a small number below {@link #capacity()}, as low as possible, so that a user can keep its own fields of
 * a timer in arrays. A number is reused after its timer has fired or was cancelled. A {@linkplain #handle handle} is
 * rejected after that, for users who cannot know it.
 *
 * <p>Any deadline but {@link Long#MAX_VALUE} is valid, also one in the past: the timer that was due longest fires next.
 * No answer depends on how often {@link #expire} is called or how far the time jumps.
 *
 * <p>Timers that are due soon are in a heap ({@link DeadlineHeap}), or beside it in a queue if they came in order; all
 * others wait unsorted in the buckets of four rings ({@link BucketRings}), whose timers move to the heap when their
 * bucket's turn comes. The heap accepts any timer, and so the rings need not: a bucket that is full, or a deadline that
 * is too far, is no special case.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> wait-free. Arming and cancelling are O(1) in the rings and O(log n) in the
 * heap, and allocate nothing except for growth, which takes chunks of at most 256 kB and never copies a timer. A query
 * of the next deadline, or a firing, moves at most 1,024 other timers to the heap, and nearly always none or a few.
 * <b>Memory:</b> 24 bytes per timer in the heap; in the rings 27 where many are due within each bucket's width, 140
 * where each timer is alone in its bucket, and up to 8 MB for the buckets. Memory is never released. <b>Loss:</b> none;
 * a timer never fires before its deadline, nor twice. <b>Errors:</b> after an Error, as when there is no memory left to
 * grow, the wheel must not be used any more.
 *
 * <p>Source: the buckets are those of R. Brown, "Calendar Queues" (1988), and of the hierarchical wheels of G. Varghese
 * and T. Lauck, "Hashed and Hierarchical Timing Wheels" (1987); that only the first of them is sorted is from W. T.
 * Tang, R. Goh, I. Thng, "Ladder Queue" (2005); the heap is D. B. Johnson's, "Priority queues with update" (1975).
 */
public final class TimingWheel {
    /** Returned by {@link #arm} when all numbers are taken. */
    public static final int FULL = -1;
    /** The most timers that one wheel can have. */
    public static final int MAX_TIMERS = 1 << 24;

    /** Takes the timers that are due. */
    @FunctionalInterface
    public interface ExpiryHandler {
        /**
         * Takes one timer that is due. It is no longer pending, but its number is still taken: {@link TimingWheel#rearm
         * rearm} arms the same timer again. Otherwise the number is free when this method returns or throws, not
         * before. {@link TimingWheel#expire expire} throws what this method throws, and the other timers stay as they
         * are.
         *
         * <p>This method may arm, re-arm or cancel any timer, including the next one; {@link TimingWheel#expire expire}
         * continues with whatever is the earliest then.
         */
        void onExpiry(int timer, long deadlineNs);
    }

    private final TimerSlab timers;
    private final DeadlineHeap heap;
    private final BucketRings rings;
    private long armings;
    private int pending;
    /** No pending timer is due later. */
    private long lastNs = Long.MIN_VALUE;
    private boolean isExpiring;
    /** The time of the latest {@link #expire}; MAX_VALUE before the first. */
    private long latestNs = Long.MAX_VALUE;

    private TimingWheel(TimerSlab timers) {
        this.timers = timers;
        this.heap = new DeadlineHeap(timers);
        this.rings = new BucketRings(timers);
    }

    /**
     * A wheel without timers.
     *
     * @param maxTimers how many may be pending at once, 1 to {@link #MAX_TIMERS}; memory is allocated as needed
     */
    public static TimingWheel create(int maxTimers) {
        if (maxTimers < 1 || maxTimers > MAX_TIMERS) {
            throw new IllegalArgumentException("timers must be 1 to " + MAX_TIMERS + ": maxTimers=" + maxTimers);
        }
        return new TimingWheel(new TimerSlab(maxTimers));
    }

    /** Another wheel, for deadlines of another clock, that shares its numbers with this one. */
    TimingWheel beside() {
        return new TimingWheel(timers);
    }

    /** Whether a number can be reused. */
    boolean hasFree() {
        return timers.hasFree();
    }

    /** Whether arming or re-arming a timer needs no memory. */
    boolean hasSpare() {
        return timers.hasSpare() && heap.hasSpare() && rings.hasSpare();
    }

    /** Allocates the memory that arming or re-arming a timer needs; an Error in this leaves the wheel as it was. */
    void reserve() {
        timers.reserve();
        heap.reserve();
        rings.reserve();
    }

    /**
     * Arms a timer.
     *
     * @param deadlineNs nanoseconds of the caller's clock
     * @return the timer's number, or {@link #FULL}
     */
    public int arm(long deadlineNs) {
        int timer = timers.take();
        if (timer != TimerSlab.NONE) {
            link(timer, deadlineNs);
        }
        return timer;
    }

    private void link(int timer, long deadlineNs) {
        long word = DeadlineHeap.word(armings++, timer);
        if (!rings.offer(deadlineNs, word, heap.firstNs(), latestNs)) {
            heap.add(deadlineNs, word);
        }
        lastNs = pending == 0 ? deadlineNs : Math.max(lastNs, deadlineNs);
        pending++;
    }

    /** Removes a pending timer from the order; the caller must set where it is then. */
    private void unlink(long where) {
        if (BucketRings.isPosition(where)) {
            rings.remove(where);
        } else {
            heap.remove(where);
        }
        pending--;
    }

    /**
     * Changes a timer's deadline. It then counts as armed now: it fires after all others with that deadline.
     *
     * @param timer a timer that is pending here, or paused, or whose handler is running
     * @throws IllegalArgumentException if it is none of these
     */
    public void rearm(int timer, long deadlineNs) {
        long where = timers.find(timer);
        if (TimerSlab.isPending(where)) {
            unlink(where);
        } else if (where != TimerSlab.FIRING && where != TimerSlab.PAUSED) {
            throw notPending(timer);
        }
        link(timer, deadlineNs);
    }

    /** Loads what removing a timer will use, if it is pending; the result is meaningless. */
    long prefetch(int timer) {
        long where = timers.find(timer);
        return BucketRings.isPosition(where) ? rings.prefetch(where) : where;
    }

    /**
     * Pauses a pending timer: it does not fire, but keeps its number. {@link #rearm rearm} makes it pending again,
     * {@link #cancel cancel} removes it.
     *
     * @throws IllegalArgumentException if no such timer is pending
     */
    public void pause(int timer) {
        unlink(checkPending(timer));
        timers.where(timer, TimerSlab.PAUSED);
    }

    /** Where the timer is. */
    private long checkPending(int timer) {
        long where = timers.find(timer);
        if (!TimerSlab.isPending(where)) {
            throw notPending(timer);
        }
        return where;
    }

    private static IllegalArgumentException notPending(int timer) {
        return new IllegalArgumentException("no such timer is pending: timer=" + timer);
    }

    /**
     * Cancels a timer; its number may be reused from then on.
     *
     * @return whether it was pending or paused; if not, nothing happens
     */
    public boolean cancel(int timer) {
        long where = timers.find(timer);
        if (TimerSlab.isPending(where)) {
            unlink(where);
        } else if (where != TimerSlab.PAUSED) {
            return false;
        }
        timers.free(timer);
        return true;
    }

    /**
     * A handle of a pending timer, which identifies this arming: no other has the same until 2^40 armings later.
     *
     * @throws IllegalArgumentException if no such timer is pending
     */
    public long handle(int timer) {
        return word(checkPending(timer));
    }

    private long word(long where) {
        return BucketRings.isPosition(where) ? rings.word(where) : heap.wordAt(where);
    }

    /** The timer of a handle, or -1 if it has fired, was cancelled or paused, or was armed again since. */
    public int timer(long handle) {
        int timer = DeadlineHeap.timerOf(handle);
        long where = timers.find(timer);
        return TimerSlab.isPending(where) && word(where) == handle ? timer : TimerSlab.NONE;
    }

    /** Cancels the timer of a handle; false if there is none any more, even if its number was reused. */
    public boolean cancelHandle(long handle) {
        return cancel(timer(handle));
    }

    /** Whether the timer is armed, and has neither fired nor been cancelled or paused. */
    public boolean isPending(int timer) {
        return TimerSlab.isPending(timers.find(timer));
    }

    /**
     * The deadline of a pending timer.
     *
     * @throws IllegalArgumentException if no such timer is pending
     */
    public long deadlineNs(int timer) {
        long where = checkPending(timer);
        return BucketRings.isPosition(where) ? rings.deadlineNs(where) : heap.deadlineNs(where);
    }

    /** The earliest deadline, exactly; {@link Long#MAX_VALUE} if nothing is pending. */
    public long nextDeadlineNs() {
        while (rings.startNs() <= heap.firstNs() && rings.startNs() != Long.MAX_VALUE) {
            rings.drainFirst(heap);
        }
        return heap.firstNs();
    }

    /**
     * A deadline that no pending timer is due after: the latest there is, or was before timers were cancelled or
     * re-armed; {@link Long#MIN_VALUE} if nothing is pending.
     */
    public long latestDeadlineNs() {
        return pending == 0 ? Long.MIN_VALUE : lastNs;
    }

    /**
     * Copies the numbers of timers that are due, most of those that fire next among them. A caller can prefetch its own
     * fields of these timers before they fire.
     *
     * @param max the most to copy; the array's length is another limit
     * @return how many
     */
    public int copyDue(long nowNs, int[] into, int max) {
        return nextDeadlineNs() > nowNs ? 0 : heap.copyDue(nowNs, into, Math.min(max, into.length));
    }

    /** Copies the numbers of all pending timers to {@code from} and after it; returns the end. */
    int copyAll(int[] into, int from) {
        return rings.copyAll(into, heap.copyAll(into, from));
    }

    /** Tells the time without firing anything: timers that are armed next are placed according to it. */
    void tell(long nowNs) {
        latestNs = nowNs;
    }

    /**
     * Fires the due timers. A timer that the handler arms for now or earlier fires in the same call.
     *
     * @param nowNs nanoseconds of the caller's clock
     * @param limit the most to fire, at least 1
     * @return how many fired; {@link #hasMoreDue} tells whether the limit left any
     * @throws IllegalStateException if a handler calls it
     */
    public int expire(long nowNs, int limit, ExpiryHandler handler) {
        if (isExpiring) {
            throw new IllegalStateException("a handler must not expire timers: nowNs=" + nowNs);
        }
        isExpiring = true;
        try {
            int fired = 0;
            while (fired < limit && isDue(nowNs)) {
                long deadlineNs = heap.firstNs();
                int timer = pollFirst();
                try {
                    handler.onExpiry(timer, deadlineNs);
                } finally {
                    endFiring(timer);
                }
                fired++;
            }
            return fired;
        } finally {
            isExpiring = false;
        }
    }

    /** Whether the first timer is due at a time, which also counts as told from then on. */
    boolean isDue(long nowNs) {
        latestNs = nowNs;
        return nextDeadlineNs() <= nowNs && !heap.isEmpty();
    }

    /** Removes the first timer after {@link #isDue} has found it due; its number is taken until {@link #endFiring}. */
    int pollFirst() {
        int timer = heap.poll();
        pending--;
        timers.where(timer, TimerSlab.FIRING);
        return timer;
    }

    /** Frees the number of a timer that has fired, unless it was armed again. */
    void endFiring(int timer) {
        if (timers.where(timer) == TimerSlab.FIRING) {
            timers.free(timer);
        }
    }

    /** Whether anything was due at the time of the last {@link #expire}. */
    public boolean hasMoreDue() {
        return pending > 0 && latestNs != Long.MAX_VALUE && nextDeadlineNs() <= latestNs;
    }

    /** How many timers are armed. */
    public int pending() {
        return pending;
    }

    /** How many timers there may be; their numbers are lower than this. */
    public int capacity() {
        return timers.capacity();
    }

    /** Bytes of memory that the wheel has taken. */
    public long sizeBytes() {
        return timers.sizeBytes() + orderBytes();
    }

    /** Those of them that a wheel beside it does not share. */
    long orderBytes() {
        return heap.sizeBytes() + rings.sizeBytes();
    }

    /** For tests. */
    DeadlineHeap heap() {
        return heap;
    }

    /** For tests. */
    BucketRings rings() {
        return rings;
    }
}
