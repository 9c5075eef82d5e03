package io.tickbus.timer;

/**
 * A hierarchical timing wheel: up to 16 million timers with exact nanosecond deadlines, which fire in deadline order,
 * and in arming order where deadlines are equal. It has no clock of its own and can be used alone with any.
 *
 * <p>A timer is a small number, below {@link #capacity()} and as low as possible, so that a user may keep what belongs
 * to it in arrays. It is used again after the timer has fired or was cancelled; who cannot know that keeps a
 * {@linkplain #handle handle}, which is refused then.
 *
 * <p>Deadlines may be any but {@link Long#MAX_VALUE}, earlier than now too: what was due longest fires next. Nothing
 * depends on how often {@link #expire} is called or how far the time jumps.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> wait-free. Arming and cancelling are O(1) and allocate nothing but at
 * growth, which goes by chunks of at most 256 kB and never copies a timer. Each step (an arming, a cancelling, a look
 * at the next deadline, one firing) moves at most about 100 other timers, and nearly always none: there is no cascade
 * that could be half done. A bucket is a list of at most 96 timers, of which a sorted copy is made when its turn
 * comes; a longer one becomes a wheel of 16 finer buckets, and a wheel with little left in it a list again. Lists of
 * equal deadlines may have any length. <b>Memory:</b> 16 bytes per timer, 44 for each segment of 8 in a list, and 144
 * for each wheel: 26 to 29 bytes per pending timer while many arrive, 30 where they come and go at random. Deadlines
 * that are chosen so that each segment or wheel has one timer cost several times that. Nothing is given back.
 * <b>Loss:</b> none; a timer never fires before its deadline, nor twice. <b>Errors:</b> after an Error, as when there
 * is no memory left to grow, the wheel is not to be used any more.
 *
 * <p>Source: the hierarchical wheels of G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels" (1987), with
 * wheels made on demand as the nodes of a burst trie are (S. Heinz, J. Zobel, H. Williams, "Burst Tries", 2002), lists
 * as arrays linked to each other (Z. Shao, J. Reppy, A. Appel, "Unrolling Lists", 1994), and the first of them in a
 * sorted copy as in a ladder queue (W. T. Tang, R. Goh, I. Thng, "Ladder Queue", 2005).
 */
public final class TimingWheel {
    /** Answer of {@link #arm} when all timers are taken. */
    public static final int FULL = -1;
    /** The most timers that one wheel can have. */
    public static final int MAX_TIMERS = 1 << 24;

    /** Takes the timers that are due. */
    @FunctionalInterface
    public interface ExpiryHandler {
        /**
         * Takes one timer that is due. It is no longer pending, but its number is nobody else's yet: {@link
         * TimingWheel#rearm rearm} arms the same timer again. If that is not done, it is free when this method returns
         * or throws, not before; what it throws comes out of {@link TimingWheel#expire expire}, and the other timers
         * stay as they are.
         *
         * <p>Any timer may be armed, re-armed or cancelled meanwhile, one that would be next too: the call continues
         * with whatever is the earliest then.
         */
        void onExpiry(int timer, long deadlineNs);
    }

    private final TimerSlab timers;
    private final WheelTree tree;
    private int pending;
    private boolean isExpiring;
    private long expiredToNs = Long.MIN_VALUE;

    private TimingWheel(TimerSlab timers) {
        this.timers = timers;
        this.tree = new WheelTree(timers);
    }

    /**
     * A wheel without any timer.
     *
     * @param maxTimers how many may be pending at once, 1 to {@link #MAX_TIMERS}; memory is taken as they come
     */
    public static TimingWheel create(int maxTimers) {
        if (maxTimers < 1 || maxTimers > MAX_TIMERS) {
            throw new IllegalArgumentException("timers must be 1 to " + MAX_TIMERS + ": maxTimers=" + maxTimers);
        }
        return new TimingWheel(new TimerSlab(maxTimers));
    }

    /** Another wheel, for deadlines of another clock, whose timers share their numbers with this one's. */
    TimingWheel beside() {
        return new TimingWheel(timers);
    }

    /** Whether a number can be used again. */
    boolean hasFree() {
        return timers.hasFree();
    }

    /** Whether arming or re-arming a timer needs no memory. */
    boolean hasSpare() {
        return timers.hasSpare() && tree.hasSpare();
    }

