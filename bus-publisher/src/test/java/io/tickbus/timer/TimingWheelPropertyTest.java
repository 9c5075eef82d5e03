// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Compares the wheel with a sorted set over a million random operations. {@code -Dtickbus.property.operations} sets
 * another number, {@code -Dtickbus.property.seed} repeats a run.
 */
@Timeout(600)
class TimingWheelPropertyTest {
    private static final long OPERATIONS = Long.getLong("tickbus.property.operations", 1_000_000);
    private static final long SEED = Long.getLong("tickbus.property.seed", System.nanoTime());
    private static final int ROUNDS = 24;
    private static final int STEPS_PER_AUDIT = 997;
    private static final long ORIGIN_RANGE_NS = 1L << 50;

    /** What the deadlines of a round are like. */
    private enum Skew {
        MIXED,
        /** Four deadlines, so that many are equal. */
        FEW,
        PAST,
        /** Within one bucket, more than it can have. */
        CLUSTERED,
        YEARS_AHEAD,
        /** At the ends of the rings, as seen from now. */
        LAPS
    }

    private record Armed(long deadlineNs, long arming, int timer) {
        static final Comparator<Armed> ORDER =
                Comparator.comparingLong(Armed::deadlineNs).thenComparingLong(Armed::arming);
    }

    private final Random random = new Random(SEED);
    private TreeSet<Armed> model;
    private Map<Integer, Armed> byTimer;
    private List<Integer> pending;
    private Map<Integer, Integer> positions;
    private TimingWheel wheel;
    private long armings;
    private long nowNs;
    private long fired;
    private int maxPending;
    private int scaleBits;
    private long originNs;
    private Skew skew;
    private boolean isReentrant;
    /** 1 while the timer whose handler runs is neither pending nor free. */
    private int held;

    @Test
    void shouldFireAsSortedModelDoes() {
        System.out.println("TimingWheelPropertyTest -Dtickbus.property.seed=" + SEED);
        long startNs = System.nanoTime();
        long firedInAll = 0;
        for (int round = 0; round < ROUNDS; round++) {
            begin(round);
            for (long i = 0; i < OPERATIONS / ROUNDS; i++) {
                step();
                assertEquals(model.isEmpty() ? Long.MAX_VALUE : model.first().deadlineNs(), wheel.nextDeadlineNs());
                if (i % STEPS_PER_AUDIT == 0) {
                    WheelAudit.check(wheel);
                }
            }
            assertEquals(model.size(), wheel.pending());
            drain();
            WheelAudit.checkEmpty(wheel);
            firedInAll += fired;
        }
        System.out.println("TimingWheelPropertyTest operations=" + OPERATIONS + " fired=" + firedInAll + " ms="
                + (System.nanoTime() - startNs) / 1_000_000);
    }

    private void begin(int round) {
        model = new TreeSet<>(Armed.ORDER);
        byTimer = new HashMap<>();
        pending = new ArrayList<>();
        positions = new HashMap<>();
        maxPending = new int[] {3, 40, 300, 3_000, 40_000}[round % 5];
        wheel = TimingWheel.create(maxPending);
        nowNs = round % 3 == 0 ? -random.nextLong(ORIGIN_RANGE_NS) : random.nextLong(ORIGIN_RANGE_NS);
        originNs = nowNs;
        skew = Skew.values()[round % Skew.values().length];
        fired = 0;
        scaleBits = newScaleBits();
    }

    private int newScaleBits() {
        return skew == Skew.LAPS ? 36 + random.nextInt(8) : 1 + random.nextInt(40);
    }

    private void step() {
        if (random.nextInt(5_000) == 0) {
            scaleBits = newScaleBits();
        }
        int roll = random.nextInt(100);
        if (roll < 45) {
            arm(deadlineNs());
        } else if (roll < 60) {
            rearm(anyPending(), deadlineNs());
        } else if (roll < 75) {
            cancel(anyPending());
        } else if (roll < 80) {
            cancel(model.isEmpty() ? -1 : model.first().timer());
        } else {
            advance();
            expire(1 + random.nextInt(random.nextInt(20) == 0 ? 2_000 : 8));
        }
    }

    private long deadlineNs() {
        return switch (skew) {
            case MIXED -> mixedNs();
            case FEW -> originNs + (random.nextInt(4) << 20);
            case PAST -> nowNs - random.nextLong(1L << scaleBits);
            case CLUSTERED -> (nowNs | (1L << 20) - 1) + random.nextInt(1, 1 << 18);
            case YEARS_AHEAD -> nowNs + random.nextLong(1L << random.nextInt(50, 60));
            case LAPS -> nowNs + (1L << (36 + random.nextInt(7))) + random.nextInt(-(1 << 20), 1 << 20);
        };
    }

