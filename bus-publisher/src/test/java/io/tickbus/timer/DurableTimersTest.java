// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DurableTimersTest {
    private static final int OWNER = 7;
    private static final long START_NS = 1_000_000_000_000L;
    private static final long PERIOD_NS = 1_000_000;
    private static final int MOST_PAGES = 1_000;

    private final TimerEngine engine = TimerEngine.create(new TimerQuotas(10_000, 5_000), 1024);
    private final DurableTimers timers = DurableTimers.of(engine);
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();
    private final List<String> fired = new ArrayList<>();

    private ReplyCode arm(TimerEngine at, long key, long deadlineNs, long periodNs, Durability durability) {
        at.openOwner(OWNER);
        command.arm(key, 3, deadlineNs).periodNs(periodNs).payload(key, 0, 8).generation((int) key + 1)
                .durability(durability);
        at.execute(OWNER, command, START_NS, 0, reply);
        return reply.code();
    }

    private List<String> expire(TimerEngine from, long nowNs) {
        fired.clear();
        from.expire(nowNs, Integer.MAX_VALUE, this::take);
        return List.copyOf(fired);
    }

    private long take(SignalRecord firing) {
        fired.add(firing.key() + "@" + (firing.deadlineNs() - START_NS) + "#" + firing.occurrence() + "+"
                + firing.missed() + (firing.flags() & SignalRecordLayout.FLAG_RECOVERED) + (firing.flags()
                & SignalRecordLayout.FLAG_MAYBE_DUPLICATE));
        return 0;
    }

    private static SignalRecord firing(long key, long deadlineNs, int occurrence, int missed, boolean isLate) {
        return new SignalRecord().key(key).owner(OWNER).deadlineNs(deadlineNs).occurrence(occurrence, missed)
                .generation((int) key + 1).flags((isLate ? SignalRecordLayout.FLAG_LATE : 0)
                | (missed > 0 ? SignalRecordLayout.FLAG_COALESCED : 0));
    }

    @Test
    void shouldKnowWhichTimersAreDurableAndRefuseBothFlags() {
        assertEquals(ReplyCode.ARMED, arm(engine, 1, START_NS, 0, Durability.DISK));
        assertEquals(ReplyCode.ARMED, arm(engine, 2, START_NS, 0, Durability.PROCESS));
        assertEquals(ReplyCode.ARMED, arm(engine, 3, START_NS, 0, Durability.NONE));
        assertEquals(Durability.DISK, timers.durability(OWNER, 1));
        assertEquals(Durability.PROCESS, timers.durability(OWNER, 2));
        assertEquals(Durability.NONE, timers.durability(OWNER, 3));
        assertEquals(Durability.NONE, timers.durability(OWNER, 4));
        engine.execute(OWNER, command.arm(5, 1, START_NS).flags(Durability.FLAGS), START_NS, 0, reply);
        assertEquals(ReplyReason.UNKNOWN_FLAG, reply.reason());
    }

    @Test
    void shouldRefuseAnImageThatIsNoneOfATimerAndKeepTheOneThatIsThere() {
        arm(engine, 1, START_NS + 5, 0, Durability.DISK);
        long[] image = new long[DurableTimers.IMAGE_WORDS];
        timers.image(OWNER, 1, (owner, words) -> System.arraycopy(words, 0, image, 0, image.length));
        for (int word = 0; word < image.length; word++) {
            for (int bit = 0; bit < Long.SIZE; bit++) {
                long[] broken = image.clone();
                broken[word] ^= 1L << bit;
                TimerEngine other = TimerEngine.create(TimerQuotas.DEFAULT, 1_024);
                DurableTimers copies = DurableTimers.of(other);
                assertTrue(copies.restore(OWNER, image));
                if (copies.restore(OWNER, broken)) {
                    copies.durability(OWNER, broken[0]);
                }
                copies.finish(START_NS, 1, Long.MIN_VALUE);
                // Whatever fires: nothing is thrown.
                other.expire(Long.MAX_VALUE - 2, 4, this::take);
            }
        }
        image[6] |= 13L << 48;
        assertFalse(timers.restore(OWNER, image));
        assertEquals(List.of("1@5#0+000"), expire(engine, START_NS + 5));
    }

    @Test
    void shouldKeepATimerWhenAVolatileArmingOfItsKeyIsRedoneThatWasRefused() {
        timers.redo(OWNER, command.arm(1, 1, START_NS).durability(Durability.DISK), START_NS);
        assertFalse(timers.redo(OWNER, command.arm(1, 1, -5), START_NS));
        assertEquals(1, timers.count());
        assertTrue(timers.redo(OWNER, command.arm(1, 1, 5), START_NS));
        assertEquals(0, timers.count());
    }

    @Test
    void shouldKeepDurableTimersWhenTheirClientsAreGone() {
        arm(engine, 1, START_NS + 5, 0, Durability.PROCESS);
        arm(engine, 2, START_NS + 6, 0, Durability.NONE);
        engine.cancelOwner(OWNER);
        assertEquals(List.of("1@5#0+000"), expire(engine, START_NS + 10));
    }

    @Test
    void shouldBringBackImagesAsTheyWere() {
        for (int key = 0; key < 3_000; key++) {
            arm(engine, key, START_NS + 1 + key, key % 3 == 0 ? PERIOD_NS : 0,
                    key % 2 == 0 ? Durability.PROCESS : Durability.NONE);
        }
        engine.execute(OWNER, command.reset(CommandLayout.TYPE_PAUSE, 4), START_NS, 0, reply);
        TimerEngine other = TimerEngine.create(new TimerQuotas(1, 1), 1024);
        DurableTimers copies = DurableTimers.of(other);
        copies.begin();
        int pages = 0;
        for (int cursor = 0; cursor >= 0; pages++) {
            cursor = timers.page(cursor, 64, (owner, image) -> assertTrue(copies.restore(owner, image)));
            assertTrue(pages < MOST_PAGES);
        }
        copies.finish(START_NS, 1, Long.MIN_VALUE);
        assertEquals(1_500, copies.count(OWNER));
        List<String> copied = expire(other, START_NS + 3_000);
        List<String> original = expire(engine, START_NS + 3_000).stream()
                .filter(text -> Integer.parseInt(text.substring(0, text.indexOf('@'))) % 2 == 0)
                .map(text -> text.substring(0, text.length() - 2) + SignalRecordLayout.FLAG_RECOVERED + "0").toList();
        assertEquals(original, copied);
        assertEquals(1_499, copied.size());
        other.execute(OWNER, command.reset(CommandLayout.TYPE_RESUME, 4), START_NS, 0, reply);
        assertEquals(ReplyCode.RESUMED, reply.code());
    }

    @Test
    void shouldDoFiringsAgainOnce() {
        arm(engine, 1, START_NS + 10, 0, Durability.PROCESS);
        arm(engine, 2, START_NS + 20, PERIOD_NS, Durability.PROCESS);
        timers.refire(firing(1, START_NS + 10, 0, 0, false).generation(3));
        assertEquals(2, timers.count());
        timers.refire(firing(1, START_NS + 10, 0, 0, false));
        timers.refire(firing(1, START_NS + 10, 0, 0, false));
        assertEquals(1, timers.count());
        for (int again = 0; again < 2; again++) {
            timers.refire(firing(2, START_NS + 20, 0, 0, false));
            timers.refire(firing(2, START_NS + 20 + PERIOD_NS, 1, 3, true));
        }
        assertEquals(List.of("2@" + (20 + 5 * PERIOD_NS) + "#5+000"), expire(engine, START_NS + 20 + 5 * PERIOD_NS));
    }

    @Test
    void shouldNotTouchTimersWhenSignalsAreOfAnotherRunWithTheSameOwnersAndKeys() {
        arm(engine, 1, START_NS + 10, 0, Durability.PROCESS);
        arm(engine, 2, START_NS + 20, PERIOD_NS, Durability.PROCESS);
        command.armAt(3, 3, Long.MAX_VALUE / 2).generation(4).durability(Durability.PROCESS);
        assertTrue(timers.redo(OWNER, command, START_NS));
        timers.refire(firing(1, START_NS + 10, 0, 0, false).generation(77));
        timers.refire(firing(2, START_NS + 20 + 7 * PERIOD_NS, 7, 2, true).generation(77));
        timers.refire(firing(3, START_NS - 5, 0, 0, false).generation(77));
        assertEquals(3, timers.count());
        assertEquals(List.of("1@10#0+000", "2@20#0+000"), expire(engine, START_NS + 30));
    }

    @Test
    void shouldCountOccurrencesAndNotTimeWhenDoingFiringsAgain() {
        arm(engine, 1, START_NS, PERIOD_NS, Durability.PROCESS);
        // From another boot, whose clock showed another time.
        timers.refire(firing(1, 17, 4, 0, false));
        timers.refire(firing(1, 3, 2, 1, true));
        assertEquals(List.of("1@" + 5 * PERIOD_NS + "#5+000"), expire(engine, START_NS + 5 * PERIOD_NS));
    }

    @Test
    void shouldFireOverdueTimersOneAfterTheOtherInOrderAndFlagThem() {
        timers.begin();
        for (int key = 9; key >= 0; key--) {
            timers.redo(OWNER, command.arm(key, 1, START_NS + key).durability(Durability.DISK), START_NS);
        }
        long nowNs = START_NS + 5;
        assertEquals(6, timers.finish(nowNs, 1_000, nowNs));
        assertEquals(List.of(), expire(engine, nowNs));
        assertEquals(nowNs + 1, engine.nextDeadlineNs(), "a timer that is not overdue does not wait");
        assertEquals(List.of("9@9#0+040", "8@8#0+040", "7@7#0+040", "6@6#0+040").stream().sorted().toList(),
                expire(engine, nowNs + 4).stream().sorted().toList());
        assertEquals(List.of("0@0#0+048"), expire(engine, nowNs + 1_001));
        assertEquals(List.of("1@1#0+048", "2@2#0+048"), expire(engine, nowNs + 3_001));
        assertEquals(List.of("3@3#0+048", "4@4#0+048", "5@5#0+048"), expire(engine, nowNs + 6_001));
    }

    @Test
    void shouldKeepPhaseOfPeriodicTimersThatWereDueBeforeTheHostBegan() {
        timers.begin();
        timers.redo(OWNER, command.arm(1, 1, START_NS).periodNs(PERIOD_NS).durability(Durability.DISK), START_NS);
        // The new boot's monotonic clock shows ten periods when the old one would show START + 4.5 periods.
        timers.shift(-START_NS - 4 * PERIOD_NS - PERIOD_NS / 2 + 10 * PERIOD_NS);
        timers.finish(10 * PERIOD_NS, 1, Long.MIN_VALUE);
        List<String> first = expire(engine, 10 * PERIOD_NS + 2);
        assertEquals(List.of("1@" + (5 * PERIOD_NS + PERIOD_NS / 2 - START_NS) + "#0+440"), first);
        assertEquals(10 * PERIOD_NS + PERIOD_NS / 2, engine.nextDeadlineNs());
    }

    @Test
    void shouldEndADurableTimerByAVolatileArmingAndIgnoreQuotasMeanwhile() {
        DurableTimers small = DurableTimers.of(TimerEngine.create(new TimerQuotas(1, 1), 16));
        small.begin();
        for (int key = 0; key < 10; key++) {
            assertTrue(small.redo(OWNER, command.arm(key, 1, START_NS).durability(Durability.PROCESS), START_NS));
        }
        assertEquals(10, small.count());
        small.redo(OWNER, command.arm(3, 1, START_NS), START_NS);
        small.redo(OWNER, command.cancel(4), START_NS);
        assertEquals(8, small.count());
    }
}
