// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CalendarTimersTest {
    private static final long NOW_NS = 1_000_000_000_000L;
    private static final long OFFSET_NS = 1_700_000_000_000_000_000L;
    private static final long HOUR_NS = 3_600_000_000_000L;
    private static final long MS = 1_000_000;
    private static final int OWNER = 7;
    private static final int TIMERS = 5_000;

    private long offsetNs = OFFSET_NS;
    private final TimerEngine engine = engine();
    private final FiringLog log = new FiringLog();
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();

    private TimerEngine engine() {
        return TimerEngine.create(new TimerQuotas(100_000, 100_000), 1024, () -> offsetNs);
    }

    /** Arms a timer for what CLOCK_REALTIME would show at this time of CLOCK_MONOTONIC if nobody set it. */
    private TimerCommand at(long key, long dueNs) {
        return command.armAt(key, 1, OFFSET_NS + dueNs);
    }

    private void step(long forwardsNs) {
        offsetNs += forwardsNs;
        engine.store().wheels().readRealtimeNs(0);
    }

    private List<Firing> fire(long nowNs) {
        return log.expireAll(engine, nowNs, Integer.MAX_VALUE);
    }

    private List<Long> expire(long nowNs) {
        return fire(nowNs).stream().map(Firing::key).toList();
    }

    @Test
    void shouldFollowTheClockForwardsAndBackwardsAndLeaveOtherTimers() {
        engine.execute(at(1, NOW_NS + HOUR_NS));
        engine.arm(2, 1, NOW_NS + HOUR_NS);
        step(HOUR_NS / 2);
        assertEquals(NOW_NS + HOUR_NS / 2, engine.nextDeadlineNs());
        step(-HOUR_NS);
        assertEquals(NOW_NS + HOUR_NS, engine.nextDeadlineNs());
        assertEquals(List.of(2L), expire(NOW_NS + HOUR_NS));
        assertEquals(NOW_NS + HOUR_NS + HOUR_NS / 2, engine.nextDeadlineNs());
        assertEquals(2, engine.clockSteps());
    }

    @Test
    void shouldFireAtOnceWhatAStepMakesDueAndNotAgainWhenTheClockGoesBack() {
        engine.execute(at(1, NOW_NS + HOUR_NS));
        engine.execute(at(2, NOW_NS + HOUR_NS).periodNs(HOUR_NS));
        step(HOUR_NS);
        assertEquals(List.of(1L, 2L), expire(NOW_NS));
        step(-HOUR_NS);
        assertEquals(List.of(), expire(NOW_NS + HOUR_NS));
        assertEquals(NOW_NS + 2 * HOUR_NS, engine.nextDeadlineNs(), "the next occurrence by its clock");
    }

    @Test
    void shouldFireEachAtItsTimeWhenTimersAreArmedBetweenManySteps() {
        for (int key = 0; key < TIMERS; key++) {
            engine.execute(at(key, NOW_NS + HOUR_NS));
        }
        long[] steps = {1_000, 500, -100, HOUR_NS, -HOUR_NS, 700, -700, 3 * MS};
        long sumNs = 0;
        for (int i = 0; i < steps.length; i++) {
            step(steps[i]);
            sumNs += steps[i];
            engine.execute(at(TIMERS + i, NOW_NS + HOUR_NS));
            assertEquals(NOW_NS + HOUR_NS - sumNs, engine.nextDeadlineNs());
        }
        assertEquals(0, engine.doHousekeeping(), "nothing is left to do after a step");
        assertEquals(List.of(), expire(NOW_NS + HOUR_NS - sumNs - 1));
        assertEquals(TIMERS + steps.length, expire(NOW_NS + HOUR_NS - sumNs).size());
    }

    @Test
    void shouldFireAtItsTimeWhenTwoStepsCancelOut() {
        engine.execute(at(1, NOW_NS + HOUR_NS));
        step(HOUR_NS / 2);
        engine.execute(at(2, NOW_NS + HOUR_NS));
        step(-HOUR_NS / 2);
        assertEquals(List.of(), expire(NOW_NS + HOUR_NS - 1));
        assertEquals(List.of(1L, 2L), expire(NOW_NS + HOUR_NS));
    }

    @Test
    void shouldNeverFireEarlyWhenTheClockIsSetBackAndNobodyHasLooked() {
        engine.execute(at(1, NOW_NS));
        engine.execute(at(2, NOW_NS).periodNs(MS));
        offsetNs -= 1;
        assertEquals(List.of(), expire(NOW_NS));
        assertEquals(NOW_NS + 1, engine.nextDeadlineNs());
        offsetNs -= HOUR_NS;
        assertEquals(List.of(), expire(NOW_NS + 1));
        offsetNs += HOUR_NS;
        assertEquals(2, expire(NOW_NS + HOUR_NS + 1).size());
    }

    @Test
    void shouldNoticeWithin100MillisecondsThatTheClockWasSetForwards() {
        assertEquals(Long.MAX_VALUE, engine.pollCalendar(NOW_NS), "there are no calendar timers");
        engine.openOwner(OWNER);
        engine.execute(OWNER, at(1, NOW_NS + HOUR_NS), NOW_NS, 0, reply);
        long lookNs = engine.pollCalendar(NOW_NS);
        assertEquals(NOW_NS + 100 * MS, lookNs);
        offsetNs += HOUR_NS;
        assertEquals(lookNs, engine.pollCalendar(lookNs - 1));
        assertEquals(NOW_NS + HOUR_NS, engine.nextDeadlineNs());
        assertEquals(lookNs + 100 * MS, engine.pollCalendar(lookNs));
        assertEquals(NOW_NS, engine.nextDeadlineNs());
        assertEquals(List.of(1L), expire(lookNs));
        assertEquals(Long.MAX_VALUE, engine.pollCalendar(lookNs));
    }

    @Test
    void shouldFireInDeadlineOrderAcrossBothClocks() {
        List<Long> expected = new ArrayList<>();
        for (long key = 0; key < 200; key++) {
            engine.execute(key % 3 == 0 ? at(key, NOW_NS + 7 * key) : command.arm(key, 1, NOW_NS + 7 * key));
            expected.add(key);
        }
        engine.prefetch(NOW_NS + HOUR_NS);
        assertEquals(expected, expire(NOW_NS + HOUR_NS));
    }

    @Test
    void shouldGiveOthersTheirTurnWhileCalendarTimersCatchUp() {
        engine.execute(at(1, NOW_NS).periodNs(MS).misfire(MisfirePolicy.FIRE_ALL, 1_000));
        engine.execute(command.arm(2, 1, NOW_NS).periodNs(MS).misfire(MisfirePolicy.FIRE_ALL, 1_000));
        engine.arm(3, 1, NOW_NS + 400 * MS);
        List<Long> keys = expire(NOW_NS + 500 * MS);
        assertEquals(1_003, keys.size());
        assertTrue(keys.indexOf(3L) < 10, "waited for " + keys.indexOf(3L));
        long calendar = keys.subList(0, 500).stream().filter(key -> key == 1).count();
        assertTrue(calendar > 200 && calendar < 300, "of the first 500 firings: " + calendar);
    }

    @Test
    void shouldMoveAKeyFromOneClockToTheOtherWhenItIsArmedAgain() {
        for (boolean isHeld : new boolean[] {false, true}) {
            engine.execute(at(1, NOW_NS + HOUR_NS));
            if (isHeld) {
                engine.execute(command.reset(CommandLayout.TYPE_PAUSE, 1));
            }
            engine.execute(command.arm(1, 1, NOW_NS + HOUR_NS / 2));
            assertEquals(NOW_NS + HOUR_NS / 2, engine.nextDeadlineNs());
            if (isHeld) {
                engine.execute(command.reset(CommandLayout.TYPE_PAUSE, 1));
            }
            engine.execute(at(1, NOW_NS + HOUR_NS));
            assertEquals(NOW_NS + HOUR_NS, engine.nextDeadlineNs());
            assertEquals(ReplyCode.CANCELLED, engine.cancel(1));
            assertEquals(0, engine.pending());
            assertEquals(0, engine.store().wheels().pending());
        }
    }

    @Test
    void shouldKeepTheRestOfAHeldTimerAndThePhaseOfAPeriodicOne() {
        engine.openOwner(OWNER);
        engine.execute(OWNER, at(1, NOW_NS + HOUR_NS), NOW_NS, 0, reply);
        engine.execute(OWNER, at(2, NOW_NS + HOUR_NS).periodNs(HOUR_NS), NOW_NS, 0, reply);
        for (int key = 1; key <= 2; key++) {
            engine.execute(OWNER, command.reset(CommandLayout.TYPE_PAUSE, key), NOW_NS, 0, reply);
        }
        step(10 * HOUR_NS + HOUR_NS / 2);
        assertEquals(Long.MAX_VALUE, engine.nextDeadlineNs());
        engine.execute(OWNER, command.reset(CommandLayout.TYPE_RESUME, 1), NOW_NS + 5, 0, reply);
        assertEquals(NOW_NS + 5 + HOUR_NS, reply.deadlineNs(), "the time that was left");
        engine.execute(OWNER, command.reset(CommandLayout.TYPE_RESUME, 2), NOW_NS + 5, 0, reply);
        assertEquals(NOW_NS + HOUR_NS / 2, reply.deadlineNs(), "eleven o'clock");
        Firing second = fire(NOW_NS + HOUR_NS / 2).get(0);
        assertEquals(10, second.occurrence());
        assertEquals(0, second.missed());
    }

    @Test
    void shouldFollowTheClockWhileOwnersDie() {
        engine.openOwner(OWNER);
        engine.execute(OWNER, at(1, NOW_NS + HOUR_NS), NOW_NS, 0, reply);
        for (int owner = 8; owner < 40; owner++) {
            engine.openOwner(owner);
            for (int key = 0; key < 100; key++) {
                engine.execute(owner, at(key, NOW_NS + HOUR_NS), NOW_NS, 0, reply);
            }
            engine.cancelOwner(owner);
        }
        step(HOUR_NS / 2);
        engine.doHousekeeping();
        assertTrue(engine.pending() > 1, "owners are still closing");
        assertEquals(NOW_NS + HOUR_NS / 2, engine.nextDeadlineNs());
        assertEquals(List.of(1L), expire(NOW_NS + HOUR_NS / 2));
    }

    @Test
    void shouldSayMonotonicTimesInRepliesListsAndRecords() {
        engine.openOwner(OWNER);
        engine.execute(OWNER, at(1, NOW_NS + HOUR_NS), NOW_NS, 0, reply);
        assertEquals(NOW_NS + HOUR_NS, reply.deadlineNs());
        step(HOUR_NS / 2);
        List<Long> listed = new ArrayList<>();
        engine.list(OWNER, 0, 10, entry -> listed.add(entry.deadlineNs()), reply);
        assertEquals(NOW_NS + HOUR_NS / 2, listed.get(0));
        assertEquals(NOW_NS + HOUR_NS / 2, fire(NOW_NS + HOUR_NS).get(0).deadlineNs());
        engine.execute(OWNER, command.armAt(1, 1, 5), NOW_NS, 0, reply);
        assertEquals(0, reply.deadlineNs(), "before the host started");
        assertEquals(0, fire(NOW_NS).get(0).deadlineNs());
    }

    @Test
    void shouldRefuseTimesThatAreNone() {
        engine.openOwner(OWNER);
        long farthestNs = OFFSET_NS + NOW_NS + CommandCheck.FARTHEST_NS;
        for (long realtimeNs : new long[] {-1, farthestNs + 1, Long.MAX_VALUE}) {
            engine.execute(OWNER, command.armAt(1, 1, realtimeNs), NOW_NS, 0, reply);
            assertEquals(ReplyReason.BAD_DEADLINE, reply.reason());
        }
        engine.execute(OWNER, command.armAt(1, 1, farthestNs), NOW_NS, 0, reply);
        assertEquals(ReplyCode.ARMED, reply.code());
    }

    @Test
    void shouldHoldTheTimeItselfInImagesThatAreTakenAroundAStep() {
        engine.openOwner(OWNER);
        for (int key = 0; key < TIMERS; key++) {
            engine.execute(OWNER, at(key, NOW_NS + HOUR_NS + key).durability(Durability.DISK), NOW_NS, 0, reply);
        }
        TimerEngine other = engine();
        DurableTimers copies = DurableTimers.of(other);
        copies.begin();
        int pages = 0;
        for (int cursor = 0; cursor >= 0; pages++) {
            cursor = DurableTimers.of(engine).page(cursor, 64, copies::restore);
            if (pages == 20) {
                step(-HOUR_NS / 2);
            }
        }
        copies.finish(NOW_NS, 1, Long.MIN_VALUE);
        assertEquals(TIMERS, copies.count());
        List<Firing> original = fire(NOW_NS + 2 * HOUR_NS);
        List<Firing> copied = new FiringLog().expireAll(other, NOW_NS + 2 * HOUR_NS, Integer.MAX_VALUE);
        assertEquals(original.stream().map(Firing::deadlineNs).toList(),
                copied.stream().map(Firing::deadlineNs).toList());
        assertEquals(NOW_NS + HOUR_NS + HOUR_NS / 2, copied.get(0).deadlineNs());
    }

    @Test
    void shouldFireOverdueTimersOfBothClocksInOrderAfterARecovery() {
        DurableTimers timers = DurableTimers.of(engine);
        timers.begin();
        for (int key = 0; key < 6; key++) {
            long dueNs = NOW_NS - 10 + key;
            timers.redo(OWNER, (key % 2 == 0 ? at(key, dueNs) : command.arm(key, 1, dueNs))
                    .durability(Durability.DISK), NOW_NS - HOUR_NS);
        }
        timers.shift(-4);
        assertEquals(6, timers.finish(NOW_NS, 1_000, Long.MIN_VALUE));
        assertEquals(List.of(), expire(NOW_NS));
        assertEquals(List.of(1L, 3L, 0L, 5L, 2L, 4L), expire(NOW_NS + 10_000), "the odd timers' clock restarted");
    }

    @Test
    void shouldDoFiringsAgainByTheirNumber() {
        DurableTimers timers = DurableTimers.of(engine);
        timers.redo(OWNER, at(1, NOW_NS).periodNs(MS).durability(Durability.DISK), NOW_NS);
        // The clock showed another time when the timer fired.
        SignalRecord firing = new SignalRecord().key(1).owner(OWNER)
                .deadlineNs(NOW_NS - 5 * HOUR_NS).occurrence(4, 0);
        timers.refire(firing);
        timers.refire(firing);
        assertEquals(NOW_NS + 5 * MS, engine.nextDeadlineNs());
    }

    @Test
    void shouldBeTheSameAfterEverythingButTheTableWasMadeAnew() {
        for (int key = 0; key < TIMERS; key++) {
            long dueNs = NOW_NS + HOUR_NS + key;
            engine.execute(key % 2 == 0 ? at(key, dueNs) : command.arm(key, 1, dueNs));
        }
        for (int key = 0; key < 1_000; key++) {
            engine.cancel(key);
        }
        step(-500);
        engine.store().rebuild();
        assertEquals(TIMERS - 1_000, engine.pending());
        assertEquals(NOW_NS + HOUR_NS + 1_001, engine.nextDeadlineNs());
        long[] deadlines = fire(NOW_NS + 2 * HOUR_NS).stream().mapToLong(Firing::deadlineNs).toArray();
        assertEquals(TIMERS - 1_000, deadlines.length);
        for (int i = 1; i < deadlines.length; i++) {
            assertTrue(deadlines[i] >= deadlines[i - 1]);
        }
    }
}
