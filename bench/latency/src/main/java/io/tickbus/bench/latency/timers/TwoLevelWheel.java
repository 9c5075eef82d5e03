package io.tickbus.bench.latency.timers;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The textbook's wheel of two levels: 256 slots of 1 ms, and 256 slots of 256 ms that are spread over the first level
 * when it has gone round. A timer fires at the first tick that is not before its deadline.
 */
final class TwoLevelWheel implements PolledTimers {
    private static final long TICK_NS = 1_000_000;
    private static final int SLOTS = 256;
    private static final int NONE = -1;

    private final int[] fine = new int[SLOTS];
    private final int[] coarse = new int[SLOTS];
    private int[] next;
    private long[] dueTick;
    private long originNs;
    private long tick;

    @Override
    public void open(int count, long newOriginNs) {
        next = new int[count];
        dueTick = new long[count];
        originNs = newOriginNs;
        Arrays.fill(fine, NONE);
        Arrays.fill(coarse, NONE);
    }

    @Override
    public void arm(int timer, long deadlineNs) {
        dueTick[timer] = Math.max(tick + 1, (deadlineNs - originNs + TICK_NS - 1) / TICK_NS);
        if (dueTick[timer] / SLOTS - tick / SLOTS >= SLOTS) {
            throw new IllegalArgumentException("beyond the second level: deadlineNs=" + deadlineNs);
        }
        insert(timer);
    }

    private void insert(int timer) {
        boolean isThisRound = dueTick[timer] / SLOTS == tick / SLOTS;
        int[] level = isThisRound ? fine : coarse;
        int slot = (int) (isThisRound ? dueTick[timer] : dueTick[timer] / SLOTS) % SLOTS;
        next[timer] = level[slot];
        level[slot] = timer;
    }

    @Override
    public void poll(long nowNs, IntConsumer fire) {
        long lastTick = (nowNs - originNs) / TICK_NS;
        while (tick < lastTick) {
            tick++;
            if (tick % SLOTS == 0) {
                spread((int) (tick / SLOTS % SLOTS));
            }
            expire((int) (tick % SLOTS), fire);
        }
    }

    private void spread(int slot) {
        int timer = coarse[slot];
        coarse[slot] = NONE;
        while (timer != NONE) {
            int following = next[timer];
            insert(timer);
            timer = following;
        }
    }

    private void expire(int slot, IntConsumer fire) {
        int timer = fine[slot];
        fine[slot] = NONE;
        while (timer != NONE) {
            // Read first: whoever is fired may arm the timer again.
            int following = next[timer];
            fire.accept(timer);
            timer = following;
        }
    }
}
