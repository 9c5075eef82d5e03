// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.GapPolicy;
import io.tickbus.core.calendar.OverlapPolicy;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Timers with schedules around changes to and from summer time, with stalls, pauses and steps of CLOCK_REALTIME,
 * compared with {@link EngineModel}, which goes from one occurrence to the next.
 */
class ScheduledTimersPropertyTest {
    private static final int STEPS = 6_000;
    private static final int KEYS = 60;
    private static final long SECOND_NS = 1_000_000_000;
    private static final int HOUR = 3_600;
    private static final int DAY = 24 * HOUR;
    private static final String[] EXPRESSIONS = {"* * * * * *", "*/7 */2 * * * *", "*/15 * * * *", "30 2 * * *",
        "15,45 1-3 * * *", "0 0 * * *", "10 30 1,2,3 * * *", "*:0/20", "Sun 02..03:00,30"};

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private long offsetNs;
    private long nowNs = 1_000 * SECOND_NS;
    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT, 1 << 16, () -> offsetNs);
    private final FiringLog log = new FiringLog();
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();
    private EngineModel model;
    private int firings;
    private int last;

    @ParameterizedTest
    @ValueSource(strings = {"2027-03-27T22:00:00Z", "2027-10-30T22:00:00Z"})
    void shouldDoWhatModelDoesWhenClocksAreSet(String start) {
        System.out.println("ScheduledTimersPropertyTest -Dseed=" + seed);
        offsetNs = Instant.parse(start).getEpochSecond() * SECOND_NS - nowNs;
        model = new EngineModel(offsetNs);
        try {
            for (int step = 0; step < STEPS; step++) {
                step();
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed=" + seed, e);
        }
        assertTrue(firings > STEPS / 5 && last > 50, "firings=" + firings + " last=" + last);
    }

    private void step() {
        switch (random.nextInt(14)) {
            case 0, 1, 2, 3 -> execute(arming());
            case 4 -> execute(command.cancel(random.nextInt(KEYS)));
            case 5 -> execute(command.reset(CommandLayout.TYPE_PAUSE, random.nextInt(KEYS)));
            case 6, 7 -> execute(command.reset(CommandLayout.TYPE_RESUME, random.nextInt(KEYS)));
            case 8 -> setClock();
            case 9, 10 -> engine.doHousekeeping();
            default -> expire();
        }
        if (random.nextInt(500) == 0) {
            engine.store().rebuild();
            assertEquals(model.pending(0), engine.pending(0));
            assertEquals(model.nextDeadlineNs(), engine.nextDeadlineNs());
        }
    }

    private CalendarSchedule schedule() {
        CalendarSchedule schedule = CalendarSchedule.parse(EXPRESSIONS[random.nextInt(EXPRESSIONS.length)],
                ZoneId.of(random.nextInt(4) == 0 ? "UTC" : "Europe/Berlin"));
        long realtime = (nowNs + offsetNs) / SECOND_NS;
        schedule = random.nextBoolean() ? schedule
                : schedule.withGap(random.nextBoolean() ? GapPolicy.SHIFT : GapPolicy.AT_TRANSITION)
                .withOverlap(random.nextBoolean() ? OverlapPolicy.SECOND : OverlapPolicy.BOTH);
        schedule = random.nextInt(3) == 0 ? schedule.limit(1 + random.nextInt(30)) : schedule;
        return random.nextInt(3) != 0 ? schedule
                : schedule.between(realtime - HOUR, realtime + 1 + random.nextInt(DAY)).without(realtime / DAY + 1);
    }

    private TimerCommand arming() {
        long deadlineNs = nowNs + (random.nextInt(HOUR) - 900) * SECOND_NS;
        CalendarSchedule schedule = schedule();
        if (random.nextInt(4) == 0) {
            command.arm(random.nextInt(KEYS), 5, deadlineNs | 1).periodNs((1 + random.nextInt(HOUR)) * SECOND_NS);
        } else {
            command.calendar(random.nextInt(KEYS), 6, schedule);
            // From now on; or from a time on that is past, or to come.
            command.deadlineNs(random.nextBoolean() ? 0 : deadlineNs + offsetNs);
            if (!engine.hasSchedule(command.schedule().id())) {
                engine.define(schedule);
            }
        }
        return command.misfire(MisfirePolicy.of(random.nextInt(3)), 1 + random.nextInt(20))
                .graceUs(1 + random.nextInt(3) * 700_000L);
    }

    private void setClock() {
        long stepNs = (random.nextInt(2 * HOUR) - HOUR) * SECOND_NS;
        offsetNs += random.nextInt(10) == 0 ? stepNs : 2L * random.nextInt(1_000_000) - 1_000_000;
        model.setClock(offsetNs);
        engine.store().wheels().readRealtimeNs(0);
    }

    private void execute(TimerCommand any) {
        long fromNs = any.deadlineNs() == 0 ? nowNs + offsetNs : any.deadlineNs();
        engine.execute(0, any, nowNs, log.nextSequence(), reply);
        boolean isScheduled = any.type() == CommandLayout.TYPE_ARM && any.periodNs() < 0;
        if (isScheduled) {
            CalendarSchedule schedule = engine.store().schedules().of(any.periodNs());
            long first = schedule.next(Math.floorDiv(fromNs - 1, SECOND_NS));
            assertEquals(first == CalendarSchedule.NONE ? ReplyCode.INVALID : ReplyCode.ARMED, reply.code());
            if (first == CalendarSchedule.NONE) {
                return;
            }
            any.deadlineNs(first * SECOND_NS);
        }
        ReplyCode expected = model.execute(0, any, nowNs);
        if (expected != ReplyCode.ALREADY_FIRED || reply.code() != ReplyCode.UNKNOWN) {
            assertEquals(expected, reply.code());
        }
        assertEquals(model.pending(0), engine.pending(0));
    }

    private static List<Firing> sorted(List<Firing> firings) {
        return firings.stream().sorted(Comparator.comparing(Firing::key).thenComparing(Firing::occurrence)).toList();
    }

    private void expire() {
        nowNs += random.nextInt(60) == 0 ? random.nextInt(3 * HOUR) * SECOND_NS
                : random.nextInt(4 * (int) (SECOND_NS / 10)) * 10L;
        var expected = model.expireAll(nowNs);
        // A repair may change the order of equal deadlines, of which there are many.
        assertEquals(sorted(expected), sorted(log.expireAll(engine, nowNs, 1 + random.nextInt(300))));
        firings += expected.size();
        last += (int) expected.stream().filter(firing -> firing.is(Firing.LAST)).count();
    }
}
