// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static io.tickbus.timer.Firing.LAST;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TimerEngineTest {
    private static final long NOW_NS = 5_000_000_000L;
    private static final long MS = 1_000_000;
    private static final int OWNER = 9;

    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT);
    private final FiringLog log = new FiringLog();
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();

    @Test
    void shouldHaveNoDeadlineWhenThereIsNoTimer() {
        assertEquals(Long.MAX_VALUE, engine.nextDeadlineNs());
        assertEquals(0, engine.expire(Long.MAX_VALUE, 10, log));
        assertEquals(0, engine.pending());
    }

    @Test
    void shouldFillEveryFieldOfFiring() {
        engine.openOwner(OWNER);
        execute(command.arm(77, -3, NOW_NS).payload(0x0102030405060708L, 0x15161718, 12).generation(-9),
                NOW_NS - 1);
        SignalRecord signal = new SignalRecord().payload(99).flags(255).occurrence(3, 4).key(-1);
        engine.expire(NOW_NS, 1, firing -> {
            System.arraycopy(firing.fields(), 0, signal.fields(), 0, firing.fields().length);
            return 0;
        });
        assertEquals(new Firing(OWNER, -3, 77, NOW_NS, LAST, 0, 0), new Firing(signal));
        assertEquals(12, signal.payloadLength());
        assertEquals(-9, signal.generation());
        assertEquals(0x0102030405060708L, signal.payloadLong());
        assertEquals(0x18, signal.payload()[8]);
        assertEquals(0x15, signal.payload()[11]);
    }

    @Test
    void shouldNumberOneShotFiringOnlyWhenAskedTo() {
        List<Integer> occurrences = new ArrayList<>();
        engine.openOwner(OWNER);
        execute(command.arm(1, 5, NOW_NS).occurrence(-7), NOW_NS - 1);
        // What another program leaves in a field that FIRE_ONCE has no use for.
        execute(command.arm(2, 5, NOW_NS + 1), NOW_NS - 1);
        command.arm(2, 5, NOW_NS + 1).fields()[5 - 1] |= 9L << Integer.SIZE;
        execute(command, NOW_NS - 1);
        engine.expire(NOW_NS + 1, 2, firing -> {
            occurrences.add(firing.occurrence());
            return 0;
        });
        assertEquals(List.of(-7, 0), occurrences);
    }

    @Test
    void shouldNumberArmingsOfHostItself() {
        List<Integer> generations = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            engine.arm(5, 6, NOW_NS);
            engine.armEvery(6, 7, NOW_NS, MS);
            engine.expire(NOW_NS, 2, firing -> {
                generations.add(firing.generation());
                return 0;
            });
        }
        assertEquals(6, new HashSet<>(generations).size(), generations::toString);
        assertFalse(generations.contains(0), generations::toString);
        assertEquals(1, generations.get(1) - generations.get(0), generations::toString);
    }

    @Test
    void shouldAnswerWithSequencesThatTellArmingsApart() {
        engine.openOwner(OWNER);
        check(command.arm(1, 2, NOW_NS), ReplyCode.ARMED);
        assertEquals(NOW_NS, reply.deadlineNs());
        assertEquals(0, reply.signalSequence());
        assertEquals(2, reply.signalId());
        log.expireAll(engine, NOW_NS, 10);
        check(of(CommandLayout.TYPE_CANCEL, 1), ReplyCode.ALREADY_FIRED);
        assertEquals(0, reply.signalSequence());
        check(command.arm(1, 2, NOW_NS), ReplyCode.ARMED);
        assertEquals(1, reply.signalSequence());
        check(of(CommandLayout.TYPE_CANCEL, 1), ReplyCode.CANCELLED);
        check(of(CommandLayout.TYPE_CANCEL, 1), ReplyCode.UNKNOWN);
        assertEquals(0, engine.pending());
    }

    @Test
    void shouldReplaceWhollyWhenArmedAnewWhileHeld() {
        engine.openOwner(OWNER);
        check(command.arm(1, 2, NOW_NS).periodNs(MS).payload(5, 5, 12), ReplyCode.ARMED);
        check(of(CommandLayout.TYPE_PAUSE, 1), ReplyCode.PAUSED);
        assertEquals(Long.MAX_VALUE, engine.nextDeadlineNs());
        check(command.arm(1, 3, NOW_NS + 1), ReplyCode.ARMED);
        check(of(CommandLayout.TYPE_RESUME, 1), ReplyCode.RESUMED);
        assertEquals(NOW_NS + 1, reply.deadlineNs());
        assertEquals(List.of(new Firing(OWNER, 3, 1, NOW_NS + 1, LAST, 0, 0)),
                log.expireAll(engine, NOW_NS + 1, 10));
        assertEquals(0, engine.pending());
    }

    @Test
    void shouldMoveDeadlineByPauseWhenDueOnce() {
        engine.openOwner(OWNER);
        execute(command.arm(1, 2, NOW_NS + 10 * MS), NOW_NS);
        execute(of(CommandLayout.TYPE_PAUSE, 1), NOW_NS + 3 * MS);
        execute(of(CommandLayout.TYPE_PAUSE, 1), NOW_NS + 9 * MS);
        assertEquals(ReplyCode.PAUSED, reply.code());
        assertEquals(List.of(), log.expireAll(engine, NOW_NS + 50 * MS, 10));
        execute(of(CommandLayout.TYPE_RESUME, 1), NOW_NS + 100 * MS);
        assertEquals(NOW_NS + 107 * MS, reply.deadlineNs());
        assertEquals(NOW_NS + 107 * MS, engine.nextDeadlineNs());
        execute(of(CommandLayout.TYPE_RESUME, 1), NOW_NS + 101 * MS);
        assertEquals(NOW_NS + 107 * MS, reply.deadlineNs());
    }

    @Test
    void shouldKeepPhaseAndNumbersWhenPeriodicIsHeld() {
        engine.openOwner(OWNER);
        execute(command.arm(1, 2, NOW_NS).periodNs(MS), NOW_NS);
        log.expireAll(engine, NOW_NS, 10);
        execute(of(CommandLayout.TYPE_PAUSE, 1), NOW_NS);
        execute(of(CommandLayout.TYPE_RESUME, 1), NOW_NS + 5 * MS + 1);
        assertEquals(NOW_NS + 6 * MS, reply.deadlineNs());
        assertEquals(List.of(new Firing(OWNER, 2, 1, NOW_NS + 6 * MS, 0, 6, 0)),
                log.expireAll(engine, NOW_NS + 6 * MS, 10));
        execute(of(CommandLayout.TYPE_PAUSE, 1), NOW_NS + 6 * MS);
        execute(of(CommandLayout.TYPE_RESUME, 1), NOW_NS + 6 * MS);
        assertEquals(NOW_NS + 7 * MS, reply.deadlineNs(), "no occurrence fires twice");
    }

    @Test
    void shouldRefuseEveryFieldThatIsWrong() {
        engine.openOwner(OWNER);
        refuse(ReplyReason.UNKNOWN_TYPE, c -> c.reset(0, 1));
        refuse(ReplyReason.UNKNOWN_TYPE, c -> c.reset(CommandLayout.TYPE_LIST, 1));
        refuse(ReplyReason.UNKNOWN_TYPE, c -> c.reset(255, 1));
        refuse(ReplyReason.UNKNOWN_FLAG, c -> c.flags(CommandLayout.FLAG_ALL_OWNERS));
        refuse(ReplyReason.UNKNOWN_FLAG, c -> c.flags(0x80));
        refuse(ReplyReason.UNKNOWN_FLAG, c -> c.reset(CommandLayout.TYPE_PAUSE, 1).flags(1));
        refuse(ReplyReason.BAD_DEADLINE, c -> c.arm(1, 2, -1));
        refuse(ReplyReason.BAD_DEADLINE, c -> c.arm(1, 2, NOW_NS + CommandCheck.FARTHEST_NS + 1));
        refuse(ReplyReason.BAD_DEADLINE, c -> c.arm(1, 2, Long.MAX_VALUE));
        for (long periodNs : new long[] {Long.MIN_VALUE, -1, 1, 999, CommandCheck.FARTHEST_NS + 1, Long.MAX_VALUE}) {
            refuse(ReplyReason.BAD_PERIOD, c -> c.periodNs(periodNs));
        }
        refuse(ReplyReason.BAD_MISFIRE_POLICY, c -> c.fields()[4 - 1] |= 4L << 48);
        refuse(ReplyReason.BAD_MISFIRE_POLICY, c -> c.periodNs(2_000).occurrence(5));
        refuse(ReplyReason.BAD_MISFIRE_POLICY, c -> c.durability(Durability.DISK).occurrence(5));
        refuse(ReplyReason.BAD_MISFIRE_POLICY, c -> c.durability(Durability.PROCESS).occurrence(5));
        refuse(ReplyReason.BAD_CAP, c -> c.misfire(MisfirePolicy.FIRE_ALL, 0));
        refuse(ReplyReason.BAD_CAP, c -> c.misfire(MisfirePolicy.FIRE_ALL, 1_000_001));
        refuse(ReplyReason.BAD_CAP, c -> c.misfire(MisfirePolicy.FIRE_ALL, -1));
        refuse(ReplyReason.BAD_PAYLOAD, c -> c.fields()[4 - 1] |= 13L << 56);
    }

    private void refuse(ReplyReason reason, Consumer<TimerCommand> change) {
        execute(command.arm(1, 5, NOW_NS + 7).periodNs(2_000), NOW_NS);
        change.accept(command.arm(1, 2, NOW_NS));
        execute(command, NOW_NS);
        assertEquals(ReplyCode.INVALID, reply.code(), command::toString);
        assertEquals(reason, reply.reason(), command::toString);
        assertEquals(NOW_NS + 7, engine.nextDeadlineNs(), "nothing was changed");
        assertEquals(1, engine.pending(OWNER));
    }

    @Test
    void shouldFireAtOnceWhenDeadlineIsPast() {
        assertEquals(ReplyCode.ARMED, engine.arm(1, 2, 0));
        assertEquals(ReplyCode.ARMED, engine.armEvery(2, 3, 0, NOW_NS));
        assertEquals(2, log.expireAll(engine, NOW_NS, 10).size());
        assertEquals(2 * NOW_NS, engine.nextDeadlineNs());
    }

    @Test
    void shouldBeFullWhenQuotaIsUsedUp() {
        TimerEngine small = TimerEngine.create(new TimerQuotas(5, 3));
        small.openOwner(1);
        small.openOwner(2);
        for (int key = 0; key < 3; key++) {
            small.execute(1, command.arm(key, 1, NOW_NS), NOW_NS, 0, reply);
            assertEquals(ReplyCode.ARMED, reply.code());
        }
        small.execute(1, command.arm(3, 1, NOW_NS), NOW_NS, 0, reply);
        assertEquals(ReplyCode.FULL, reply.code());
        assertEquals(ReplyReason.OWNER_QUOTA, reply.reason());
        assertEquals(3, small.pending(1));
        small.execute(1, command.arm(2, 1, NOW_NS + 1), NOW_NS, 0, reply);
        assertEquals(ReplyCode.ARMED, reply.code(), "an existing timer");
        assertEquals(ReplyCode.ARMED, small.arm(1, 1, NOW_NS));
        assertEquals(ReplyCode.ARMED, small.arm(2, 1, NOW_NS));
        assertEquals(ReplyCode.FULL, small.arm(3, 1, NOW_NS));
        small.execute(2, command.arm(0, 1, NOW_NS), NOW_NS, 0, reply);
        assertEquals(ReplyReason.DAEMON_QUOTA, reply.reason());
        small.quotas(new TimerQuotas(6, 3));
        small.execute(2, command.arm(0, 1, NOW_NS), NOW_NS, 0, reply);
        assertEquals(ReplyCode.ARMED, reply.code());
        assertEquals(6, small.pending());
    }

    @Test
    void shouldFireNoneOfDeadOwnerButThoseToBeKept() {
        int count = 3_000;
        for (int owner = 1; owner <= 2; owner++) {
            assertTrue(engine.openOwner(owner));
            for (int key = 0; key < count; key++) {
                int flags = key % 10 == 0 ? CommandLayout.FLAG_KEEP_ON_DEATH : 0;
                engine.execute(owner, command.arm(key, owner, NOW_NS + key).flags(flags), NOW_NS, 0, reply);
            }
        }
        engine.cancelOwner(1);
        engine.cancelOwner(1);
        assertFalse(engine.openOwner(1), "not before they are cancelled");
        assertFalse(engine.closeOwner(1));
        engine.execute(1, command.arm(1, 1, NOW_NS), NOW_NS, 0, reply);
        assertEquals(ReplyReason.CLOSED, reply.reason());
        List<Firing> firings = new ArrayList<>(log.expireAll(engine, NOW_NS + count / 2 - 1, 100));
        assertTrue(engine.doHousekeeping() <= TimerStore.MAX_SWEPT_ENTRIES + RetiredTimers.MAX_REMOVED);
        while (engine.doHousekeeping() > 0) {
            assertTrue(engine.pending(1) >= count / 20);
        }
        assertEquals(count / 20, engine.pending(1));
        assertFalse(engine.closeOwner(1), "some are persistent");
        firings.addAll(log.expireAll(engine, NOW_NS + count, 100));
        assertEquals(count / 10, firings.stream().filter(firing -> firing.owner() == 1).count());
        assertEquals(count, firings.stream().filter(firing -> firing.owner() == 2).count());
        assertTrue(engine.closeOwner(1));
        assertEquals(0, engine.pending());
    }

    @Test
    void shouldKnowNothingOfEarlierOwnerWhenNumberIsReused() {
        engine.openOwner(OWNER);
        execute(command.arm(1, 2, NOW_NS), NOW_NS);
        log.expireAll(engine, NOW_NS, 10);
        check(of(CommandLayout.TYPE_CANCEL, 1), ReplyCode.ALREADY_FIRED);
        engine.cancelOwner(OWNER);
        assertTrue(engine.closeOwner(OWNER));
        assertTrue(engine.openOwner(OWNER));
        check(of(CommandLayout.TYPE_CANCEL, 1), ReplyCode.UNKNOWN);
    }

    @Test
    void shouldRefuseOwnerThatCannotBe() {
        for (int owner : new int[] {-1, 65_536, Integer.MIN_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> engine.openOwner(owner));
            engine.execute(owner, command.arm(1, 2, NOW_NS), NOW_NS, 0, reply);
            assertEquals(ReplyReason.CLOSED, reply.reason());
        }
        assertThrows(IllegalArgumentException.class, () -> engine.cancelOwner(0));
        assertThrows(IllegalArgumentException.class, () -> engine.closeOwner(0));
        assertTrue(engine.openOwner(65_535));
    }

    @Test
    void shouldListAllThatTimerHas() {
        TimerCommand durable = new TimerCommand().arm(-1, -2, NOW_NS + MS).periodNs(2 * MS).generation(-3).graceUs(7)
                .misfire(MisfirePolicy.FIRE_ALL, 1_000_000).durability(Durability.DISK).payload(-4, -5, 12);
        TimerCommand calendar = new TimerCommand().armAt(-6, 8, 9 * MS).graceUs(0xFFFF_FFFFL).payload(1, 0, 1);
        TimerCommand numbered = new TimerCommand().arm(-7, 8, NOW_NS + MS).occurrence(-9);
        for (TimerCommand arming : List.of(durable, calendar, numbered)) {
            engine.execute(0, arming, NOW_NS, 0, reply);
            assertEquals(ReplyCode.ARMED, reply.code());
            List<TimerCommand> listed = new ArrayList<>();
            engine.list(0, 0, 31, entry -> {
                if (entry.code() == ReplyCode.LISTED) {
                    listed.add(new TimerCommand().arm(entry.key(), entry.signalId(), 0).periodNs(entry.periodNs()));
                    assertEquals(0, entry.signalSequence(), "late ones");
                } else if (entry.code() == ReplyCode.LISTED_REST) {
                    assertEquals(listed.get(0).key(), entry.key());
                    entry.copyTo(listed.get(0).deadlineNs(entry.deadlineNs()));
                }
            }, reply);
            boolean isDurable = arming.durability() != Durability.NONE;
            arming.flags(arming.flags() | (isDurable ? CommandLayout.FLAG_KEEP_ON_DEATH : 0));
            assertArrayEquals(arming.fields(), listed.get(0).fields());
            engine.cancel(arming.key());
        }
    }

    @Test
    void shouldListLateOccurrencesAndTimeLeft() {
        engine.execute(0, new TimerCommand().arm(1, 2, NOW_NS).periodNs(MS).misfire(MisfirePolicy.FIRE_ALL, 5), NOW_NS,
                0, reply);
        engine.expire(NOW_NS + 10 * MS, 2, firing -> 0);
        List<Long> late = new ArrayList<>();
        engine.list(0, 0, 31, entry -> late.add(entry.code() == ReplyCode.LISTED ? entry.signalSequence() : 0), reply);
        assertEquals(List.of(3L, 0L, 0L), late);
        engine.cancel(1);
        engine.execute(0, new TimerCommand().arm(3, 4, NOW_NS + 10 * MS), NOW_NS, 0, reply);
        engine.execute(0, new TimerCommand().reset(CommandLayout.TYPE_PAUSE, 3), NOW_NS + 4 * MS, 0, reply);
        List<Long> due = new ArrayList<>();
        engine.list(0, 0, 31, entry -> due.add(entry.deadlineNs()), reply);
        assertEquals(List.of(0L, 6 * MS, 0L), due);
    }

    @Test
    void shouldListInPagesOfBoundedWork() {
        int count = 5_000;
        for (int key = 0; key < count; key++) {
            engine.arm(key, 1, NOW_NS + key);
        }
        for (int key = 0; key < count - 1; key++) {
            engine.cancel(key);
        }
        List<ReplyCode> codes = new ArrayList<>();
        engine.list(0, 0, 63, entry -> codes.add(entry.code()), reply);
        assertEquals(List.of(ReplyCode.LIST_END), codes);
        assertEquals(TimerListing.MAX_PAGE_ENTRIES, reply.detail(), "the end of the page, not of the list");
        engine.list(0, 4_096, 63, entry -> codes.add(entry.code()), reply);
        assertEquals(List.of(ReplyCode.LIST_END, ReplyCode.LISTED, ReplyCode.LISTED_REST, ReplyCode.LIST_END), codes);
        assertEquals(0, reply.detail());
        for (long cursor : new long[] {-1, Long.MIN_VALUE, count + 1, Long.MAX_VALUE}) {
            codes.clear();
            engine.list(TimerEngine.ALL_OWNERS, cursor, 63, entry -> codes.add(entry.code()), reply);
            assertEquals(List.of(ReplyCode.LIST_END), codes);
            assertEquals(0, reply.detail());
        }
    }

    @Test
    void shouldArmAnewWhenSinkDoesSo() {
        engine.arm(1, 2, NOW_NS);
        int[] fired = {0};
        FiringHandler sink = firing -> {
            fired[0]++;
            assertEquals(ReplyCode.ARMED, engine.arm(1, 2, firing.deadlineNs() + MS));
            return 0;
        };
        assertEquals(1, engine.expire(NOW_NS, 10, sink));
        assertEquals(10, engine.expire(NOW_NS + 100 * MS, 10, sink));
        assertEquals(1, engine.pending());
        engine.armEvery(1, 2, NOW_NS, MS);
        engine.expire(NOW_NS, 1, firing -> {
            assertEquals(ReplyCode.CANCELLED, engine.cancel(1));
            return 0;
        });
        assertEquals(0, engine.pending());
    }

    @Test
    void shouldNeverBeLaterThanSlackOfAnyTimer() {
        assertEquals(0, engine.shortestSlackNs());
        engine.ecoSlackNs(50 * MS);
        assertEquals(50 * MS, engine.shortestSlackNs());
        engine.openOwner(OWNER);
        long hourNs = 3_600_000 * MS;
        execute(command.arm(1, 1, NOW_NS + hourNs), NOW_NS);
        assertEquals(50 * MS, engine.shortestSlackNs());
        execute(command.arm(2, 1, NOW_NS + 80 * MS), NOW_NS);
        long slackNs = engine.shortestSlackNs();
        assertTrue(slackNs <= 10 * MS && slackNs > 5 * MS, "slackNs=" + slackNs);
        execute(command.arm(3, 1, NOW_NS).periodNs(8_000), NOW_NS);
        assertEquals(512, engine.shortestSlackNs());
        execute(of(CommandLayout.TYPE_PAUSE, 3), NOW_NS);
        assertEquals(slackNs, engine.shortestSlackNs());
        execute(of(CommandLayout.TYPE_RESUME, 3), NOW_NS);
        execute(command.arm(4, 1, NOW_NS - 1), NOW_NS);
        assertEquals(0, engine.shortestSlackNs());
        log.expireAll(engine, NOW_NS, 10);
        assertEquals(512, engine.shortestSlackNs());
        execute(of(CommandLayout.TYPE_CANCEL, 3), NOW_NS);
        execute(command.arm(2, 1, NOW_NS + 2 * hourNs), NOW_NS);
        assertEquals(50 * MS, engine.shortestSlackNs());
        assertThrows(IllegalArgumentException.class, () -> engine.ecoSlackNs(-1));
    }

    @Test
    void shouldCountNoSlackBelowNothingOrAboveEighth() {
        for (long delayNs : new long[] {Long.MIN_VALUE, -1, 0, 7, 8, 15, 16, 1_000, 123_456_789, Long.MAX_VALUE}) {
            long slackNs = SlackClasses.slackNs(SlackClasses.classOf(delayNs));
            long eighthNs = Math.max(0, delayNs / 8);
            assertTrue(slackNs >= 0 && slackNs <= eighthNs && slackNs >= eighthNs / 2, "delayNs=" + delayNs);
        }
    }

    @Test
    void shouldRefuseQuotasThatCannotBe() {
        for (int quota : new int[] {Integer.MIN_VALUE, -1, 0, TimerQuotas.MOST_TIMERS + 1}) {
            assertThrows(IllegalArgumentException.class, () -> new TimerQuotas(quota, 1));
            assertThrows(IllegalArgumentException.class, () -> new TimerQuotas(1, quota));
        }
    }

    private TimerCommand of(int type, long key) {
        return command.reset(type, key);
    }

    private void check(TimerCommand any, ReplyCode expected) {
        execute(any, NOW_NS);
        assertEquals(expected, reply.code());
        assertEquals(OWNER, reply.owner());
    }

    private void execute(TimerCommand any, long nowNs) {
        engine.execute(OWNER, any, nowNs, log.nextSequence(), reply);
    }
}
