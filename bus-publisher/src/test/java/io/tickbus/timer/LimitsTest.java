// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One owner, or one user, cannot use up what belongs to all. */
@Timeout(60)
class LimitsTest {
    private static final long NOW_NS = 1_000_000_000_000L;
    private static final long HOUR_NS = 3_600_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000;
    private static final int DAEMON = 1000;
    private static final int GUEST = 1001;
    private static final int GUEST_B = -2;

    private final TimerEngine engine = TimerEngine.create(new TimerQuotas(1_000_000, 1_000_000, 10), 1024);
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();
    private long nowNs = NOW_NS;

    private ReplyReason arm(int owner, long key, long periodNs) {
        engine.execute(owner, command.arm(key, 1, NOW_NS + HOUR_NS).periodNs(periodNs), nowNs, 0, reply);
        assertEquals(reply.reason() == ReplyReason.NONE ? ReplyCode.ARMED : ReplyCode.FULL, reply.code());
        return reply.reason();
    }

    private ReplyCode execute(int owner, int type, long key) {
        engine.execute(owner, command.reset(type, key), nowNs, 0, reply);
        return reply.code();
    }

    private void open(int owner, int user) {
        engine.ownUser(DAEMON);
        assertTrue(engine.openOwner(owner, user));
    }

    @Test
    void shouldCountTheTimersOfAllOwnersOfAUserButNotOfItsOwn() {
        open(1, GUEST);
        open(2, GUEST);
        open(3, GUEST_B);
        open(4, DAEMON);
        for (int key = 0; key < 5; key++) {
            assertEquals(ReplyReason.NONE, arm(1, key, 0));
            assertEquals(ReplyReason.NONE, arm(2, key, 0));
        }
        assertEquals(ReplyReason.USER_QUOTA, arm(1, 5, 0));
        assertEquals(ReplyReason.NONE, arm(1, 4, 0), "an existing timer");
        for (int key = 0; key < 10; key++) {
            assertEquals(ReplyReason.NONE, arm(3, key, 0));
        }
        for (int key = 0; key < 20; key++) {
            assertEquals(ReplyReason.NONE, arm(4, key, 0));
        }
        assertEquals(ReplyCode.CANCELLED, execute(2, CommandLayout.TYPE_CANCEL, 0));
        assertEquals(ReplyReason.NONE, arm(1, 5, 0));
        assertEquals(ReplyReason.USER_QUOTA, arm(1, 6, 0));
    }

    @Test
    void shouldCountKeptTimersOfClientsThatAreGone() {
        for (int owner = 1; owner <= 5; owner++) {
            open(owner, GUEST);
            for (int key = 0; key < 2; key++) {
                engine.execute(owner, command.arm(key, 1, NOW_NS + HOUR_NS)
                        .flags(CommandLayout.FLAG_KEEP_ON_DEATH), nowNs, 0, reply);
                assertEquals(ReplyCode.ARMED, reply.code());
            }
            engine.cancelOwner(owner);
        }
        open(6, GUEST);
        assertEquals(ReplyReason.USER_QUOTA, arm(6, 0, 0));
        log().expireAll(engine, NOW_NS + HOUR_NS, 100);
        assertEquals(ReplyReason.NONE, arm(6, 0, 0), "they have fired");
    }

    private static FiringLog log() {
        return new FiringLog();
    }

    @Test
    void shouldRefusePeriodicTimersThatTogetherFireTooOften() {
        engine.rates(RateQuotas.DEFAULT);
        open(1, GUEST);
        assertEquals(ReplyReason.RATE_QUOTA, arm(1, 1, 1_000), "a million a second");
        assertEquals(ReplyReason.NONE, arm(1, 1, 10_000), "a hundred thousand");
        assertEquals(ReplyReason.NONE, arm(1, 2, 10_000), "two, exactly");
        assertEquals(ReplyReason.RATE_QUOTA, arm(1, 3, SECOND_NS));
        assertEquals(ReplyReason.NONE, arm(1, 3, 0), "one-shot");
        assertEquals(ReplyReason.NONE, arm(1, 2, 20_000), "armed again, half as often");
        assertEquals(ReplyReason.NONE, arm(1, 3, 20_000));
        assertEquals(ReplyReason.RATE_QUOTA, arm(1, 3, 19_999), "armed again, more often");
        assertEquals(ReplyCode.PAUSED, execute(1, CommandLayout.TYPE_PAUSE, 1));
        assertEquals(ReplyReason.RATE_QUOTA, arm(1, 4, SECOND_NS), "it will be resumed");
        assertEquals(ReplyCode.RESUMED, execute(1, CommandLayout.TYPE_RESUME, 1));
        assertEquals(ReplyCode.CANCELLED, execute(1, CommandLayout.TYPE_CANCEL, 1));
        assertEquals(ReplyReason.NONE, arm(1, 4, 10_000));
        for (int owner = 2; owner <= 3; owner++) {
            open(owner, GUEST);
            assertEquals(owner == 2 ? ReplyReason.NONE : ReplyReason.RATE_QUOTA, arm(owner, 1, 5_000), "by user");
        }
        assertEquals(ReplyReason.NONE, arm(3, 1, 10_000), "half a million of the user, exactly");
        assertEquals(ReplyReason.RATE_QUOTA, arm(3, 2, SECOND_NS));
        assertEquals(ReplyCode.ARMED, engine.armEvery(1, 1, NOW_NS, 1_000), "the host itself");
    }

