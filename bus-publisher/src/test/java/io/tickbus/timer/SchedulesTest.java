// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** Which schedules stay when there are more than are kept. */
class SchedulesTest {
    private static final CalendarSchedule EVERY_MINUTE = CalendarSchedule.parse("* * * * *", ZoneOffset.UTC);

    private final Schedules schedules = new Schedules();

    private static CalendarSchedule number(int i) {
        return EVERY_MINUTE.between(i, Long.MAX_VALUE);
    }

    private static long period(int i) {
        return -number(i).definition().id();
    }

    private void add(int i) {
        schedules.add(number(i));
        schedules.removeUnused(Schedules.MAX_UNUSED);
    }

    @Test
    void shouldRemoveNoneWhenTimerStopsUsingOne() {
        add(0);
        schedules.count(period(0), 1);
        for (int i = 1; i <= Schedules.MAX_UNUSED; i++) {
            add(i);
        }
        schedules.count(period(0), -1);
        assertNotNull(schedules.of(period(0)));
        assertNotNull(schedules.of(period(1)));
        add(Schedules.MAX_UNUSED + 1);
        assertNull(schedules.of(period(1)));
    }

    @Test
    void shouldKeepTheOneThatIsSentAgain() {
        for (int i = 0; i < Schedules.MAX_UNUSED; i++) {
            add(i);
        }
        assertTrue(schedules.want(number(0).definition().id()));
        add(Schedules.MAX_UNUSED);
        assertNotNull(schedules.of(period(0)));
        assertNull(schedules.of(period(1)));
    }

    @Test
    void shouldPrepareTheInstantAfterEachThatATimerIsDueAt() {
        add(0);
        long due = 59;
        for (int i = 0; i < 100; i++) {
            long next = schedules.next(period(0), due, 1);
            assertEquals(EVERY_MINUTE.next(due), next);
            due = next;
            assertTrue(schedules.hasToPrepare());
            schedules.prepareOne();
            assertFalse(schedules.hasToPrepare());
            assertEquals(EVERY_MINUTE.next(due - 1), schedules.next(period(0), due - 1, 1), "not the one prepared");
            assertEquals(EVERY_MINUTE.next(due, 3), schedules.next(period(0), due, 3));
        }
    }

    @Test
    void shouldRearmWhenOthersFillTheRoomForUnused() {
        TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT, 1 << 10, () -> 0);
        engine.define(number(0));
        assertEquals(ReplyCode.ARMED, arm(engine, 0));
        for (int i = 1; i <= Schedules.MAX_UNUSED; i++) {
            engine.define(number(i));
        }
        assertEquals(ReplyCode.ARMED, arm(engine, 1));
    }

    private static ReplyCode arm(TimerEngine engine, int i) {
        TimerReply reply = new TimerReply();
        engine.execute(0, new TimerCommand().calendar(1, 1, number(i)), System.nanoTime(), 0, reply);
        return reply.code();
    }

    @Test
    void shouldTakeNoMoreMemoryThanTimersMay() {
        TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT, 1 << 10, () -> 0);
        engine.define(number(0));
        assertEquals(ReplyCode.ARMED, arm(engine, 0));
        long before = engine.sizeBytes();
        engine.maxBytes(before + 100_000);
        for (int i = 1; i <= 1_000; i++) {
            engine.define(number(i));
        }
        assertTrue(engine.sizeBytes() <= before + 102_000, "sizeBytes=" + engine.sizeBytes());
        assertTrue(engine.hasSchedule(number(0).definition().id()), "a timer has it");
        assertEquals(ReplyCode.ARMED, arm(engine, 1_000), "those that no timer has make room");
        engine.maxBytes(0);
        engine.define(number(1_001));
        assertEquals(ReplyCode.FULL, arm(engine, 1_001));
        assertEquals(ReplyCode.ARMED, arm(engine, 1_000), "what is there can be armed");
    }

    @Test
    void shouldRefuseScheduleThatBeginsMoreThanAYearAgo() {
        long nowNs = System.currentTimeMillis() * 1_000_000;
        TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT, 1 << 10, () -> 0);
        engine.define(number(0));
        TimerReply reply = new TimerReply();
        TimerCommand command = new TimerCommand().calendar(1, 1, number(0));
        engine.execute(0, command.deadlineNs(nowNs - CommandCheck.LONGEST_AGO_NS - 1), nowNs, 0, reply);
        assertEquals(ReplyReason.BAD_DEADLINE, reply.reason());
        engine.execute(0, command.deadlineNs(nowNs - CommandCheck.LONGEST_AGO_NS), nowNs, 0, reply);
        assertEquals(ReplyCode.ARMED, reply.code());
        engine.execute(0, command.deadlineNs(0), nowNs, 0, reply);
        assertEquals(ReplyCode.ARMED, reply.code());
        assertEquals(0, command.deadlineNs(), "a command stays as it was");
        assertTrue(reply.deadlineNs() >= nowNs);
    }

    @Test
    void shouldNotTakeTextThatIsNotUtf8() {
        byte[] text = "* * * * *; zone=UTC".getBytes(StandardCharsets.UTF_8);
        assertEquals("* * * * *; zone=UTC", travelled(text));
        text[0] = (byte) 0xff;
        assertNull(travelled(text));
    }

    /** What comes out of the one part of a text of this length. */
    private static String travelled(byte[] text) {
        ScheduleDefinition definition = ScheduleDefinition.parse("* * * * *; zone=UTC").definition();
        TimerCommand part = new TimerCommand().define(definition, 0);
        long[] fields = part.fields();
        for (int i = 0; i < fields.length; i++) {
            if (fields[i] == definition.id()) {
                fields[i] = ScheduleDefinition.idOf(text, text.length);
            } else if (fields[i] == definition.word(0)) {
                fields[i] = (fields[i] & ~0xffL) | (text[0] & 0xff);
            }
        }
        ScheduleParts parts = new ScheduleParts();
        assertTrue(parts.add(part));
        return parts.text();
    }
}
