package io.tickbus.subscriber;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerReply;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is remembered of a key, how long, and what becomes of the rest. */
class ArmingLogTest {
    private static final int ARM = CommandLayout.TYPE_ARM;
    private static final int CANCEL = CommandLayout.TYPE_CANCEL;
    private static final int SIGNAL_SLOTS = 100;

    private final ArmingLog log = new ArmingLog(1_000, SIGNAL_SLOTS);
    private long commands;

    private long send(long key) {
        log.sent(key, commands);
        return commands++;
    }

    private void answer(long key, long sequence, int type, ReplyCode code, long signalSequence) {
        log.answered(new TimerReply().answer(code, ReplyReason.NONE, key).commandSequence(sequence)
                .signalSequence(signalSequence), type, false);
    }

    private void arm(long key, long signalSequence) {
        answer(key, send(key), ARM, ReplyCode.ARMED, signalSequence);
    }

    private void cancel(long key, ReplyCode code, long signalSequence) {
        answer(key, send(key), CANCEL, code, signalSequence);
    }

    private int judge(long key, long signalSequence) {
        return log.judge(key, signalSequence, commands);
    }

    @Test
    void shouldTakeFiringForCurrentWhenKeyIsUnknown() {
        assertEquals(ArmingLog.CURRENT, judge(7, 0));
        assertEquals(0, log.size());
    }

    @Test
    void shouldKnowStaleFiringWhenArmedAgain() {
        arm(1, 10);
        arm(1, 20);
        assertEquals(ArmingLog.STALE, judge(1, 19));
        assertEquals(ArmingLog.CURRENT, judge(1, 20));
    }

    @Test
    void shouldNotKnowBeforeAnswerWhenArmedAgain() {
        arm(1, 10);
        long sequence = send(1);
        assertEquals(ArmingLog.PENDING, log.judge(1, 30, sequence));
        answer(1, sequence, ARM, ReplyCode.ARMED, 25);
        assertEquals(ArmingLog.CURRENT, log.judge(1, 30, commands));
    }

    @Test
    void shouldKeepEarlierArmingWhenLaterOneIsRefused() {
        arm(1, 10);
        answer(1, send(1), ARM, ReplyCode.FULL, 0);
        assertEquals(ArmingLog.STALE, judge(1, 9));
        assertEquals(ArmingLog.CURRENT, judge(1, 10));
        answer(2, send(2), ARM, ReplyCode.INVALID, 0);
        assertEquals(0, log.size(), "nothing was ever armed");
    }

    @Test
    void shouldKnowStaleFiringWhenCancelledTooLate() {
        arm(1, 10);
        cancel(1, ReplyCode.ALREADY_FIRED, 15);
        assertEquals(ArmingLog.STALE, judge(1, 15));
        arm(2, 10);
        cancel(2, ReplyCode.UNKNOWN, 20);
        assertEquals(ArmingLog.STALE, judge(2, 19));
        arm(3, 10);
        arm(3, 20);
        cancel(3, ReplyCode.CANCELLED, 30);
        assertEquals(ArmingLog.STALE, judge(3, 12), "the first arming may have fired");
    }

    @Test
    void shouldForgetWhenNothingLateCanCome() {
        for (int key = 0; key < 5_000; key++) {
            arm(key, 10);
            cancel(key, ReplyCode.CANCELLED, 50);
            arm(key, 50);
            assertEquals(ArmingLog.CURRENT, judge(key, 60));
            arm(key, 70);
            arm(key, 70);
            cancel(key, ReplyCode.CANCELLED, 80);
        }
        assertEquals(0, log.size());
        assertEquals(0, log.forgotten());
    }

    @Test
    void shouldForgetWhenSignalsHaveGoneOnceAround() {
        for (int key = 0; key < 100_000; key++) {
            cancel(key, ReplyCode.UNKNOWN, key);
            assertTrue(log.size() <= 3 * SIGNAL_SLOTS, "size=" + log.size());
            assertEquals(ArmingLog.STALE, judge(key, key - 1));
        }
        assertEquals(0, log.forgotten());
    }

