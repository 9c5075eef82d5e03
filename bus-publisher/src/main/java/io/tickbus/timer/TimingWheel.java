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
 * Nothing depends on how often {@link #expire} is called or how far the time jumps.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> wait-free. Arming and cancelling are O(1) and allocate nothing except for
 * growth, which takes chunks of at most 256 kB and never copies a timer. Each step (an arming, a cancellation, a query
 * of the next deadline, one firing) moves at most about 100 other timers, and nearly always none: there is no cascade.
 * A bucket is a list of at most 96 timers, of which a sorted copy is made when it is due; a longer list is split into
 * 16 finer buckets, and nearly empty buckets are merged into a list again. Lists of equal deadlines may have any
 * length. <b>Memory:</b> 16 bytes per timer, 44 for each segment of 8 in a list, and 144 for each node of 16 buckets:
 * 26 to 29 bytes per pending timer while many arrive, 30 where they come and go at random. Deadlines that are chosen so
 * that each segment or node has one timer cost several times that. Memory is never released. <b>Loss:</b> none; a timer
 * never fires before its deadline, nor twice. <b>Errors:</b> after an Error, as when there is no memory left to grow,
 * the wheel must not be used any more.
 *
 * <p>Source: the hierarchical wheels of G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels" (1987), with
 * nodes made on demand as in a burst trie (S. Heinz, J. Zobel, H. Williams, "Burst Tries", 2002), lists as arrays
 * linked to each other (Z. Shao, J. Reppy, A. Appel, "Unrolling Lists", 1994), and the first of them in a sorted copy
 * as in a ladder queue (W. T. Tang, R. Goh, I. Thng, "Ladder Queue", 2005).
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
    private final DeadlineTrie trie;
    private int pending;
    private boolean isExpiring;
    private long expiredToNs = Long.MIN_VALUE;

    private TimingWheel(TimerSlab timers) {
        this.timers = timers;
        this.trie = new DeadlineTrie(timers);
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
        return timers.hasSpare() && trie.hasSpare();
    }

    /** Allocates the memory that arming or re-arming a timer needs; an Error in this leaves the wheel as it was. */
    void reserve() {
        timers.reserve();
        trie.reserve();
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
            trie.link(timer, deadlineNs);
            pending++;
        }
        return timer;
    }

    /**
     * Changes a timer's deadline. It then counts as armed now: it fires after all others with that deadline.
     *
     * @param timer a timer that is pending here, or paused, or whose handler is running
     * @throws IllegalArgumentException if it is none of these
     */
    public void rearm(int timer, long deadlineNs) {
        if (isPending(timer)) {
            unlink(timer);
        } else if (!isFiring(timer) && !isPaused(timer)) {
            throw new IllegalArgumentException("no such timer is pending: timer=" + timer);
        }
        trie.link(timer, deadlineNs);
        pending++;
    }

    /**
     * Pauses a pending timer: it does not fire, but keeps its number and its deadline. {@link #rearm rearm} makes it
     * pending again, {@link #cancel cancel} removes it.
     *
     * @throws IllegalArgumentException if no such timer is pending
     */
    public void pause(int timer) {
        if (!isPending(timer)) {
            throw new IllegalArgumentException("no such timer is pending: timer=" + timer);
        }
        unlink(timer);
        timers.slot(timer, TimerSlab.PAUSED);
    }

    /** Removes a timer from the order; the caller must set its new state. */
    private void unlink(int timer) {
        trie.unlink(timer, timers.slot(timer), timers.isNear(timer), timers.deadlineNs(timer));
        pending--;
    }

    /**
     * Cancels a timer; its number may be reused from then on.
     *
     * @return whether it was pending or paused; if not, nothing happens
     */
    public boolean cancel(int timer) {
        if (isPending(timer)) {
            unlink(timer);
        } else if (!isPaused(timer)) {
            return false;
        }
        timers.free(timer);
        return true;
    }

    /**
     * A handle of a pending timer, unique for the next 2^31 reuses of its number. Re-arming does not change it.
     *
     * @throws IllegalArgumentException if no such timer is pending
     */
    public long handle(int timer) {
        if (!isPending(timer) && !isFiring(timer)) {
            throw new IllegalArgumentException("no such timer is pending: timer=" + timer);
        }
        return (long) timers.generation(timer) << 32 | timer;
    }

    /** The timer of a handle, or -1 if it has fired or was cancelled. */
    public int timer(long handle) {
        int timer = (int) handle;
        return isPending(timer) && timers.generation(timer) == (int) (handle >>> 32) ? timer : TimerSlab.NONE;
    }

    /** Cancels the timer of a handle; false if it is not pending any more, even if its number was reused. */
    public boolean cancelHandle(long handle) {
        return cancel(timer(handle));
    }

    /** Changes the deadline of the timer of a handle; false if it is not pending any more. */
    public boolean rearmHandle(long handle, long deadlineNs) {
        int timer = timer(handle);
        if (timer == TimerSlab.NONE) {
            return false;
        }
        rearm(timer, deadlineNs);
        return true;
    }

    /** Whether the timer is armed, and has neither fired nor been cancelled or paused. */
    public boolean isPending(int timer) {
        return timers.isKnown(timer) && timers.slot(timer) >= 0;
    }

    private boolean isPaused(int timer) {
        return timers.isKnown(timer) && timers.slot(timer) == TimerSlab.PAUSED;
    }

    private boolean isFiring(int timer) {
        return timers.isKnown(timer) && timers.slot(timer) == TimerSlab.FIRING;
    }

    /**
     * The deadline of a pending or paused timer.
     *
     * @throws IllegalArgumentException if there is no such timer
     */
    public long deadlineNs(int timer) {
        if (!isPending(timer) && !isPaused(timer)) {
            throw new IllegalArgumentException("no such timer is pending: timer=" + timer);
        }
        return timers.deadlineNs(timer);
    }

    /** The earliest deadline, exactly; {@link Long#MAX_VALUE} if nothing is pending. */
    public long nextDeadlineNs() {
        return trie.first() == TimerSlab.NONE ? Long.MAX_VALUE : trie.firstNs();
    }

    /**
     * Copies the numbers of the next due timers, in their order, perhaps not of all that are due. A caller can prefetch
     * its own fields of these timers before they fire.
     *
     * @param max the most to copy; the array's length is another limit
     * @return how many
     */
    public int copyDue(long nowNs, int[] into, int max) {
        return trie.copyDue(nowNs, into, Math.min(max, into.length));
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
        int fired = 0;
        while (fired < limit && expireFirst(nowNs, handler)) {
            fired++;
        }
        return fired;
    }

    /** Fires the first timer if it is due; returns whether it was. */
    boolean expireFirst(long nowNs, ExpiryHandler handler) {
        if (isExpiring) {
            throw new IllegalStateException("a handler must not expire timers: nowNs=" + nowNs);
        }
        expiredToNs = nowNs;
        int timer = trie.first();
        if (timer == TimerSlab.NONE || trie.firstNs() > nowNs) {
            return false;
        }
        isExpiring = true;
        try {
            fire(timer, trie.firstNs(), handler);
        } finally {
            isExpiring = false;
        }
        return true;
    }

    private void fire(int timer, long deadlineNs, ExpiryHandler handler) {
        unlink(timer);
        timers.slot(timer, TimerSlab.FIRING);
        try {
            handler.onExpiry(timer, deadlineNs);
        } finally {
            if (isFiring(timer)) {
                timers.free(timer);
            }
        }
    }

    /** Whether anything was due at the time of the last {@link #expire}. */
    public boolean hasMoreDue() {
        return nextDeadlineNs() <= expiredToNs && pending > 0;
    }

    /** How many timers are armed. */
    public int pending() {
        return pending;
    }

    /** How many timers there may be; their numbers are lower than this. */
    public int capacity() {
        return timers.capacity();
    }

    /** For tests. */
    DeadlineTrie trie() {
        return trie;
    }

    /** Bytes of memory that the wheel has taken. */
    public long sizeBytes() {
        return timers.sizeBytes() + trie.sizeBytes();
    }
}
