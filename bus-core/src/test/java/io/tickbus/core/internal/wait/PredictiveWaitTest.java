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
    private static final long PATIENCE_NS = 100_000;
    /** Nearer than any guard. */
    private static final long NEAR_NS = 30_000;

    private final FakeGate gate = new FakeGate();
    private final WakeGuard guard = new WakeGuard();
    private final PredictiveWait wait = new PredictiveWait(gate, guard);

    @Test
    void shouldReturnAtOnceWhenGateIsOpen() {
        gate.opensAtNs = gate.nowNs;
        gate.deadlineNs = gate.nowNs + MS;
        wait.await(gate, gate.nowNs + 50 * MS);
        assertTrue(gate.parks.isEmpty());
    }

    @Test
    void shouldReturnAtOnceWhenTimeIsOver() {
        wait.await(gate, gate.nowNs);
        assertTrue(gate.parks.isEmpty());
    }

    @Test
    void shouldSleepUntilDeadlineLessGuard() {
        gate.deadlineNs = gate.nowNs + 10 * MS;
        wait.await(gate, gate.nowNs + 50 * MS);
        FakeGate.Park park = gate.onlyPark();
        assertEquals(gate.deadlineNs - INITIAL_GUARD_NS, park.untilNs());
        assertEquals(gate.deadlineNs, park.plannedDeadlineNs());
        assertEquals(1, guard.wakeUps());
    }

    @Test
    void shouldReadDeadlineBeforeLookingAtGate() {
        // The publisher commits and then announces: at the first look the signal of the old deadline is there.
        gate.deadlineNs = gate.nowNs + MS;
        gate.onLook = () -> {
            gate.opensAtNs = gate.nowNs;
            gate.deadlineNs = gate.nowNs + 500 * MS;
        };
        wait.await(gate, gate.nowNs + 50 * MS);
        assertTrue(gate.parks.isEmpty(), "it slept through a signal that was there");
    }

    @Test
    void shouldSpinWithoutSleepWhenDeadlineIsNear() {
        gate.deadlineNs = gate.nowNs + NEAR_NS;
        gate.opensAtNs = gate.deadlineNs + 2_000;
        wait.await(gate, gate.nowNs + 50 * MS);
        assertTrue(gate.parks.isEmpty());
        assertTrue(gate.nowNs >= gate.opensAtNs && gate.nowNs < gate.opensAtNs + 2_000);
        assertEquals(0, wait.preemptions());
    }

    @Test
    void shouldStopSpinningWhenSignalDoesNotCome() {
        gate.deadlineNs = gate.nowNs + NEAR_NS;
        wait.await(gate, gate.nowNs + 50 * MS);
        assertTrue(gate.parks.isEmpty());
        assertTrue(gate.nowNs >= gate.deadlineNs + PATIENCE_NS);
        assertTrue(gate.nowNs < gate.deadlineNs + PATIENCE_NS + 1_000);
        // And then it sleeps, though the deadline stands.
        long untilNs = gate.nowNs + 50 * MS;
        wait.await(gate, untilNs);
        assertEquals(untilNs, gate.onlyPark().untilNs());
        assertEquals(gate.deadlineNs, gate.onlyPark().plannedDeadlineNs());
    }

    @Test
    void shouldReplanWhenDeadlineChangesWhileSpinning() {
        gate.deadlineNs = gate.nowNs + NEAR_NS;
        long later = gate.nowNs + 500 * MS;
        long changesAtNs = gate.nowNs + 10_000;
        gate.onLook = () -> {
            if (gate.nowNs >= changesAtNs) {
                gate.deadlineNs = later;
            }
        };
        wait.await(gate, gate.nowNs + 50 * MS);
        assertTrue(gate.nowNs < changesAtNs + 2_000, "it spun on for a deadline that is none any more");
        long untilNs = gate.nowNs + 900 * MS;
        wait.await(gate, untilNs);
        assertEquals(later - INITIAL_GUARD_NS, gate.onlyPark().untilNs());
    }

    @Test
    void shouldParkUntilToldWhenThereIsNoDeadline() {
        long untilNs = gate.nowNs + 50 * MS;
        wait.await(gate, untilNs);
        assertEquals(untilNs, gate.onlyPark().untilNs());
        assertEquals(Long.MAX_VALUE, gate.onlyPark().plannedDeadlineNs());
        assertEquals(0, guard.wakeUps(), "a plain sleep teaches nothing");
    }

    @Test
    void shouldNeverWaitPastTimeGiven() {
        long[] deadlines = {Long.MIN_VALUE, -1, 0, 1, gate.nowNs - MS, gate.nowNs - 50_000, gate.nowNs,
            gate.nowNs + 1_000, gate.nowNs + 60_000, gate.nowNs + MS, gate.nowNs + 3_000 * MS, Long.MAX_VALUE - 1,
            Long.MAX_VALUE};
        for (long deadline : deadlines) {
            for (long horizon : new long[] {-1, 0, 1, 500, 50_000, MS, 50 * MS}) {
                gate.parks.clear();
                gate.deadlineNs = deadline;
                long startNs = gate.nowNs;
                long untilNs = startNs + horizon;
                wait.await(gate, untilNs);
                gate.parks.forEach(park -> assertTrue(park.untilNs() <= untilNs, () -> "deadlineNs=" + deadline));
                assertTrue(gate.nowNs <= Math.max(untilNs, startNs) + 1_000, "deadlineNs=" + deadline);
            }
        }
    }

    @Test
    void shouldLearnNothingWhenWokenEarly() {
        gate.deadlineNs = gate.nowNs + 10 * MS;
        gate.opensAtNs = gate.nowNs + 3 * MS;
        wait.await(gate, gate.nowNs + 50 * MS);
        assertEquals(0, guard.wakeUps());
        assertEquals(INITIAL_GUARD_NS, guard.guardNs());
    }

    @Test
    void shouldLearnOversleepWhenSleepRanToItsTime() {
        gate.oversleepNs = 200_000;
        gate.deadlineNs = gate.nowNs + 10 * MS;
        wait.await(gate, gate.nowNs + 50 * MS);
        assertEquals(1, guard.wakeUps());
        assertTrue(guard.guardNs() > INITIAL_GUARD_NS);
    }

    @Test
    void shouldParkPlainlyWhenPreemptedAgainAndAgain() {
        preemptThreeTimes();
        assertTrue(wait.isYielding());
        gate.deadlineNs = gate.nowNs + 10 * MS;
        long untilNs = gate.nowNs + 50 * MS;
        wait.await(gate, untilNs);
        assertEquals(untilNs, gate.onlyPark().untilNs());
        assertEquals(Long.MIN_VALUE, gate.onlyPark().plannedDeadlineNs());
    }

    @Test
    void shouldComeBackWhenTimeOfYieldingIsOver() {
        preemptThreeTimes();
        gate.nowNs += 101 * MS;
        assertFalse(wait.isYielding());
        gate.deadlineNs = gate.nowNs + 10 * MS;
        wait.await(gate, gate.nowNs + 50 * MS);
        assertEquals(gate.deadlineNs, gate.onlyPark().plannedDeadlineNs());
    }

    @Test
    void shouldYieldLongerEachTimeUpToBound() {
        long expectedNs = 100 * MS;
        for (int i = 0; i < 8; i++) {
            preemptThreeTimes();
            gate.nowNs += expectedNs - MS;
            assertTrue(wait.isYielding(), "round=" + i);
            gate.nowNs += 2 * MS;
            assertFalse(wait.isYielding(), "round=" + i);
            expectedNs = Math.min(2 * expectedNs, 1_600 * MS);
        }
    }

    @Test
    void shouldForgetPreemptionsWhenCalm() {
        preempt();
        preempt();
        for (int i = 0; i < 16; i++) {
            gate.deadlineNs = gate.nowNs + NEAR_NS;
            gate.opensAtNs = gate.deadlineNs;
            wait.await(gate, gate.nowNs + 50 * MS);
            gate.opensAtNs = Long.MAX_VALUE;
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
        gate.deadlineNs = gate.nowNs + NEAR_NS;
        long looksBefore = gate.looks;
        gate.onLook = () -> {
            if (gate.looks == looksBefore + 6) {
                gate.nowNs += 2 * MS;
            }
        };
        wait.await(gate, gate.nowNs + 50 * MS);
        gate.onLook = () -> { };
        assertEquals(before + 1, wait.preemptions());
    }
}
