// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random armings, pauses, closing owners and repairs, compared with sums that are computed again for each command. */
@Timeout(60)
class LimitsPropertyTest {
    private static final int STEPS = 60_000;
    private static final int OWNERS = 6;
    private static final int USERS = 2;
    private static final int KEYS = 12;
    private static final TimerQuotas QUOTAS = new TimerQuotas(1_000, 8, 18);
    private static final RateQuotas RATES =
            new RateQuotas(3_000, 6_000, RateQuotas.MOST, RateQuotas.MOST, RateQuotas.MOST);

    private record Id(int owner, long key) {
    }

    private record Timer(long periodNs, long dueNs, boolean isPaused) {
    }

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final TimerEngine engine = TimerEngine.create(QUOTAS, 1024);
    private final Map<Id, Timer> model = new HashMap<>();
    private final FiringLog log = new FiringLog();
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();
    private long nowNs = 1_000_000_000_000L;
    private final int[] refused = new int[ReplyReason.values().length];

    private static int userOf(int owner) {
        return owner % USERS;
    }

    private static long share(long periodNs) {
        return periodNs == 0 ? 0 : (1_000_000_000L << 16) / periodNs;
    }

    private ReplyReason expected(int owner, long key, long periodNs) {
        boolean isThere = model.containsKey(new Id(owner, key));
        long owners = model.keySet().stream().filter(id -> id.owner() == owner).count();
        long users = model.keySet().stream().filter(id -> userOf(id.owner()) == userOf(owner)).count();
        if (!isThere && owners >= QUOTAS.maxTimersPerOwner()) {
            return ReplyReason.OWNER_QUOTA;
        }
        if (!isThere && userOf(owner) != 0 && users >= QUOTAS.maxTimersPerUser()) {
            return ReplyReason.USER_QUOTA;
        }
        long more = share(periodNs) - (isThere ? share(model.get(new Id(owner, key)).periodNs()) : 0);
        long ownerSum = more;
        long userSum = more;
        for (Map.Entry<Id, Timer> entry : model.entrySet()) {
            long share = share(entry.getValue().periodNs());
            ownerSum += entry.getKey().owner() == owner ? share : 0;
            userSum += userOf(entry.getKey().owner()) == userOf(owner) ? share : 0;
        }
        boolean isOver = ownerSum > (long) RATES.firingsPerOwner() << 16
                || userSum > (long) RATES.firingsPerUser() << 16;
        return more > 0 && isOver ? ReplyReason.RATE_QUOTA : ReplyReason.NONE;
    }

    @Test
    void shouldRefuseExactlyWhatWouldGoBeyondALimit() {
        System.out.println("LimitsPropertyTest -Dseed=" + seed);
        engine.ownUser(0);
        engine.rates(RATES);
        for (int owner = 1; owner <= OWNERS; owner++) {
            engine.openOwner(owner, userOf(owner));
        }
        try {
            for (int step = 0; step < STEPS; step++) {
                step(1 + random.nextInt(OWNERS), random.nextInt(KEYS));
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed=" + seed, e);
        }
        for (ReplyReason reason : new ReplyReason[] {ReplyReason.OWNER_QUOTA, ReplyReason.USER_QUOTA,
            ReplyReason.RATE_QUOTA}) {
            assertTrue(refused[reason.code()] > 0, reason + " never");
        }
    }

    private void step(int owner, long key) {
        switch (random.nextInt(100)) {
            case 0 -> engine.store().rebuild();
            case 1 -> endOwner(owner);
            case 2, 3, 4, 5 -> expire();
            default -> {
                switch (random.nextInt(8)) {
                    case 0 -> change(owner, key, CommandLayout.TYPE_PAUSE);
                    case 1 -> change(owner, key, CommandLayout.TYPE_RESUME);
                    case 2 -> change(owner, key, CommandLayout.TYPE_CANCEL);
                    default -> arm(owner, key);
                }
            }
        }
    }

    private void arm(int owner, long key) {
        long periodNs = random.nextInt(3) == 0 ? 0 : 300_000 + random.nextInt(3_000_000);
        long dueNs = nowNs + 1 + random.nextInt(1_000_000);
        ReplyReason expected = expected(owner, key, periodNs);
        engine.execute(owner, command.arm(key, 1, dueNs).periodNs(periodNs), nowNs, 0, reply);
        assertEquals(expected, reply.reason());
        assertEquals(expected == ReplyReason.NONE ? ReplyCode.ARMED : ReplyCode.FULL, reply.code());
        refused[expected.code()]++;
        if (expected == ReplyReason.NONE) {
            model.put(new Id(owner, key), new Timer(periodNs, dueNs, false));
        }
    }

    private void change(int owner, long key, int type) {
        engine.execute(owner, command.reset(type, key), nowNs, 0, reply);
        Id id = new Id(owner, key);
        Timer timer = model.get(id);
        if (timer != null && type == CommandLayout.TYPE_CANCEL) {
            assertEquals(ReplyCode.CANCELLED, reply.code());
            model.remove(id);
        } else if (timer != null) {
            boolean isPause = type == CommandLayout.TYPE_PAUSE;
            assertEquals(isPause ? ReplyCode.PAUSED : ReplyCode.RESUMED, reply.code());
            boolean isChange = isPause != timer.isPaused();
            // A paused one-shot timer has the time that is left.
            long dueNs = timer.periodNs() == 0 && isChange
                    ? timer.dueNs() + (isPause ? -nowNs : nowNs) : timer.dueNs();
            model.put(id, new Timer(timer.periodNs(), dueNs, isPause));
        }
    }

    private void endOwner(int owner) {
        engine.cancelOwner(owner);
        model.keySet().removeIf(id -> id.owner() == owner);
        while (engine.doHousekeeping() > 0) {
            assertTrue(engine.pending() >= model.size());
        }
        if (random.nextBoolean()) {
            assertTrue(engine.closeOwner(owner));
        }
        engine.openOwner(owner, userOf(owner));
    }

    private void expire() {
        nowNs += random.nextInt(500_000);
        log.expireAll(engine, nowNs, 1_000);
        model.values().removeIf(timer -> timer.periodNs() == 0 && !timer.isPaused() && timer.dueNs() <= nowNs);
        assertEquals(model.size(), engine.pending());
    }
}
