// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random and nearly valid commands at any time: nothing may throw, and all counts must be right. */
@Timeout(120)
class TimerEngineFuzzTest {
    private static final int COMMANDS = 1_000_000;
    private static final int OWNER = 3;
    private static final long[] EDGES = {0, 1, -1, 999, 1_000, 1_001, Integer.MAX_VALUE, 1L << 32,
        CommandCheck.FARTHEST_NS, CommandCheck.FARTHEST_NS + 1, Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE,
        1L << 62};

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final TimerEngine engine = TimerEngine.create(new TimerQuotas(20_000, 10_000));
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();
    private final int[] codes = new int[ReplyCode.values().length];
    private long nowNs = 1;
    private long fired;

    @Test
    void shouldAnswerWhateverTheCommand() {
        System.out.println("TimerEngineFuzzTest -Dseed=" + seed);
        engine.openOwner(OWNER);
        for (int i = 0; i < COMMANDS; i++) {
            fillIn();
            engine.execute(OWNER, command, nowNs, fired, reply);
            assertNotNull(reply.code(), command::toString);
            codes[reply.code().code() - 1]++;
            assertEquals(command.key(), reply.key());
            assertTrue(engine.pending(OWNER) >= 0 && engine.pending(OWNER) <= 10_000, "seed=" + seed);
            assertEquals(engine.pending(), engine.pending(OWNER));
            if (random.nextInt(20) == 0) {
                expire();
            }
            if (random.nextInt(1_000) == 0) {
                engine.list(random.nextInt(5) - 1, anyLong(), random.nextInt(64), entry -> assertNotNull(entry.code()),
                        reply);
            }
        }
        assertTrue(codes[ReplyCode.ARMED.code() - 1] > COMMANDS / 100);
        assertTrue(codes[ReplyCode.INVALID.code() - 1] > COMMANDS / 100);
        engine.cancelOwner(OWNER);
        while (engine.doHousekeeping() > 0) {
            assertTrue(engine.pending() >= 0);
        }
        System.out.println("fired " + fired + ", left " + engine.pending());
    }

    private void fillIn() {
        long[] fields = command.fields();
        if (random.nextInt(4) == 0) {
            for (int i = 0; i < fields.length; i++) {
                fields[i] = random.nextLong();
            }
            return;
        }
        command.arm(random.nextInt(2_000), random.nextInt(), nearNow());
        if (random.nextBoolean()) {
            command.periodNs(Math.abs(anyLong() % CommandCheck.FARTHEST_NS));
        }
        command.fields()[3] |= (long) random.nextInt(3) << 48;
        command.fields()[4] = random.nextInt(1 << 16) | ((long) (1 + random.nextInt(1_000)) << 32);
        if (random.nextInt(3) == 0) {
            command.reset(2 + random.nextInt(3), command.key());
        }
        if (random.nextInt(4) == 0) {
            fields[random.nextInt(fields.length)] ^= 1L << random.nextInt(64);
        }
        if (random.nextInt(10) == 0) {
            fields[random.nextInt(fields.length)] = anyLong();
        }
    }

    private long nearNow() {
        return random.nextInt(10) == 0 ? anyLong() & Long.MAX_VALUE
                : nowNs + (random.nextLong() >> (20 + random.nextInt(40)));
    }

    private long anyLong() {
        long any = random.nextBoolean() ? EDGES[random.nextInt(EDGES.length)] : random.nextLong();
        return random.nextBoolean() ? any : any >> random.nextInt(63);
    }

    private void expire() {
        nowNs += random.nextInt(1_000) == 0 ? anyLong() & (Long.MAX_VALUE >> 4) : random.nextInt(100_000_000);
        if (nowNs < 0) {
            nowNs = random.nextBoolean() ? Long.MAX_VALUE : 1;
        }
        fired += engine.expire(nowNs, 500, this::check);
        assertTrue(engine.shortestSlackNs() >= 0);
    }

    private long check(SignalRecord firing) {
        assertTrue(firing.missed() >= 0, () -> "seed=" + seed + " " + firing);
        assertTrue(firing.deadlineNs() >= 0 && firing.deadlineNs() <= nowNs, () -> "seed=" + seed + " " + firing);
        assertEquals(OWNER, firing.owner());
        assertEquals(firing.missed() > 0, (firing.flags() & Firing.COALESCED) != 0);
        return fired;
    }
}