    /** Mostly of the round's time scale; often equal, sometimes past, rarely as far as possible. */
    private long mixedNs() {
        return switch (random.nextInt(16)) {
            case 0 -> nowNs - random.nextLong(1L << scaleBits);
            case 1 -> nowNs + random.nextLong(1L << random.nextInt(1, 62));
            case 2 -> nowNs + Long.MAX_VALUE / 2;
            case 3, 4, 5 -> nowNs + (1L << scaleBits);
            case 6, 7 -> ((nowNs >> scaleBits) + 1) << scaleBits;
            case 8 -> model.isEmpty() ? nowNs : model.first().deadlineNs() + random.nextInt(-1, 2);
            case 9 -> model.isEmpty() ? nowNs : model.last().deadlineNs() - random.nextInt(3);
            default -> nowNs + random.nextLong(1L << scaleBits);
        };
    }

    private void advance() {
        int roll = random.nextInt(1_000);
        if (roll < 5) {
            nowNs += random.nextLong(1L << scaleBits);
        } else if (roll < 10 && !model.isEmpty()) {
            nowNs = Math.max(nowNs, Math.min(model.first().deadlineNs(), nowNs + (1L << 45)) - 1);
        } else if (roll < 15) {
            nowNs -= random.nextInt(100);
        } else {
            nowNs += random.nextLong(Math.max(1, (1L << scaleBits) / maxPending)) | 1;
        }
    }

    private void arm(long deadlineNs) {
        int timer = wheel.arm(deadlineNs);
        assertEquals(model.size() + held == maxPending, timer == TimingWheel.FULL);
        if (timer != TimingWheel.FULL) {
            assertTrue(timer >= 0 && timer < maxPending && !byTimer.containsKey(timer));
            add(new Armed(deadlineNs, armings++, timer));
            assertEquals(deadlineNs, wheel.deadlineNs(timer));
        }
    }

    private void rearm(int timer, long deadlineNs) {
        if (timer >= 0) {
            wheel.rearm(timer, deadlineNs);
            remove(timer);
            add(new Armed(deadlineNs, armings++, timer));
            assertTrue(wheel.isPending(timer));
        }
    }

    private void cancel(int timer) {
        if (timer >= 0) {
            long handle = wheel.handle(timer);
            assertTrue(random.nextBoolean() ? wheel.cancel(timer) : wheel.cancelHandle(handle));
            remove(timer);
            assertFalse(wheel.cancelHandle(handle));
            assertFalse(wheel.cancel(timer));
        }
    }

    private void expire(int limit) {
        isReentrant = random.nextInt(4) == 0;
        long before = fired;
        int result = wheel.expire(nowNs, limit, this::onExpiry);
        assertEquals(fired - before, result);
        boolean isMoreDue = !model.isEmpty() && model.first().deadlineNs() <= nowNs;
        assertEquals(isMoreDue, wheel.hasMoreDue());
        assertTrue(result == limit || !isMoreDue);
    }

    private void onExpiry(int timer, long deadlineNs) {
        Armed expected = model.first();
        assertEquals(expected.deadlineNs(), deadlineNs);
        assertEquals(expected.timer(), timer);
        assertTrue(deadlineNs <= nowNs, "early");
        remove(timer);
        fired++;
        held = 1;
        if (isReentrant) {
            switch (random.nextInt(6)) {
                case 0 -> arm(deadlineNs());
                case 1 -> rearmFiring(timer, deadlineNs());
                case 2 -> cancel(anyPending());
                case 3 -> cancel(model.isEmpty() ? -1 : model.first().timer());
                case 4 -> rearm(anyPending(), deadlineNs());
                default -> {
                    rearmFiring(timer, deadlineNs());
                    cancel(timer);
                    arm(deadlineNs());
                }
            }
        }
        held = 0;
    }

    private void rearmFiring(int timer, long deadlineNs) {
        wheel.rearm(timer, deadlineNs);
        held = 0;
        add(new Armed(deadlineNs, armings++, timer));
    }

    private void drain() {
        isReentrant = false;
        nowNs = Long.MAX_VALUE;
        long left = model.size();
        long before = fired;
        while (wheel.expire(nowNs, 7, this::onExpiry) > 0) {
            assertEquals(left - (fired - before), wheel.pending());
        }
        assertEquals(0, wheel.pending());
        assertEquals(left, fired - before);
    }

    private void add(Armed armed) {
        model.add(armed);
        byTimer.put(armed.timer(), armed);
        positions.put(armed.timer(), pending.size());
        pending.add(armed.timer());
    }

    private void remove(int timer) {
        assertTrue(model.remove(byTimer.remove(timer)));
        int position = positions.remove(timer);
        int last = pending.remove(pending.size() - 1);
        if (last != timer) {
            pending.set(position, last);
            positions.put(last, position);
        }
    }

    private int anyPending() {
        return pending.isEmpty() ? -1 : pending.get(random.nextInt(pending.size()));
    }
}
