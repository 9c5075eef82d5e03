// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2LongHashMap;

/** Timers that fire only when they are asked. Single thread. */
interface PolledTimers {
    /** Gets ready for timers 0 to {@code count} − 1, and for polls at the origin plus a whole number of ticks. */
    void open(int count, long originNs);

    /** Arms a timer that is not armed; also while another fires. */
    void arm(int timer, long deadlineNs);

    /** Fires what is due. */
    void poll(long nowNs, IntConsumer fire);

    /** Checks every deadline, which lie side by side in one array: the best that naive polling can do. */
    final class NaiveArray implements PolledTimers {
        private long[] deadlinesNs;

        @Override
        public void open(int count, long originNs) {
            deadlinesNs = new long[count];
            Arrays.fill(deadlinesNs, Long.MAX_VALUE);
        }

        @Override
        public void arm(int timer, long deadlineNs) {
            deadlinesNs[timer] = deadlineNs;
        }

        @Override
        public void poll(long nowNs, IntConsumer fire) {
            for (int timer = 0; timer < deadlinesNs.length; timer++) {
                if (deadlinesNs[timer] <= nowNs) {
                    deadlinesNs[timer] = Long.MAX_VALUE;
                    fire.accept(timer);
                }
            }
        }
    }

    /** Checks every timer, each an object in a map by its id: naive polling as it is usually written. */
    final class NaiveMap implements PolledTimers {
        private final Map<String, Entry> entries = new HashMap<>();

        @Override
        public void open(int count, long originNs) {
            for (int timer = 0; timer < count; timer++) {
                entries.put("timer-" + timer, new Entry(timer));
            }
        }

        @Override
        public void arm(int timer, long deadlineNs) {
            entries.get("timer-" + timer).deadlineNs = deadlineNs;
        }

        @Override
        public void poll(long nowNs, IntConsumer fire) {
            for (Entry entry : entries.values()) {
                if (entry.deadlineNs <= nowNs) {
                    entry.deadlineNs = Long.MAX_VALUE;
                    fire.accept(entry.timer);
                }
            }
        }

        private static final class Entry {
            private final int timer;
            private long deadlineNs = Long.MAX_VALUE;

            Entry(int timer) {
                this.timer = timer;
            }
        }
    }

    /** Agrona's DeadlineTimerWheel. It gives a timer its number, so the number's timer is looked up when it fires. */
    final class AgronaWheel implements PolledTimers {
        /** A power of two, as the wheel wants it: 131 µs. */
        private static final long TICK_NS = 1L << 17;
        private static final int TICKS = 1 << 12;
        private static final int LIMIT = 1 << 10;
        private static final long NONE = -1;

        private final Long2LongHashMap timerOf = new Long2LongHashMap(NONE);
        private DeadlineTimerWheel wheel;

        @Override
        public void open(int count, long originNs) {
            wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, originNs, TICK_NS, TICKS);
        }

        @Override
        public void arm(int timer, long deadlineNs) {
            timerOf.put(wheel.scheduleTimer(deadlineNs), timer);
        }

        @Override
        public void poll(long nowNs, IntConsumer fire) {
            DeadlineTimerWheel.TimerHandler handler = (unit, now, id) -> {
                fire.accept((int) timerOf.remove(id));
                return true;
            };
            boolean isLastTick;
            int fired;
            do {
                // A poll advances by a tick at most, and the tick that is not over yet has due timers too.
                isLastTick = wheel.currentTickTime() > nowNs;
                fired = wheel.poll(nowNs, handler, LIMIT);
            } while (!isLastTick || fired == LIMIT);
        }
    }

    /**
     * The textbook's wheel of two levels: 256 slots of 1 ms, and 256 slots of 256 ms that are spread over the first
     * level when it has gone round. A timer fires at the first tick that is not before its deadline.
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
}
