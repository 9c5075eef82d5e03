package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import org.junit.jupiter.api.Test;

/** Whenever what a firing left to do is done, nobody can tell: neither by an answer nor by a number. */
class FiredTimersTest {
    private static final long NOW_NS = 5_000_000_000L;
    private static final int OWNER = 9;

    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT, 1 << 16);
    private final FiringLog log = new FiringLog();
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();

    FiredTimersTest() {
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

    private void settleAll() {
        while (engine.doHousekeeping() > 0) {
            assertEquals(0, engine.pending());
        }
        assertEquals(0, engine.store().index().size());
    }

    private int indexed() {
        return engine.store().index().size();
    }

    @Test
    void shouldAnswerAlreadyFiredBeforeAndAfterItIsSettled() {
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
        assertEquals(1, indexed(), "settled by who asked for it");
        settleAll();
        assertEquals(ReplyCode.ALREADY_FIRED, cancel(1));
        assertEquals(0, reply.signalSequence());
        assertEquals(ReplyCode.ALREADY_FIRED, cancel(other));
        assertEquals(1, reply.signalSequence());
    }

    /** In the log of what has fired, where the later displaces the earlier. */
    private boolean isOfSamePlace(long key, long other) {
        KeyIndex index = engine.store().index();
        return ((index.hash(OWNER, key) ^ index.hash(OWNER, other)) & 0xFFFF) == 0;
    }

    @Test
    void shouldRememberFiringWhenPlaceIsTakenAtOnce() {
        for (int key = 0; key < 1_000; key++) {
            arm(key);
            fire(1);
            assertTrue(indexed() <= 1, "the place is the same");
        }
        int known = 0;
        for (int key = 0; key < 1_000; key++) {
            known += cancel(key) == ReplyCode.ALREADY_FIRED && reply.signalSequence() == key ? 1 : 0;
        }
        // By hash: of 1,000 in 65,536 places eight are displaced, more or less.
        assertTrue(known > 950, "too few are known: " + known);
        settleAll();
    }

    @Test
    void shouldRememberMostWhenMoreFireInARowThanCanWait() {
        int count = 200_000;
        for (int key = 0; key < count; key++) {
            assertEquals(ReplyCode.ARMED, arm(key));
        }
        fire(count);
        assertTrue(indexed() < count, "the oldest were settled meanwhile");
        int known = 0;
        for (int key = 0; key < count; key += 7) {
            known += cancel(key) == ReplyCode.ALREADY_FIRED && reply.signalSequence() == key ? 1 : 0;
        }
        // The last 131,072 for certain, and some of the others, by hash.
        assertTrue(known > count / 7 / 2, "too few are known: " + known);
        settleAll();
    }

    @Test
    void shouldNotSettleWhileMoreIsDue() {
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
    void shouldRememberFiringWhenSinkArmsSameKeyAnew() {
        arm(1);
        engine.expire(NOW_NS, 1, firing -> {
            execute(command.arm(1, 2, NOW_NS + 1));
            return 77;
        });
        assertEquals(1, engine.pending(OWNER));
        assertEquals(ReplyCode.CANCELLED, cancel(1));
        assertEquals(ReplyCode.UNKNOWN, cancel(1), "the later arming did not fire");
        settleAll();

        arm(3);
        engine.expire(NOW_NS, 1, firing -> {
            assertEquals(ReplyCode.UNKNOWN, cancel(3), "it has no sequence yet");
            return 78;
        });
        assertEquals(ReplyCode.ALREADY_FIRED, cancel(3));
        assertEquals(78, reply.signalSequence());
        settleAll();
    }

    @Test
    void shouldLeaveNothingBehindWhenSinkThrows() {
        arm(1);
        assertThrows(IllegalStateException.class, () -> engine.expire(NOW_NS, 1, firing -> {
            throw new IllegalStateException("a sink's own");
        }));
        assertEquals(0, engine.pending());
        assertEquals(1, engine.doHousekeeping(), "nobody asked for its key");
        assertEquals(0, indexed());
        engine.repair(log);
        assertEquals(ReplyCode.UNKNOWN, cancel(1));
        assertEquals(0, indexed());
        settleAll();
        arm(2);
        fire(1);
        settleAll();
    }

    @Test
    void shouldRememberFiringsWhenAllIsMadeAnew() {
        for (int key = 0; key < 100; key++) {
            arm(key);
        }
        fire(100);
        execute(command.arm(5, 1, NOW_NS + 1));
        engine.store().rebuild();
        assertEquals(1, engine.pending(OWNER));
        assertEquals(1, indexed());
        // The last to be written into the log; one before it may have been displaced.
        assertEquals(ReplyCode.ALREADY_FIRED, cancel(98));
        assertEquals(98, reply.signalSequence());
        assertEquals(ReplyCode.CANCELLED, cancel(5));
        settleAll();
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
    void shouldKnowNothingOfEarlierOwnerWhoseFiringIsNotSettled() {
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