    /** Gets the memory that arming or re-arming a timer needs; an Error out of this leaves the wheel as it was. */
    void reserve() {
        timers.reserve();
        tree.reserve();
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
            tree.link(timer, deadlineNs);
            pending++;
        }
        return timer;
    }

    /**
     * Gives a timer another deadline. It then counts as armed now: after all others with that deadline.
     *
     * @param timer one that is pending here or held, or that the handler was called for and has not returned
     * @throws IllegalArgumentException if it is neither
     */
    public void rearm(int timer, long deadlineNs) {
        if (isPending(timer)) {
            unlink(timer);
        } else if (!isFiring(timer) && !isHeld(timer)) {
            throw new IllegalArgumentException("no such timer is pending: timer=" + timer);
        }
        tree.link(timer, deadlineNs);
        pending++;
    }

    /**
     * Takes a pending timer out, so that it does not fire, but leaves it its number and its deadline: {@link #rearm
     * rearm} makes it pending again, {@link #cancel cancel} gives it up.
     *
     * @throws IllegalArgumentException if no such timer is pending
     */
    public void hold(int timer) {
        if (!isPending(timer)) {
            throw new IllegalArgumentException("no such timer is pending: timer=" + timer);
        }
        unlink(timer);
        timers.slot(timer, TimerSlab.HELD);
    }

    /** Takes a timer out of the order; what it is then must be told to it. */
    private void unlink(int timer) {
        tree.unlink(timer, timers.slot(timer), timers.isInRun(timer), timers.deadlineNs(timer));
        pending--;
    }

    /**
     * Cancels a timer; its number may be used again from then on.
     *
     * @return whether it was pending or held; if not, nothing happens
     */
    public boolean cancel(int timer) {
        if (isPending(timer)) {
            unlink(timer);
        } else if (!isHeld(timer)) {
            return false;
        }
        timers.free(timer);
        return true;
    }

    /**
     * A name for a pending timer that no later timer has for its next 2^31 reuses. Re-arming does not change it.
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

    /** Cancels the timer of a handle; false if it is not pending any more, whoever has its number now. */
    public boolean cancelHandle(long handle) {
        return cancel(timer(handle));
    }

    /** Gives the timer of a handle another deadline; false if it is not pending any more. */
    public boolean rearmHandle(long handle, long deadlineNs) {
        int timer = timer(handle);
        if (timer == TimerSlab.NONE) {
            return false;
        }
        rearm(timer, deadlineNs);
        return true;
    }

    /** Whether this number is a timer's that is armed and neither fired nor cancelled. */
    public boolean isPending(int timer) {
        return timers.isKnown(timer) && timers.slot(timer) >= 0;
    }

    private boolean isHeld(int timer) {
        return timers.isKnown(timer) && timers.slot(timer) == TimerSlab.HELD;
    }

    private boolean isFiring(int timer) {
        return timers.isKnown(timer) && timers.slot(timer) == TimerSlab.FIRING;
    }

    /**
     * When a timer is due, or would be were it not held.
     *
     * @throws IllegalArgumentException if no such timer is pending or held
     */
    public long deadlineNs(int timer) {
        if (!isPending(timer) && !isHeld(timer)) {
            throw new IllegalArgumentException("no such timer is pending: timer=" + timer);
        }
        return timers.deadlineNs(timer);
    }

    /** The earliest deadline, exactly; {@link Long#MAX_VALUE} if nothing is pending. */
    public long nextDeadlineNs() {
        return tree.first() == TimerSlab.NONE ? Long.MAX_VALUE : tree.firstNs();
    }

    /**
     * Copies the numbers of timers that are due and come next, in their order; fewer than are due, perhaps. For who
     * wants to have what belongs to them in the cache by the time that they fire.
     *
     * @param most the most to copy; more than the array's length counts as that
     * @return how many
     */
    public int copyDue(long nowNs, int[] into, int most) {
        return tree.copyDue(nowNs, into, Math.min(most, into.length));
    }

    /**
     * Fires what is due. What the handler arms for now or earlier fires in the same call.
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

    /** Fires the first, if it is due; returns whether it was. */
    boolean expireFirst(long nowNs, ExpiryHandler handler) {
        if (isExpiring) {
            throw new IllegalStateException("a handler must not expire timers: nowNs=" + nowNs);
        }
        expiredToNs = nowNs;
        int timer = tree.first();
        if (timer == TimerSlab.NONE || tree.firstNs() > nowNs) {
            return false;
        }
        isExpiring = true;
        try {
            fire(timer, tree.firstNs(), handler);
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

    /** Whether anything is due at the time of the last {@link #expire}. */
    public boolean hasMoreDue() {
        return nextDeadlineNs() <= expiredToNs && pending > 0;
    }

    /** How many timers are armed. */
    public int pending() {
        return pending;
    }

    /** How many timers there may be: each has a number below. */
    public int capacity() {
        return timers.capacity();
    }

    /** Where the order is kept; for tests. */
    WheelTree tree() {
        return tree;
    }

    /** Bytes of memory that the wheel has taken. */
    public long sizeBytes() {
        return timers.sizeBytes() + tree.sizeBytes();
    }
}
