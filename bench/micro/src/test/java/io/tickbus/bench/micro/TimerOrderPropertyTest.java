// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The simpler structures beside a sorted set; {@code -Dtickbus.property.seed} asks for a run seen before, {@code
 * -Dtickbus.property.operations} for another number of operations a round.
 */
@Timeout(120)
class TimerOrderPropertyTest {
    private static final long SEED = Long.getLong("tickbus.property.seed", System.nanoTime());
    private static final int OPERATIONS = Integer.getInteger("tickbus.property.operations", 5_000);
    private static final int CAPACITY = 40_000;
    /** Widths of what deadlines are drawn from: from a few, within one bucket, to beyond every ring. */
    private static final int[] RANGE_BITS = {2, 18, 27, 37, 45, 60};

    private record Armed(long deadlineNs, long arming, int timer) {
        static final Comparator<Armed> ORDER =
                Comparator.comparingLong(Armed::deadlineNs).thenComparingLong(Armed::arming);
    }

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final TreeSet<Armed> model = new TreeSet<>(Armed.ORDER);
    private final Armed[] byTimer = new Armed[CAPACITY];
    private final List<Integer> idle = new ArrayList<>();
    private TimerOrder order;
    private long armings;
    private long nowNs;

    @ParameterizedTest
    @ValueSource(strings = {"quad", "bucketed"})
    void shouldPollAsSortedModelDoes(String name) {
        System.out.println("TimerOrderPropertyTest " + name + " -Dtickbus.property.seed=" + SEED);
        for (long originNs : new long[] {-1_000_000_000, 1_000_000_000_007L, Long.MIN_VALUE / 2}) {
            for (int rangeBits : RANGE_BITS) {
                begin(name, originNs);
                grow(rangeBits);
                mix(rangeBits);
                drain();
            }
        }
    }

    private void begin(String name, long originNs) {
        nowNs = originNs;
        order = name.equals("quad") ? new QuadHeap(CAPACITY) : new BucketedHeap(CAPACITY, nowNs);
        idle.clear();
        for (int timer = 0; timer < CAPACITY; timer++) {
            assertFalse(order.isPending(timer));
            idle.add(timer);
        }
    }

    /** Without a look at the next deadline meanwhile; of the herd enough for the heap's second chunk. */
    private void grow(int rangeBits) {
        for (int i = rangeBits == RANGE_BITS[0] ? 0 : CAPACITY / 2 - OPERATIONS; i < CAPACITY / 2; i++) {
            arm(rangeBits);
        }
        checkFirst();
    }

    private void mix(int rangeBits) {
        for (int i = 0; i < OPERATIONS; i++) {
            int choice = random.nextInt(16);
            if (choice < 5) {
                arm(rangeBits);
            } else if (choice < 9) {
                cancelOrRearm(random.nextInt(CAPACITY), rangeBits);
            } else if (choice < 15) {
                poll();
            } else {
                nowNs = Math.max(nowNs, Math.min(nowNs + random.nextLong(1L << rangeBits), Long.MAX_VALUE / 2));
            }
            if (choice % 2 == 0) {
                checkFirst();
            }
        }
    }

    private void arm(int rangeBits) {
        if (!idle.isEmpty()) {
            int at = random.nextInt(idle.size());
            int timer = idle.get(at);
            idle.set(at, idle.get(idle.size() - 1));
            idle.remove(idle.size() - 1);
            long deadlineNs = nextDeadlineNs(rangeBits);
            order.arm(timer, deadlineNs);
            note(timer, deadlineNs);
        }
    }

    /** Sometimes before now, as late armings are, and sometimes as another timer's. */
    private long nextDeadlineNs(int rangeBits) {
        int choice = random.nextInt(16);
        if (choice == 0) {
            return nowNs - random.nextLong(1L << rangeBits);
        }
        Armed other = byTimer[random.nextInt(CAPACITY)];
        return choice == 1 && other != null ? other.deadlineNs() : nowNs + random.nextLong(1L << rangeBits);
    }

    private void note(int timer, long deadlineNs) {
        byTimer[timer] = new Armed(deadlineNs, armings++, timer);
        model.add(byTimer[timer]);
        assertTrue(order.isPending(timer));
        assertEquals(deadlineNs, order.deadlineNs(timer));
    }

    private void cancelOrRearm(int timer, int rangeBits) {
        Armed armed = byTimer[timer];
        assertEquals(armed != null, order.isPending(timer));
        if (armed == null) {
            return;
        }
        assertEquals(armed.deadlineNs(), order.deadlineNs(timer));
        model.remove(armed);
        if (random.nextBoolean()) {
            long deadlineNs = nextDeadlineNs(rangeBits);
            order.rearm(timer, deadlineNs);
            note(timer, deadlineNs);
        } else {
            order.cancel(timer);
            forget(timer);
        }
    }

    private void forget(int timer) {
        byTimer[timer] = null;
        idle.add(timer);
        assertFalse(order.isPending(timer));
    }

    private void poll() {
        boolean isDue = !model.isEmpty() && model.first().deadlineNs() <= nowNs;
        int timer = order.poll(nowNs);
        assertEquals(isDue ? model.first().timer() : TimerOrder.NONE, timer);
        if (isDue) {
            model.pollFirst();
            forget(timer);
        }
    }

    private void checkFirst() {
        assertEquals(model.isEmpty() ? Long.MAX_VALUE : model.first().deadlineNs(), order.nextDeadlineNs());
    }

    private void drain() {
        while (!model.isEmpty()) {
            assertEquals(model.pollFirst().timer(), order.poll());
        }
        assertEquals(TimerOrder.NONE, order.poll());
        checkFirst();
        Arrays.fill(byTimer, null);
    }
}
