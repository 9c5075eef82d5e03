// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PredictiveWaitTest {
    private static final long MS = 1_000_000;
    private static final long INITIAL_GUARD_NS = 80_000;
    private static final long LATE_SPIN_NS = 100_000;
    /** Nearer than any guard. */
    private static final long NEAR_NS = 30_000;

    private final FakeCondition condition = new FakeCondition();
    private final WakeGuard guard = new WakeGuard();
    private final PredictiveWait wait = new PredictiveWait(condition, guard);

    @Test
    void shouldReturnAtOnceWhenGateIsOpen() {
        condition.readyAtNs = condition.nowNs;
        condition.deadlineNs = condition.nowNs + MS;
        wait.await(condition, condition.nowNs + 50 * MS);
        assertTrue(condition.parks.isEmpty());
    }

    @Test
    void shouldReturnAtOnceWhenTimeIsOver() {
        wait.await(condition, condition.nowNs);
        assertTrue(condition.parks.isEmpty());
    }

    @Test
    void shouldSleepUntilDeadlineLessGuard() {
        condition.deadlineNs = condition.nowNs + 10 * MS;
        wait.await(condition, condition.nowNs + 50 * MS);
        FakeCondition.Park park = condition.onlyPark();
        assertEquals(condition.deadlineNs - INITIAL_GUARD_NS, park.untilNs());
        assertEquals(condition.deadlineNs, park.plannedDeadlineNs());
        assertEquals(1, guard.wakeUps());
    }

    @Test
    void shouldReadDeadlineBeforeCondition() {
        // The publisher commits and then announces: the first check already finds the signal of the old deadline.
        condition.deadlineNs = condition.nowNs + MS;
        condition.onLook = () -> {
            condition.readyAtNs = condition.nowNs;
            condition.deadlineNs = condition.nowNs + 500 * MS;
        };
        wait.await(condition, condition.nowNs + 50 * MS);
        assertTrue(condition.parks.isEmpty(), "it slept through a signal that was there");
    }

    @Test
    void shouldSpinWithoutSleepWhenDeadlineIsNear() {
        condition.deadlineNs = condition.nowNs + NEAR_NS;
        condition.readyAtNs = condition.deadlineNs + 2_000;
        wait.await(condition, condition.nowNs + 50 * MS);
        assertTrue(condition.parks.isEmpty());
        assertTrue(condition.nowNs >= condition.readyAtNs && condition.nowNs < condition.readyAtNs + 2_000);
        assertEquals(0, wait.preemptions());
    }

    @Test
    void shouldStopSpinningWhenSignalDoesNotCome() {
        condition.deadlineNs = condition.nowNs + NEAR_NS;
        wait.await(condition, condition.nowNs + 50 * MS);
        assertTrue(condition.parks.isEmpty());
        assertTrue(condition.nowNs >= condition.deadlineNs + LATE_SPIN_NS);
        assertTrue(condition.nowNs < condition.deadlineNs + LATE_SPIN_NS + 1_000);
        // And then it sleeps, though the announced deadline is unchanged.
        long untilNs = condition.nowNs + 50 * MS;
        wait.await(condition, untilNs);
        assertEquals(untilNs, condition.onlyPark().untilNs());
        assertEquals(condition.deadlineNs, condition.onlyPark().plannedDeadlineNs());
    }

    @Test
    void shouldReplanWhenDeadlineChangesWhileSpinning() {
        condition.deadlineNs = condition.nowNs + NEAR_NS;
        long later = condition.nowNs + 500 * MS;
        long changesAtNs = condition.nowNs + 10_000;
        condition.onLook = () -> {
            if (condition.nowNs >= changesAtNs) {
                condition.deadlineNs = later;
            }
        };
        wait.await(condition, condition.nowNs + 50 * MS);
        assertTrue(condition.nowNs < changesAtNs + 2_000, "it spun on for a deadline that is none any more");
        long untilNs = condition.nowNs + 900 * MS;
        wait.await(condition, untilNs);
        assertEquals(later - INITIAL_GUARD_NS, condition.onlyPark().untilNs());
    }

    @Test
    void shouldParkUntilToldWhenThereIsNoDeadline() {
        long untilNs = condition.nowNs + 50 * MS;
        wait.await(condition, untilNs);
        assertEquals(untilNs, condition.onlyPark().untilNs());
        assertEquals(Long.MAX_VALUE, condition.onlyPark().plannedDeadlineNs());
        assertEquals(0, guard.wakeUps(), "a plain sleep teaches nothing");
    }

    @Test
    void shouldNeverWaitPastTimeGiven() {
        long[] deadlines = {Long.MIN_VALUE, -1, 0, 1, condition.nowNs - MS, condition.nowNs - 50_000, condition.nowNs,
            condition.nowNs + 1_000, condition.nowNs + 60_000, condition.nowNs + MS,
            condition.nowNs + 3_000 * MS, Long.MAX_VALUE - 1,
            Long.MAX_VALUE};
        for (long deadline : deadlines) {
            for (long horizon : new long[] {-1, 0, 1, 500, 50_000, MS, 50 * MS}) {
                condition.parks.clear();
                condition.deadlineNs = deadline;
                long startNs = condition.nowNs;
                long untilNs = startNs + horizon;
                wait.await(condition, untilNs);
                condition.parks.forEach(park -> assertTrue(park.untilNs() <= untilNs, () -> "deadlineNs=" + deadline));
                assertTrue(condition.nowNs <= Math.max(untilNs, startNs) + 1_000, "deadlineNs=" + deadline);
            }
        }
    }

    @Test
    void shouldLearnNothingWhenWokenEarly() {
        condition.deadlineNs = condition.nowNs + 10 * MS;
        condition.readyAtNs = condition.nowNs + 3 * MS;
        wait.await(condition, condition.nowNs + 50 * MS);
        assertEquals(0, guard.wakeUps());
        assertEquals(INITIAL_GUARD_NS, guard.guardNs());
    }

    @Test
    void shouldLearnOversleepWhenSleepRanToItsTime() {
        condition.oversleepNs = 200_000;
        condition.deadlineNs = condition.nowNs + 10 * MS;
        wait.await(condition, condition.nowNs + 50 * MS);
        assertEquals(1, guard.wakeUps());
        assertTrue(guard.guardNs() > INITIAL_GUARD_NS);
    }

    @Test
    void shouldParkPlainlyWhenPreemptedAgainAndAgain() {
        preemptThreeTimes();
        assertTrue(wait.isYielding());
        condition.deadlineNs = condition.nowNs + 10 * MS;
        long untilNs = condition.nowNs + 50 * MS;
        wait.await(condition, untilNs);
        assertEquals(untilNs, condition.onlyPark().untilNs());
        assertEquals(Long.MIN_VALUE, condition.onlyPark().plannedDeadlineNs());
    }

    @Test
    void shouldComeBackWhenTimeOfYieldingIsOver() {
        preemptThreeTimes();
        condition.nowNs += 101 * MS;
        assertFalse(wait.isYielding());
        condition.deadlineNs = condition.nowNs + 10 * MS;
        wait.await(condition, condition.nowNs + 50 * MS);
        assertEquals(condition.deadlineNs, condition.onlyPark().plannedDeadlineNs());
    }

    @Test
    void shouldYieldLongerEachTimeUpToBound() {
        long expectedNs = 100 * MS;
        for (int i = 0; i < 8; i++) {
            preemptThreeTimes();
            condition.nowNs += expectedNs - MS;
            assertTrue(wait.isYielding(), "round=" + i);
            condition.nowNs += 2 * MS;
            assertFalse(wait.isYielding(), "round=" + i);
            expectedNs = Math.min(2 * expectedNs, 1_600 * MS);
        }
    }

    @Test
    void shouldForgetPreemptionsWhenCalm() {
        preempt();
        preempt();
        for (int i = 0; i < 16; i++) {
            condition.deadlineNs = condition.nowNs + NEAR_NS;
            condition.readyAtNs = condition.deadlineNs;
            wait.await(condition, condition.nowNs + 50 * MS);
            condition.readyAtNs = Long.MAX_VALUE;
        }
        preempt();
        assertFalse(wait.isYielding());
        assertEquals(3, wait.preemptions());
    }

    private void preemptThreeTimes() {
        preempt();
        preempt();
        assertFalse(wait.isYielding());
        preempt();
    }

    /** One spin in whose middle the processor is taken away for two milliseconds. */
    private void preempt() {
        long before = wait.preemptions();
        condition.deadlineNs = condition.nowNs + NEAR_NS;
        long looksBefore = condition.looks;
        condition.onLook = () -> {
            if (condition.looks == looksBefore + 6) {
                condition.nowNs += 2 * MS;
            }
        };
        wait.await(condition, condition.nowNs + 50 * MS);
        condition.onLook = () -> { };
        assertEquals(before + 1, wait.preemptions());
    }
}