    @Test
    void shouldCountWhenItMustForget() {
        for (int key = 0; key < 3_000; key++) {
            arm(key, 1);
        }
        assertEquals(1_000, log.size());
        assertEquals(2_000, log.forgotten());
        assertEquals(ArmingLog.STALE, judge(2_999, 0));
        log.clear();
        assertEquals(0, log.size());
    }

    @Test
    void shouldRememberAsMapDoesWhenKeysComeAndGo() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("ArmingLogTest -Dseed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Map<Long, Long> model = new HashMap<>();
        // Neighbours and multiples, so that they crowd in the table.
        for (int i = 0; i < 200_000; i++) {
            long key = random.nextBoolean() ? random.nextInt(600) : (long) random.nextInt(300) << 32;
            if (random.nextInt(3) > 0) {
                arm(key, i);
                model.put(key, (long) i);
            } else if (model.containsKey(key)) {
                assertEquals(ArmingLog.STALE, judge(key, model.get(key) - 1));
                assertEquals(ArmingLog.CURRENT, judge(key, model.remove(key)));
            }
        }
        assertEquals(model.size(), log.size());
        model.forEach((key, boundary) -> assertEquals(ArmingLog.STALE, judge(key, boundary - 1)));
        assertEquals(0, log.forgotten());
    }

    @Test
    void shouldKnowEachKeyWhenManyAreSentBeforeAnyIsAnswered() {
        int count = 777;
        for (int key = 0; key < count; key++) {
            send(key);
        }
        assertEquals(count, log.size());
        for (int key = 0; key < count; key++) {
            assertEquals(ArmingLog.PENDING, log.judge(key, 0, 0));
            answer(key, key, ARM, ReplyCode.ARMED, 10 + key);
        }
        for (int key = 0; key < count; key++) {
            assertEquals(ArmingLog.STALE, judge(key, 9 + key));
            assertEquals(ArmingLog.CURRENT, judge(key, 10 + key));
        }
        assertEquals(0, log.size());
        assertEquals(0, log.forgotten());
    }

    @Test
    void shouldKnowTheSameWhenNobodyAskedBeforeTheAnswer() {
        answer(1, commands++, ARM, ReplyCode.FULL, 10);
        answer(1, commands++, ARM, ReplyCode.INVALID, 10);
        assertEquals(0, log.size(), "nothing was ever armed");
        answer(1, commands++, ARM, ReplyCode.ARMED, 10);
        answer(1, commands++, ARM, ReplyCode.ARMED, 20);
        answer(1, commands++, ARM, ReplyCode.FULL, 25);
        assertEquals(ArmingLog.STALE, judge(1, 19));
        assertEquals(ArmingLog.CURRENT, judge(1, 20));
        answer(2, commands++, CANCEL, ReplyCode.UNKNOWN, 30);
        assertEquals(ArmingLog.STALE, judge(2, 29));
        long later = send(2);
        answer(2, later - 1, CANCEL, ReplyCode.UNKNOWN, 40);
        assertEquals(ArmingLog.PENDING, log.judge(2, 50, later), "a later command of the same key is under way");
    }

    @Test
    void shouldForgetLappedKeysFirstWhenItIsFull() {
        int limit = 1_000;
        long signal = 0;
        for (int key = 0; key < 10 * limit; key++) {
            arm(key, signal);
            cancel(key, ReplyCode.UNKNOWN, signal);
            // A tenth of them are within the ring at any time.
            signal++;
        }
        assertEquals(0, log.forgotten());
        assertTrue(log.size() <= limit, "size=" + log.size());
    }

    @Test
    void shouldForgetInTimeWhenItGrowsMeanwhile() {
        SplittableRandom random = new SplittableRandom(31);
        long signal = 0;
        for (int key = 0; key < 20_000; key++) {
            arm(key, signal);
            cancel(key, ReplyCode.UNKNOWN, signal);
            signal += random.nextInt(3);
        }
        // Those of the last lap, an eighth more, and what one way around takes.
        assertTrue(log.size() < 4 * SIGNAL_SLOTS, "size=" + log.size());
    }
}
