// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;

/** Random commands, stalls, closing owners and steps of CLOCK_REALTIME, compared with {@link EngineModel}. */
class TimerEnginePropertyTest {
    private static final int STEPS = 60_000;
    private static final int OWNERS = 5;
    private static final int KEYS = 40;
    private static final long MS = 1_000_000;
    private static final long LONGEST_PERIOD_NS = 10 * MS;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private long offsetNs = 1_700_000_000_000_000_000L;
    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT, 1 << 16, () -> offsetNs);
    private final EngineModel model = new EngineModel(offsetNs);
    private final FiringLog log = new FiringLog();
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();
    private final boolean[] isOpen = new boolean[OWNERS];
    private long nowNs = 1_000 * MS;
    private int firings;
    private int displaced;
    /** The clock was set back; the engine will see that at its next reading. */
    private boolean isStepUnseen;

    @RepeatedTest(3)
    void shouldDoWhatModelDoes() {
        System.out.println("TimerEnginePropertyTest -Dseed=" + seed);
        isOpen[0] = true;
        try {
            for (int step = 0; step < STEPS; step++) {
                step();
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed=" + seed, e);
        }
        assertTrue(firings > STEPS / 10, "firings=" + firings);
        assertTrue(displaced < STEPS / 100, "displaced=" + displaced);
    }

    private void step() {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5, 6 -> execute(arming());
            case 7, 8 -> execute(command.cancel(random.nextInt(KEYS)));
            case 9, 10 -> execute(command.reset(CommandLayout.TYPE_PAUSE, random.nextInt(KEYS)));
            case 11, 12, 13 -> execute(command.reset(CommandLayout.TYPE_RESUME, random.nextInt(KEYS)));
            case 14 -> changeOwner(1 + random.nextInt(OWNERS - 1));
            case 15 -> keepHouse();
            case 16 -> setClock();
            default -> expire();
        }
    }

    private TimerCommand arming() {
        long deadlineNs = nowNs - 5 * MS + (long) (random.nextDouble() * 25 * MS);
        boolean isCalendar = random.nextInt(3) == 0;
        int signalId = random.nextInt();
        // One follows from the other, so that a firing with a mixture of two timers shows in the log.
        command.arm(random.nextInt(KEYS), signalId, isCalendar ? even(deadlineNs + offsetNs) : even(deadlineNs) + 1)
                .generation(~signalId);
        if (random.nextBoolean()) {
            command.periodNs(even(Math.max(1_000, (long) (LONGEST_PERIOD_NS * Math.pow(random.nextDouble(), 4)))));
        }
        MisfirePolicy policy = MisfirePolicy.of(random.nextInt(3));
        long leastUs = policy == MisfirePolicy.SKIP ? 1 : 0;
        command.misfire(policy, 1 + random.nextInt(20));
        if (command.periodNs() == 0 && random.nextInt(4) == 0) {
            command.occurrence(random.nextInt());
        }
        return command.graceUs(leastUs + random.nextInt(3) * 50L)
                .flags((random.nextInt(4) == 0 ? CommandLayout.FLAG_KEEP_ON_DEATH : 0)
                        | (isCalendar ? CommandLayout.FLAG_CALENDAR : 0));
    }

    /**
     * Calendar timers have even deadlines, others odd ones, and everything that is added is even. So timers of the two
     * clocks have equal deadlines only while both catch up, and never if the model has removed one of them earlier than
     * the engine: each pair of equal deadlines changes whose turn it is.
     */
    private static long even(long ns) {
        return ns & ~1L;
    }

    /** A step that makes timers due is only found by polling; one that postpones them is seen in time anyway. */
    private void setClock() {
        nowNs += 2;
        long stepNs = even((long) (random.nextGaussian() * 10 * MS));
        offsetNs += stepNs;
        model.setClock(offsetNs);
        isStepUnseen = stepNs < 0 && random.nextBoolean();
        if (!isStepUnseen) {
            engine.store().wheels().readRealtimeNs(0);
        }
    }

    private void execute(TimerCommand any) {
        int owner = random.nextInt(OWNERS);
        boolean hasOnlyKept = engine.pending(owner) == model.pending(owner) && model.pending(owner) > 0;
        boolean isServed = isOpen[owner] || (any.type() == CommandLayout.TYPE_CANCEL && hasOnlyKept);
        engine.execute(owner, any, nowNs, log.nextSequence(), reply);
        assertEquals(any.key(), reply.key());
        assertEquals(owner, reply.owner());
        if (!isServed) {
            assertEquals(ReplyCode.INVALID, reply.code());
            assertEquals(ReplyReason.CLOSED, reply.reason());
            return;
        }
        EngineModel.Id id = new EngineModel.Id(owner, any.key());
        Long fired = model.fired(id);
        ReplyCode expected = model.execute(owner, any, nowNs);
        if (expected == ReplyCode.ALREADY_FIRED && reply.code() == ReplyCode.UNKNOWN) {
            displaced++;
            return;
        }
        assertEquals(expected, reply.code());
        if (expected == ReplyCode.ALREADY_FIRED) {
            assertEquals(fired, reply.signalSequence());
        } else if (expected == ReplyCode.ARMED) {
            assertEquals(log.nextSequence(), reply.signalSequence());
            boolean isCalendar = (any.flags() & CommandLayout.FLAG_CALENDAR) != 0;
            assertEquals(any.deadlineNs() - (isCalendar ? offsetNs : 0), reply.deadlineNs());
        }
    }

    private void changeOwner(int owner) {
        int zombies = engine.pending(owner) - model.pending(owner);
        if (isOpen[owner]) {
            if (random.nextInt(5) == 0) {
                engine.cancelOwner(owner);
                model.cancelOwner(owner);
                isOpen[owner] = false;
            }
        } else if (random.nextBoolean()) {
            isOpen[owner] = engine.openOwner(owner);
            assertEquals(zombies == 0, isOpen[owner]);
        } else {
            boolean isFree = engine.closeOwner(owner);
            assertEquals(zombies == 0 && model.pending(owner) == 0, isFree);
            if (isFree) {
                model.forgetOwner(owner);
            }
        }
    }

    private void keepHouse() {
        int done = engine.doHousekeeping();
        if (random.nextInt(3) == 0) {
            while (done > 0) {
                done = engine.doHousekeeping();
            }
            for (int owner = 0; owner < OWNERS; owner++) {
                assertEquals(model.pending(owner), engine.pending(owner));
            }
            if (isStepUnseen) {
                engine.store().wheels().readRealtimeNs(0);
                isStepUnseen = false;
            }
            assertEquals(model.nextDeadlineNs(), engine.nextDeadlineNs());
            list();
        }
    }

    private void list() {
        int owner = random.nextInt(OWNERS + 1) - 1;
        Set<EngineModel.Id> listed = new HashSet<>();
        long cursor = 0;
        do {
            engine.list(owner, cursor, 1 + random.nextInt(50), entry -> {
                if (entry.code() == ReplyCode.LISTED) {
                    EngineModel.Id id = new EngineModel.Id(entry.owner(), entry.key());
                    assertTrue(listed.add(id), "twice");
                    assertNotNull(model.detail(id));
                    assertEquals(model.detail(id), entry.detail());
                }
            }, reply);
            assertEquals(ReplyCode.LIST_END, reply.code());
            cursor = reply.detail();
        } while (cursor > 0);
        int expected = 0;
        for (int i = 0; i < OWNERS; i++) {
            expected += owner == TimerEngine.ALL_OWNERS || owner == i ? model.pending(i) : 0;
        }
        assertEquals(expected, listed.size());
    }

    private void expire() {
        nowNs += even(random.nextInt(50) == 0 ? random.nextInt((int) (200 * MS)) : random.nextInt((int) MS));
        var expected = model.expireAll(nowNs);
        assertEquals(expected, log.expireAll(engine, nowNs, 1 + random.nextInt(300)));
        assertEquals(expected.stream().map(firing -> ~firing.signalId()).toList(), log.generations());
        assertTrue(engine.nextDeadlineNs() > nowNs);
        firings += expected.size();
    }
}