    @Test
    void shouldLimitArmingsByATokenBucket() {
        engine.rates(new RateQuotas(RateQuotas.MOST, RateQuotas.MOST, 1_000, 1_500, 10));
        open(1, DAEMON);
        open(2, DAEMON);
        for (int i = 0; i < 10; i++) {
            assertEquals(ReplyReason.NONE, arm(1, 1, 0), "the burst");
        }
        assertEquals(ReplyReason.ARMING_QUOTA, arm(1, 1, 0));
        assertEquals(ReplyReason.ARMING_QUOTA, arm(2, 1, 0), "the user's limit");
        nowNs += SECOND_NS / 1_500 + 1;
        assertEquals(ReplyReason.ARMING_QUOTA, arm(1, 1, 0), "the owner's limit lasts longer");
        assertEquals(ReplyReason.NONE, arm(2, 1, 0));
        assertEquals(ReplyCode.CANCELLED, execute(1, CommandLayout.TYPE_CANCEL, 1), "no arming");
        nowNs += HOUR_NS;
        int armed = 0;
        for (int step = 0; step < 30_000; step++) {
            nowNs += SECOND_NS / 10_000;
            armed += arm(1, 1, 0) == ReplyReason.NONE ? 1 : 0;
        }
        assertEquals(3_000 + 10, armed, 1, "three seconds, and the burst");
    }

    @Test
    void shouldRememberWhatAUserOwesWhenItConnectsAgain() {
        engine.rates(new RateQuotas(RateQuotas.MOST, RateQuotas.MOST, 1_000, 1_000, 10));
        for (int owner = 1; owner <= 2; owner++) {
            open(owner, GUEST);
            for (int i = 0; i < 10; i++) {
                assertEquals(owner == 1 ? ReplyReason.NONE : ReplyReason.ARMING_QUOTA, arm(owner, 1, 0));
            }
            execute(owner, CommandLayout.TYPE_CANCEL, 1);
            engine.cancelOwner(owner);
            assertTrue(engine.closeOwner(owner));
        }
        nowNs += SECOND_NS;
        open(3, GUEST);
        assertEquals(ReplyReason.NONE, arm(3, 1, 0));
    }

    @Test
    void shouldNotLimitWhatIsRecoveredAndThenCountIt() {
        TimerEngine small = TimerEngine.create(new TimerQuotas(100, 100, 3), 16);
        small.ownUser(DAEMON);
        small.rates(new RateQuotas(1, 1, 1, 1, 1));
        DurableTimers timers = DurableTimers.of(small);
        timers.begin();
        for (int key = 0; key < 10; key++) {
            assertTrue(timers.redo(7, command.arm(key, 1, NOW_NS + HOUR_NS).periodNs(1_000)
                    .durability(Durability.DISK), NOW_NS));
        }
        timers.finish(NOW_NS, 1, Long.MIN_VALUE);
        small.assignOwner(7, GUEST);
        small.openOwner(8, GUEST);
        small.execute(8, command.arm(1, 1, NOW_NS + HOUR_NS), NOW_NS, 0, reply);
        assertEquals(ReplyReason.USER_QUOTA, reply.reason());
        small.execute(7, command.arm(1, 1, NOW_NS + HOUR_NS).periodNs(1_000), NOW_NS, 0, reply);
        assertEquals(ReplyCode.ARMED, reply.code(), "as often as before");
    }

    @Test
    void shouldRefuseNewTimersWithoutMemoryAndChangeNothing() {
        engine.ownUser(TimerEngine.OWN_USER);
        engine.openOwner(1);
        engine.maxBytes(2 << 20);
        Random random = new Random(7);
        int armed = 0;
        while (engine.execute(command.arm(armed, 1, random.nextLong() >>> 1)) == ReplyCode.ARMED) {
            armed++;
        }
        assertEquals(armed, engine.pending());
        assertTrue(armed > 1_000, "armed=" + armed);
        assertTrue(engine.sizeBytes() < 3 << 20, "sizeBytes=" + engine.sizeBytes());
        assertEquals(ReplyReason.DAEMON_QUOTA, arm(1, 1, 0));
        assertEquals(ReplyCode.UNKNOWN, execute(1, CommandLayout.TYPE_CANCEL, 1));
        assertEquals(ReplyCode.ARMED, engine.arm(3, 1, NOW_NS), "an existing timer");
        for (int key = 0; key < 100; key++) {
            assertEquals(ReplyCode.CANCELLED, engine.cancel(key));
        }
        for (int key = 0; key < 100; key++) {
            assertEquals(ReplyReason.NONE, arm(1, key, 0), "in the memory of cancelled timers");
        }
        assertEquals(armed, engine.pending());
        assertEquals(armed, log().expireAll(engine, Long.MAX_VALUE - 2, 1_000).size());
    }

    @Test
    void shouldLowerQuotasToWhatTheMemoryHolds() {
        assertEquals(TimerQuotas.DEFAULT, TimerQuotas.DEFAULT.fitting(2L << 30));
        TimerQuotas fitting = TimerQuotas.DEFAULT.fitting(24 << 20);
        assertEquals((24 << 20) / 128, fitting.maxTimers());
        assertEquals(fitting.maxTimers(), fitting.maxTimersPerOwner());
        assertEquals(fitting.maxTimers() / 2, fitting.maxTimersPerUser());
        assertEquals(1, TimerQuotas.DEFAULT.fitting(-5).maxTimers());
        assertThrows(IllegalArgumentException.class, () -> new RateQuotas(1, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new TimerQuotas(1, 1, 0));
    }
}
