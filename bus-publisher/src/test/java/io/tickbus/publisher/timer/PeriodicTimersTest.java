package io.tickbus.publisher.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeriodicTimersTest {
    private static final long ANCHOR_NS = 1_000_000_000_007L;
    private static final long PERIOD_NS = 1_000_003;
    private static final long GRACE_NS = 10_000;
    private static final int LATE = 0x01;
    private static final int COALESCED = 0x02;

    private record Firing(int signalId, long key, long deadlineNs, int flags, int occurrence, int missed) {
        Firing(SignalRecord signal) {
            this(signal.signalId(), signal.key(), signal.deadlineNs(), signal.flags(), signal.occurrence(),
                    signal.missed());
        }
    }

    private final List<Firing> firings = new ArrayList<>();

    @Test
    void shouldFireAtAnchorPlusPeriodsWithoutDriftWhenAlwaysALittleLate() {
        PeriodicTimers timers = timers(timer(ANCHOR_NS, PERIOD_NS, 42));
        long n = 0;
        for (; n < 100_000; n++) {
            long deadlineNs = ANCHOR_NS + n * PERIOD_NS;
            assertEquals(deadlineNs, timers.nextDeadlineNs());
            assertEquals(0, expire(timers, deadlineNs - 1));
            firings.clear();
            assertEquals(1, expire(timers, deadlineNs + n % (GRACE_NS + 1)));
            assertEquals(List.of(new Firing(42, 7, deadlineNs, 0, (int) n, 0)), firings);
        }
        assertEquals(ANCHOR_NS + n * PERIOD_NS, timers.nextDeadlineNs());
    }

    @Test
    void shouldBeLateOnlyWhenPastGrace() {
        PeriodicTimers timers = timers(timer(ANCHOR_NS, PERIOD_NS, 42));
        expire(timers, ANCHOR_NS + GRACE_NS);
        expire(timers, ANCHOR_NS + PERIOD_NS + GRACE_NS + 1);
        assertEquals(List.of(new Firing(42, 7, ANCHOR_NS, 0, 0, 0),
                new Firing(42, 7, ANCHOR_NS + PERIOD_NS, LATE, 1, 0)), firings);
    }

    @Test
    void shouldFoldWhatWasMissedWhenStalled() {
        PeriodicTimers timers = timers(timer(ANCHOR_NS, PERIOD_NS, 42));
        expire(timers, ANCHOR_NS);
        expire(timers, ANCHOR_NS + 10 * PERIOD_NS);
        expire(timers, ANCHOR_NS + 11 * PERIOD_NS);
        assertEquals(List.of(new Firing(42, 7, ANCHOR_NS, 0, 0, 0),
                new Firing(42, 7, ANCHOR_NS + PERIOD_NS, LATE | COALESCED, 1, 9),
                new Firing(42, 7, ANCHOR_NS + 11 * PERIOD_NS, 0, 11, 0)), firings);
    }

    @Test
    void shouldFireEachOnItsOwnWhenGraceIsLongerThanStall() {
        PeriodicTimers timers = timers(new PeriodicTimer(ANCHOR_NS, PERIOD_NS, 42, 7, 100 * PERIOD_NS));
        assertEquals(11, expire(timers, ANCHOR_NS + 10 * PERIOD_NS));
        for (int i = 0; i < 11; i++) {
            assertEquals(new Firing(42, 7, ANCHOR_NS + i * PERIOD_NS, 0, i, 0), firings.get(i));
        }
    }

    @Test
    void shouldSumToElapsedOccurrencesWhenStallsAreRandom() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("PeriodicTimersTest -Dseed=" + seed);
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            long periodNs = 1_000L + random.nextInt(5_000_000);
            PeriodicTimers timers = timers(new PeriodicTimer(ANCHOR_NS, periodNs, 1, 2, random.nextInt(1_000_000)));
            firings.clear();
            long nowNs = ANCHOR_NS - 1;
            for (int step = 0; step < 300; step++) {
                nowNs += random.nextInt(10) == 0 ? random.nextInt(1_000_000_000) : random.nextInt(3_000_000);
                while (timers.expire(nowNs, 5, this::keep) == 5) {
                    assertTrue(timers.nextDeadlineNs() > ANCHOR_NS);
                }
                assertTrue(timers.nextDeadlineNs() > nowNs);
            }
            long elapsed = nowNs < ANCHOR_NS ? 0 : (nowNs - ANCHOR_NS) / periodNs + 1;
            assertEquals(elapsed, firings.stream().mapToLong(firing -> 1L + firing.missed()).sum(), "seed=" + seed);
            long occurrence = 0;
            for (Firing firing : firings) {
                assertEquals(occurrence, firing.occurrence(), "seed=" + seed);
                assertEquals(ANCHOR_NS + occurrence * periodNs, firing.deadlineNs(), "seed=" + seed);
                assertEquals(firing.missed() > 0, (firing.flags() & COALESCED) != 0, "seed=" + seed);
                occurrence += 1L + firing.missed();
            }
        }
    }

    @Test
    void shouldFireInDeadlineOrderAndTiesInListOrder() {
        PeriodicTimers timers = timers(timer(ANCHOR_NS + 50, 100_000, 3), timer(ANCHOR_NS, 50_000, 1),
                timer(ANCHOR_NS + 50, 100_000, 2));
        expire(timers, ANCHOR_NS + 50);
        expire(timers, ANCHOR_NS + 50_000);
        assertEquals(List.of(1, 3, 2, 1), firings.stream().map(Firing::signalId).toList());
    }

    @Test
    void shouldRespectLimit() {
        PeriodicTimers timers = timers(timer(ANCHOR_NS, 100_000, 1), timer(ANCHOR_NS, 100_000, 2),
                timer(ANCHOR_NS, 100_000, 3));
        assertEquals(2, timers.expire(ANCHOR_NS, 2, this::keep));
        assertEquals(ANCHOR_NS, timers.nextDeadlineNs(), "more is due");
        assertEquals(1, timers.expire(ANCHOR_NS, 2, this::keep));
        assertEquals(List.of(1, 2, 3), firings.stream().map(Firing::signalId).toList());
    }

    @Test
    void shouldHaveNoDeadlineWhenThereIsNoTimer() {
        PeriodicTimers timers = timers();
        assertEquals(Long.MAX_VALUE, timers.nextDeadlineNs());
        assertEquals(0, expire(timers, Long.MAX_VALUE));
    }

    @Test
    void shouldRefusePeriodWhenShorterThanMicrosecond() {
        for (long periodNs : new long[] {Long.MIN_VALUE, -1, 0, 999}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                    () -> timer(ANCHOR_NS, periodNs, 1));
            assertTrue(e.getMessage().contains("periodNs=" + periodNs), e.getMessage());
        }
    }

    private int expire(PeriodicTimers timers, long nowNs) {
        return timers.expire(nowNs, 1_000, this::keep);
    }

    private static PeriodicTimers timers(PeriodicTimer... timers) {
        return new PeriodicTimers(List.of(timers));
    }

    private static PeriodicTimer timer(long anchorNs, long periodNs, int signalId) {
        return new PeriodicTimer(anchorNs, periodNs, signalId, 7, GRACE_NS);
    }

    private long keep(SignalRecord firing) {
        firings.add(new Firing(firing));
        return firings.size() - 1L;
    }
}
