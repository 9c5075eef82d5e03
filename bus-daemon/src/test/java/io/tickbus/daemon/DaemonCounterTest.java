// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.CounterUnit;
import io.tickbus.core.internal.file.CounterDefinition;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerReply;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DaemonCounterTest {
    private final DaemonCounters counters = DaemonCounters.inMemory();

    @Test
    void shouldKeepIdsAndLabelsApart() {
        Set<Integer> ids = new HashSet<>();
        Set<String> labels = new HashSet<>();
        boolean isConductors = false;
        for (DaemonCounter counter : DaemonCounter.values()) {
            assertTrue(ids.add(counter.id()), "twice: id=" + counter.id());
            assertTrue(labels.add(counter.definition().label()), "twice: label=" + counter.definition().label());
            assertTrue(counter.isConductors() || !isConductors, "a timer thread's among the conductor's: " + counter);
            isConductors = counter.isConductors();
            assertEquals(counter.definition(), counters.file().definition(counter.place()));
        }
    }

    /** Scripts and other programs that read the file depend on these ids. */
    @Test
    void shouldKeepIdsThatOthersKnow() {
        assertEquals(1, DaemonCounter.FIRINGS.id());
        assertEquals(31, DaemonCounter.MODE.id());
        assertEquals(33, DaemonCounter.SETTINGS_GENERATION.id());
        assertEquals(34, DaemonCounter.RELOAD_SIGNAL.id());
        assertEquals(50, DaemonCounter.SETTINGS_ERRORS.id());
        assertEquals(51, DaemonCounter.CLIENTS_CONNECTED.id());
        assertFalse(DaemonCounter.RELOAD_SIGNAL.isConductors());
        assertTrue(DaemonCounter.SETTINGS_ERRORS.isConductors());
    }

    @Test
    void shouldCountEachCounterByItself() {
        for (DaemonCounter counter : DaemonCounter.values()) {
            counters.set(counter, counter.id());
            counters.add(counter, 100);
        }
        for (DaemonCounter counter : DaemonCounter.values()) {
            assertEquals(100 + counter.id(), counters.value(counter), counter.toString());
        }
        counters.raise(DaemonCounter.DUTY_CYCLE_MAX, 5);
        assertEquals(121, counters.value(DaemonCounter.DUTY_CYCLE_MAX));
        counters.raise(DaemonCounter.DUTY_CYCLE_MAX, 500);
        assertEquals(500, counters.value(DaemonCounter.DUTY_CYCLE_MAX));
    }

    @Test
    void shouldCountCommandsByKind() {
        int[] types = {CommandLayout.TYPE_ARM, CommandLayout.TYPE_CANCEL, CommandLayout.TYPE_CANCEL,
            CommandLayout.TYPE_PAUSE, CommandLayout.TYPE_RESUME, CommandLayout.TYPE_LIST, 0, 6, -1};
        for (int type : types) {
            counters.countCommand(type);
        }
        assertEquals(List.of(1L, 2L, 1L, 1L, 1L, 3L), List.of(value(DaemonCounter.COMMANDS_ARM),
                value(DaemonCounter.COMMANDS_CANCEL), value(DaemonCounter.COMMANDS_PAUSE),
                value(DaemonCounter.COMMANDS_RESUME), value(DaemonCounter.COMMANDS_LIST),
                value(DaemonCounter.COMMANDS_UNKNOWN)));
    }

    @Test
    void shouldCountRefusals() {
        TimerReply reply = new TimerReply();
        counters.countReply(reply);
        counters.countReply(reply.answer(ReplyCode.ARMED, ReplyReason.NONE, 1));
        counters.countReply(reply.answer(ReplyCode.FULL, ReplyReason.OWNER_QUOTA, 1));
        counters.countReply(reply.answer(ReplyCode.FULL, ReplyReason.DAEMON_QUOTA, 1));
        counters.countReply(reply.answer(ReplyCode.FULL, ReplyReason.RATE_QUOTA, 1));
        counters.countReply(reply.answer(ReplyCode.FULL, ReplyReason.ARMING_QUOTA, 1));
        counters.countReply(reply.answer(ReplyCode.FULL, ReplyReason.JOURNAL_UNAVAILABLE, 1));
        counters.countReply(reply.answer(ReplyCode.INVALID, ReplyReason.BAD_PERIOD, 1));
        counters.countReply(reply.answer(ReplyCode.INVALID, ReplyReason.BAD_CAP, 1));
        assertEquals(List.of(2L, 1L, 1L, 1L), List.of(value(DaemonCounter.REFUSED_TIMERS),
                value(DaemonCounter.REFUSED_FIRINGS), value(DaemonCounter.REFUSED_ARMINGS),
                value(DaemonCounter.REFUSED_JOURNAL)));
        assertEquals(List.of(9L, 5L, 2L), List.of(value(DaemonCounter.REPLIES),
                value(DaemonCounter.REPLIES_FULL), value(DaemonCounter.REPLIES_INVALID)));
    }

    @Test
    void shouldKeepLatenessAndItsMaximum() {
        counters.recordLateness(1, 700);
        counters.recordLateness(2, 900);
        counters.recordLateness(1, -3);
        counters.raise(DaemonCounter.LATENESS_MAX, 900);
        counters.raise(DaemonCounter.LATENESS_MAX, 700);
        assertEquals(900, value(DaemonCounter.LATENESS_MAX));
        assertEquals(3, counters.file().lateness().total());
        assertTrue(counters.file().lateness().percentileNs(60) >= 700);
    }

    @Test
    void shouldRefuseAFileOfOtherCounters() {
        CountersFile other = CountersFile.inMemory(new CountersFile.Contents(
                List.of(new CounterDefinition(2, CounterUnit.EVENTS, "firings late")), List.of(), 2));
        String message =
                assertThrows(IllegalArgumentException.class, () -> new DaemonCounters(other)).getMessage();
        assertTrue(message.contains("missing=firings"), message);
    }

    @Test
    void shouldAllocateNothing() {
        TimerReply reply = new TimerReply().answer(ReplyCode.ARMED, ReplyReason.NONE, 1);
        count(reply, 20_000);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long own = threads.getCurrentThreadAllocatedBytes() - before;
        before = threads.getCurrentThreadAllocatedBytes();
        count(reply, 20_000);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before - own;
        // The JIT compiler's own traps may leave a few objects; one per operation would be 16 bytes each.
        assertTrue(bytes < 2_000, "bytes=" + bytes);
    }

    private void count(TimerReply reply, int times) {
        for (int i = 0; i < times; i++) {
            counters.add(DaemonCounter.FIRINGS, 1);
            counters.raise(DaemonCounter.DUTY_CYCLE_MAX, i);
            counters.recordLateness(i, i);
            counters.recordDutyCycle(i);
            counters.recordWakeUp(i);
            counters.countCommand(i & 7);
            counters.countReply(reply);
        }
    }

    private long value(DaemonCounter counter) {
        return counters.value(counter);
    }
}
