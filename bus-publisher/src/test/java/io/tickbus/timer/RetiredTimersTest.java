// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import org.junit.jupiter.api.Test;

/** No answer and no count depends on when a retired entry is removed. */
class RetiredTimersTest {
    private static final long NOW_NS = 5_000_000_000L;
    private static final int OWNER = 9;
    private static final int LOG_ENTRIES = 1 << 16;

    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT, LOG_ENTRIES);
    private final FiringLog log = new FiringLog();
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();

    RetiredTimersTest() {
        engine.openOwner(OWNER);
    }

    private ReplyCode execute(TimerCommand any) {
        engine.execute(OWNER, any, NOW_NS, log.nextSequence(), reply);
        return reply.code();
    }

    private ReplyCode arm(long key) {
        return execute(command.arm(key, 1, NOW_NS));
    }

    private ReplyCode cancel(long key) {
        return execute(command.cancel(key));
    }

    private void fire(int count) {
        assertEquals(count, engine.expire(NOW_NS, count + 1, log));
        assertEquals(0, engine.pending());
        assertEquals(0, engine.pending(OWNER));
    }

    private void removeAll() {
        while (engine.doHousekeeping() > 0) {
            assertEquals(0, engine.pending());
        }
        assertEquals(0, engine.store().indexed());
    }

    private int indexed() {
        return engine.store().indexed();
    }

    @Test
    void shouldAnswerAlreadyFiredBeforeAndAfterItIsRemoved() {
        long other = 2;
        while (isOfSamePlace(1, other)) {
            other++;
        }
        arm(1);
        arm(other);
        fire(2);
        assertEquals(2, indexed());
        assertEquals(ReplyCode.ALREADY_FIRED, cancel(other));
        assertEquals(1, reply.signalSequence());
        assertEquals(1, indexed(), "removed when its key is named");
        removeAll();
        assertEquals(ReplyCode.ALREADY_FIRED, cancel(1));
        assertEquals(0, reply.signalSequence());
        assertEquals(ReplyCode.ALREADY_FIRED, cancel(other));
        assertEquals(1, reply.signalSequence());
    }

    /** A later firing displaces an earlier one from its place in the log. */
    private boolean isOfSamePlace(long key, long other) {
        return engine.store().isSameLogPlace(OWNER, key, other, LOG_ENTRIES);
    }

    @Test
    void shouldRememberFiringWhenPlaceIsTakenAtOnce() {
        for (int key = 0; key < 1_000; key++) {
            arm(key);
            fire(1);
            assertTrue(indexed() <= 1, "the number is the same");
        }
        int known = 0;
        for (int key = 0; key < 1_000; key++) {
            known += cancel(key) == ReplyCode.ALREADY_FIRED && reply.signalSequence() == key ? 1 : 0;
        }
        // About eight of 1,000 firings are displaced in 65,536 places.
        assertTrue(known > 950, "too few are known: " + known);
        removeAll();
    }

    @Test
    void shouldRememberMostWhenMoreFireInARowThanCanWait() {
        int count = 200_000;
        for (int key = 0; key < count; key++) {
            assertEquals(ReplyCode.ARMED, arm(key));
        }
        fire(count);
        assertTrue(indexed() < count, "the oldest were removed meanwhile");
        int known = 0;
        for (int key = 0; key < count; key += 7) {
            known += cancel(key) == ReplyCode.ALREADY_FIRED && reply.signalSequence() == key ? 1 : 0;
        }
        // Certainly the last 131,072, and some of the others, depending on their hashes.
        assertTrue(known > count / 7 / 2, "too few are known: " + known);
        removeAll();
    }

    @Test
    void shouldNotRemoveWhileMoreIsDue() {
        for (int key = 0; key < 10; key++) {
            arm(key);
        }
        engine.expire(NOW_NS, 5, log);
        assertEquals(0, engine.doHousekeeping());
        assertEquals(10, indexed());
        engine.expire(NOW_NS, 6, log);
        assertEquals(10, engine.doHousekeeping());
        assertEquals(0, indexed());
    }

    @Test
    void shouldRememberFiringWhenHandlerArmsSameKey() {
        arm(1);
        engine.expire(NOW_NS, 1, firing -> {
            execute(command.arm(1, 2, NOW_NS + 1));
            return 77;
        });
        assertEquals(1, engine.pending(OWNER));
        assertEquals(ReplyCode.CANCELLED, cancel(1));
        assertEquals(ReplyCode.UNKNOWN, cancel(1), "the later arming did not fire");
        removeAll();

        arm(3);
        engine.expire(NOW_NS, 1, firing -> {
            assertEquals(ReplyCode.UNKNOWN, cancel(3), "it has no sequence yet");
            return 78;
        });
        assertEquals(ReplyCode.ALREADY_FIRED, cancel(3));
        assertEquals(78, reply.signalSequence());
        removeAll();
    }

    @Test
    void shouldLeaveNothingBehindWhenSinkThrows() {
        arm(1);
        assertThrows(IllegalStateException.class, () -> engine.expire(NOW_NS, 1, firing -> {
            throw new IllegalStateException("thrown by the handler");
        }));
        assertEquals(0, engine.pending());
        assertEquals(1, engine.doHousekeeping(), "no command named its key");
        assertEquals(0, indexed());
        engine.repair(log);
        assertEquals(ReplyCode.UNKNOWN, cancel(1));
        assertEquals(0, indexed());
        removeAll();
        arm(2);
        fire(1);
        removeAll();
    }

    @Test
    void shouldRememberFiringsWhenAllIsRebuilt() {
        for (int key = 0; key < 100; key++) {
            arm(key);
        }
        fire(100);
        execute(command.arm(5, 1, NOW_NS + 1));
        engine.store().rebuild();
        assertEquals(1, engine.pending(OWNER));
        assertEquals(1, indexed());
        // The last one that was logged; an earlier one may have been displaced.
        assertEquals(ReplyCode.ALREADY_FIRED, cancel(98));
        assertEquals(98, reply.signalSequence());
        assertEquals(ReplyCode.CANCELLED, cancel(5));
        removeAll();
    }

    @Test
    void shouldStillCancelTimersOfOwnerThatIsGoneWhenSomethingFiresInEachCycle() {
        for (int key = 0; key < 5_000; key++) {
            execute(command.arm(key, 1, Long.MAX_VALUE / 2));
        }
        engine.cancelOwner(OWNER);
        int cycles = 0;
        for (; engine.pending(OWNER) > 0 && cycles < 1_000; cycles++) {
            engine.arm(cycles, 1, NOW_NS);
            assertEquals(1, engine.expire(NOW_NS, 10, log));
            assertTrue(engine.doHousekeeping() > 1);
        }
        assertEquals(0, engine.pending(), "cycles=" + cycles);
    }

    @Test
    void shouldKnowNothingOfEarlierOwnerWhoseEntryIsNotRemoved() {
        arm(1);
        fire(1);
        engine.cancelOwner(OWNER);
        assertTrue(engine.closeOwner(OWNER));
        assertTrue(engine.openOwner(OWNER));
        assertEquals(ReplyCode.UNKNOWN, cancel(1));
        assertEquals(0, indexed());
        assertEquals(ReplyCode.ARMED, arm(1));
        assertEquals(ReplyCode.CANCELLED, cancel(1));
    }
}
