// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static io.tickbus.timer.Firing.COALESCED;
import static io.tickbus.timer.Firing.LAST;
import static io.tickbus.timer.Firing.LATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MisfireTest {
    private static final long ANCHOR_NS = 1_000_000_000_007L;
    private static final long PERIOD_NS = 1_000_003;
    private static final long GRACE_US = 10;
    private static final long GRACE_NS = 1_000 * GRACE_US;
    private static final long TWO_TO_31 = 1L << 31;

    private final FiringLog log = new FiringLog();

    @ParameterizedTest
    @EnumSource
    void shouldFireAtAnchorPlusPeriodsWithoutDriftWhenAlwaysALittleLate(MisfirePolicy policy) {
        TimerEngine engine = engine(policy, 5);
        long n = 0;
        for (; n < 100_000; n++) {
            long deadlineNs = ANCHOR_NS + n * PERIOD_NS;
            assertEquals(deadlineNs, engine.nextDeadlineNs());
            assertEquals(0, engine.expire(deadlineNs - 1, 100, log));
            assertEquals(List.of(firing(n, 0, 0)), expire(engine, deadlineNs + n % (GRACE_NS + 1)));
        }
        assertEquals(ANCHOR_NS + n * PERIOD_NS, engine.nextDeadlineNs());
    }

    @Test
    void shouldBeLateOnlyWhenPastGrace() {
        TimerEngine engine = engine(MisfirePolicy.FIRE_ONCE, 0);
        assertEquals(List.of(firing(0, 0, 0)), expire(engine, ANCHOR_NS + GRACE_NS));
        assertEquals(List.of(firing(1, LATE, 0)), expire(engine, ANCHOR_NS + PERIOD_NS + GRACE_NS + 1));
    }

    @ParameterizedTest
    @EnumSource
    void shouldFireEachInTimeWhenPutOffBySlackOnPurpose(MisfirePolicy policy) {
        TimerEngine engine = engine(policy, 5);
        engine.ecoSlackNs(PERIOD_NS);
        long slackNs = engine.shortestSlackNs();
        assertTrue(slackNs > GRACE_NS && slackNs <= PERIOD_NS / 8, "slackNs=" + slackNs);
        for (long n = 0; n < 1_000; n++) {
            assertEquals(List.of(firing(n, 0, 0)),
                    expire(engine, ANCHOR_NS + n * PERIOD_NS + slackNs + n % (GRACE_NS + 1)));
        }
        List<Firing> late = expire(engine, ANCHOR_NS + 1_000 * PERIOD_NS + slackNs + GRACE_NS + 1);
        assertEquals(policy == MisfirePolicy.SKIP ? List.of() : List.of(firing(1_000, LATE, 0)), late);
        engine.ecoSlackNs(0);
        assertEquals(policy == MisfirePolicy.SKIP ? List.of() : List.of(firing(1_001, LATE, 0)),
                expire(engine, ANCHOR_NS + 1_001 * PERIOD_NS + slackNs), "a delay beyond the slack is late");
    }

    @Test
    void shouldRefuseToSkipWithoutAnyGrace() {
        TimerEngine engine = TimerEngine.create(new TimerQuotas(10, 10));
        assertEquals(ReplyCode.INVALID, engine.execute(
                EngineFixture.periodic(ANCHOR_NS, PERIOD_NS, 42, 7, 0).misfire(MisfirePolicy.SKIP, 0)));
        assertEquals(ReplyCode.ARMED, engine.execute(
                new TimerCommand().arm(7, 42, ANCHOR_NS).periodNs(PERIOD_NS).misfire(MisfirePolicy.SKIP, 0)));
        assertEquals(List.of(new Firing(0, 42, 7, ANCHOR_NS, 0, 0, 0)),
                expire(engine, ANCHOR_NS + 1_000L * TimerCommand.DEFAULT_GRACE_US));
    }

    @Test
    void shouldFoldIntoEarliestWhenFireOnce() {
        TimerEngine engine = engine(MisfirePolicy.FIRE_ONCE, 0);
        expire(engine, ANCHOR_NS);
        assertEquals(List.of(firing(1, LATE | COALESCED, 9)), expire(engine, ANCHOR_NS + 10 * PERIOD_NS));
        assertEquals(List.of(firing(11, 0, 0)), expire(engine, ANCHOR_NS + 11 * PERIOD_NS));
    }

    @Test
    void shouldTellNextInTimeWhatWasSkipped() {
        TimerEngine engine = engine(MisfirePolicy.SKIP, 0);
        expire(engine, ANCHOR_NS);
        assertEquals(List.of(), expire(engine, ANCHOR_NS + 3 * PERIOD_NS + GRACE_NS + 1));
        assertEquals(ANCHOR_NS + 4 * PERIOD_NS, engine.nextDeadlineNs());
        assertEquals(List.of(), expire(engine, ANCHOR_NS + 5 * PERIOD_NS - 1));
        assertEquals(List.of(firing(7, COALESCED, 6)), expire(engine, ANCHOR_NS + 7 * PERIOD_NS + GRACE_NS));
        assertEquals(List.of(firing(8, 0, 0)), expire(engine, ANCHOR_NS + 8 * PERIOD_NS));
    }

    @Test
    void shouldFireOneByOneUpToCapWhenFireAll() {
        TimerEngine engine = engine(MisfirePolicy.FIRE_ALL, 4);
        assertEquals(List.of(firing(0, LATE, 0), firing(1, LATE, 0), firing(2, 0, 0)),
                expire(engine, ANCHOR_NS + 2 * PERIOD_NS));
        assertEquals(List.of(firing(3, LATE, 0), firing(4, LATE, 0), firing(5, LATE, 0),
                firing(6, LATE | COALESCED, 13), firing(20, 0, 0)), expire(engine, ANCHOR_NS + 20 * PERIOD_NS));
        assertEquals(List.of(firing(21, LATE, 0), firing(22, LATE, 0), firing(23, LATE, 0), firing(24, LATE, 0),
                firing(25, 0, 0)), expire(engine, ANCHOR_NS + 25 * PERIOD_NS), "the cap starts again");
    }

    @Test
    void shouldFireEachOnItsOwnWhenGraceIsLongerThanStall() {
        TimerEngine engine = EngineFixture.engine(EngineFixture.periodic(ANCHOR_NS, PERIOD_NS, 42, 7, 100_000));
        List<Firing> firings = expire(engine, ANCHOR_NS + 10 * PERIOD_NS);
        assertEquals(11, firings.size());
        for (int i = 0; i < 11; i++) {
            assertEquals(firing(i, 0, 0), firings.get(i));
        }
    }

    @Test
    void shouldTakeTurnsWithOthersWhenFarBehind() {
        TimerEngine engine = engine(MisfirePolicy.FIRE_ALL, 1_000);
        for (int i = 0; i < 100; i++) {
            engine.arm(1_000 + i, 1, ANCHOR_NS + i * PERIOD_NS + 1);
        }
        List<Firing> firings = expire(engine, ANCHOR_NS + 99 * PERIOD_NS + 1);
        assertEquals(200, firings.size());
        assertEquals(0, firings.get(0).occurrence());
        for (int i = 1; i <= 100; i++) {
            assertEquals(999 + i, firings.get(i).key(), "other timers do not wait for the one that catches up");
        }
        for (int i = 1; i < 100; i++) {
            assertEquals(firing(i, i < 99 ? LATE : 0, 0), firings.get(100 + i));
        }
    }

    @Test
    void shouldKeepDeadlineOrderWhenLittleBehind() {
        TimerEngine engine = EngineFixture.engine(EngineFixture.periodic(ANCHOR_NS, 1_000, 42, 7, 0)
                .misfire(MisfirePolicy.FIRE_ALL, 1_000));
        for (int i = 0; i < 100; i++) {
            engine.arm(1_000 + i, 1, ANCHOR_NS + i * 1_000L + 1);
        }
        List<Firing> firings = expire(engine, ANCHOR_NS + 100 * 1_000L - 1);
        assertEquals(200, firings.size());
        for (int i = 1; i < 200; i++) {
            assertTrue(firings.get(i).deadlineNs() > firings.get(i - 1).deadlineNs());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldLoseNoCountWhenMoreThanOneRecordCanCarry(MisfirePolicy policy) {
        long periodNs = 1_000;
        TimerEngine engine = EngineFixture.engine(EngineFixture.periodic(0, periodNs, 42, 7, GRACE_US)
                .misfire(policy, 3));
        long nowNs = (5 * TWO_TO_31 + 1_234_567) * periodNs;
        List<Firing> firings = new ArrayList<>(expire(engine, nowNs));
        firings.addAll(expire(engine, nowNs + periodNs));
        assertEquals(nowNs / periodNs + 2, firings.stream().mapToLong(firing -> 1L + firing.missed()).sum());
        assertTrue(firings.size() < 40, () -> "a burst of " + firings.size());
        assertTrue(firings.stream().allMatch(firing -> firing.missed() >= 0), firings::toString);
        assertEquals(5, firings.stream().filter(firing -> firing.missed() == Integer.MAX_VALUE).count(),
                firings::toString);
    }

    @Test
    void shouldFireOnceWhenDueOnceAndVeryLate() {
        for (MisfirePolicy policy : MisfirePolicy.values()) {
            TimerEngine engine = EngineFixture.engine(
                    new TimerCommand().arm(7, 42, ANCHOR_NS).misfire(policy, 1).graceUs(GRACE_US),
                    new TimerCommand().arm(8, 42, ANCHOR_NS).misfire(policy, 1).graceUs(GRACE_US + 1));
            assertEquals(List.of(new Firing(0, 42, 7, ANCHOR_NS, LATE | LAST, 0, 0),
                    new Firing(0, 42, 8, ANCHOR_NS, LAST, 0, 0)), expire(engine, ANCHOR_NS + GRACE_NS + 1));
            assertEquals(0, engine.pending());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSumToElapsedOccurrencesWhenStallsAreRandom(MisfirePolicy policy) {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("MisfireTest -Dseed=" + seed);
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            long periodNs = 1_000L + random.nextInt(5_000_000);
            int cap = 1 + random.nextInt(50);
            TimerEngine engine = EngineFixture.engine(EngineFixture
                    .periodic(ANCHOR_NS, periodNs, 1, 2, 1 + random.nextInt(1_000)).misfire(policy, cap));
            List<Firing> firings = new ArrayList<>();
            long nowNs = ANCHOR_NS - 1;
            for (int step = 0; step < 300; step++) {
                nowNs += random.nextInt(10) == 0 ? random.nextInt(1_000_000_000) : random.nextInt(3_000_000);
                firings.addAll(log.expireAll(engine, nowNs, 5));
                assertTrue(engine.nextDeadlineNs() > nowNs);
            }
            long elapsed = nowNs < ANCHOR_NS ? 0 : (nowNs - ANCHOR_NS) / periodNs + 1;
            long accounted = check(firings, policy, periodNs, "seed=" + seed);
            long pending = (engine.nextDeadlineNs() - ANCHOR_NS) / periodNs;
            assertEquals(elapsed, pending, "seed=" + seed);
            assertTrue(policy == MisfirePolicy.SKIP ? accounted <= elapsed : accounted == elapsed, "seed=" + seed);
            firings.addAll(expire(engine, engine.nextDeadlineNs()));
            assertEquals(elapsed + 1, check(firings, policy, periodNs, "seed=" + seed), "seed=" + seed);
        }
    }

    /** Checks numbers, deadlines and flags of one timer's firings; returns how many occurrences they stand for. */
    private static long check(List<Firing> firings, MisfirePolicy policy, long periodNs, String hint) {
        long occurrence = 0;
        for (Firing firing : firings) {
            boolean isBefore = policy == MisfirePolicy.SKIP;
            assertEquals(occurrence + (isBefore ? firing.missed() : 0), firing.occurrence(), hint);
            assertEquals(ANCHOR_NS + firing.occurrence() * periodNs, firing.deadlineNs(), hint);
            assertEquals(firing.missed() > 0, firing.is(COALESCED), hint);
            assertTrue(!isBefore || !firing.is(LATE), hint);
            occurrence += 1L + firing.missed();
        }
        return occurrence;
    }

    private List<Firing> expire(TimerEngine engine, long nowNs) {
        return log.expireAll(engine, nowNs, 1_000);
    }

    private static TimerEngine engine(MisfirePolicy policy, int cap) {
        return EngineFixture.engine(
                EngineFixture.periodic(ANCHOR_NS, PERIOD_NS, 42, 7, GRACE_US).misfire(policy, cap));
    }

    private static Firing firing(long occurrence, int flags, int missed) {
        return new Firing(0, 42, 7, ANCHOR_NS + occurrence * PERIOD_NS, flags, (int) occurrence, missed);
    }
}
