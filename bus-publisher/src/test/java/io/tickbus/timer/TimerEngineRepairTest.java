// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An error thrown at any point of the code, as the JVM throws it for an access to truncated memory. */
@Timeout(120)
class TimerEngineRepairTest {
    private static final int PERIODIC = 500;
    private static final int STOPS = 400;
    private static final int MOST_FIRINGS = 8_000_000;
    private static final long PERIOD_NS = 1_000_000;
    /** In keys; a timer fires after 250. */
    private static final int FIRED_LONG_AGO = 2_000;
    private static final int OWNER = 4;

    private final TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT);
    private final TimerCommand command = new TimerCommand();
    private final TimerReply reply = new TimerReply();
    private final long[] keys = new long[MOST_FIRINGS];
    private final long[] occurrences = new long[MOST_FIRINGS];
    private long nowNs = 1_000_000_000;
    private int fired;
    private long nextKey = PERIODIC;
    private int faults;

    /** Like a publisher: the firing counts as soon as the sequence has advanced. */
    private final FiringHandler sink = new FiringHandler() {
        @Override
        public long fire(SignalRecord firing) {
            keys[fired] = firing.key();
            occurrences[fired] = ((long) firing.occurrence() << Integer.SIZE) | firing.missed();
            int sequence = fired;
            fired = sequence + 1;
            return sequence;
        }

        @Override
        public long nextSequence() {
            return fired;
        }
    };

    @Test
    void shouldLoseNothingAndFireNothingTwiceWhenFaultStrikesAnywhere() throws InterruptedException {
        assumeTrue(Runtime.version().feature() < 20, "a thread can be stopped up to JDK 19");
        Random random = new Random(Long.getLong("seed", 1));
        engine.openOwner(OWNER);
        for (int key = 0; key < PERIODIC; key++) {
            execute(command.arm(key, 1, nowNs + key * 1_777L).periodNs(PERIOD_NS + key));
        }
        // So that no fault strikes while a class is being initialized, which would break the class for good.
        work(FIRED_LONG_AGO / 5);
        int rebuilt = 0;
        for (int stop = 0; stop < STOPS && fired < MOST_FIRINGS / 2; stop++) {
            Thread thread = new Thread(() -> work(Integer.MAX_VALUE), "stopped");
            thread.setUncaughtExceptionHandler((ignored, e) -> faults++);
            thread.start();
            LockSupport.parkNanos(random.nextInt(2_000_000));
            stop(thread);
            thread.join();
            long before = engine.store().rebuilds();
            engine.repair(sink);
            rebuilt += engine.store().rebuilds() > before ? 1 : 0;
        }
        System.out.println("TimerEngineRepairTest faults " + faults + ", rebuilt " + rebuilt + ", fired " + fired);
        assertTrue(rebuilt > 0, "no fault struck where it hurts");
        check();
    }

    // There is no other way to make a JVM throw between two bytecodes.
    @SuppressWarnings({"deprecation", "removal"})
    private static void stop(Thread thread) {
        thread.stop();
    }

    /** Advances the time, now and then far, and arms one-shot timers. */
    private void work(int turns) {
        for (int turn = 0; turn < turns && fired < MOST_FIRINGS - 100_000; turn++) {
            for (int i = 0; i < 10; i++) {
                armNext();
                execute(command.reset(CommandLayout.TYPE_PAUSE, nextKey - 1));
                execute(command.reset(CommandLayout.TYPE_RESUME, nextKey - 1));
            }
            nowNs += 20_000;
            engine.expire(nowNs, 64, sink);
            engine.nextDeadlineNs();
            // Half of the retired entries wait for housekeeping, and some of their keys are named before.
            if (nowNs / 20_000 % 8 == 0) {
                engine.doHousekeeping();
            }
            if (nextKey > PERIODIC + FIRED_LONG_AGO) {
                // Not CANCEL: a fault may have left the timer paused.
                execute(command.reset(CommandLayout.TYPE_RESUME, nextKey - FIRED_LONG_AGO));
            }
        }
    }

    /** The command is consumed once the key has advanced; after a fault before that it is carried out again. */
    private void armNext() {
        execute(command.arm(nextKey, 2, nowNs + 500_000));
        nextKey++;
    }

    private void check() {
        // The last fault may have struck between its two steps.
        armNext();
        resumeAll();
        nowNs += 10 * PERIOD_NS;
        while (engine.nextDeadlineNs() <= nowNs) {
            engine.expire(nowNs, 1_000, sink);
        }
        long[] next = new long[PERIODIC];
        boolean[] hasFired = new boolean[(int) nextKey];
        for (int i = 0; i < fired; i++) {
            int key = (int) keys[i];
            if (key < PERIODIC) {
                assertEquals(next[key], occurrences[i] >>> Integer.SIZE, "key=" + key);
                next[key] += 1 + (int) occurrences[i];
            } else {
                assertFalse(hasFired[key], "twice: key=" + key);
                hasFired[key] = true;
            }
        }
        for (int key = 0; key < PERIODIC; key++) {
            assertEquals((nowNs - 1_000_000_000 - key * 1_777L) / (PERIOD_NS + key) + 1, next[key], "key=" + key);
        }
        for (int key = PERIODIC; key < nextKey; key++) {
            assertTrue(hasFired[key], "never: key=" + key);
        }
        assertEquals(PERIODIC, engine.pending());
        assertEquals(PERIODIC, engine.pending(OWNER));
        while (engine.doHousekeeping() > 0) {
            assertEquals(PERIODIC, engine.pending());
        }
        assertEquals(PERIODIC, engine.store().indexed());
    }

    /** Resumes the timers that a fault left paused. */
    private void resumeAll() {
        List<Long> paused = new ArrayList<>();
        long cursor = 0;
        do {
            engine.list(OWNER, cursor, 63, entry -> {
                if (entry.code() == ReplyCode.LISTED && entry.detail() < 0) {
                    paused.add(entry.key());
                }
            }, reply);
            cursor = reply.detail();
        } while (cursor > 0);
        paused.forEach(key -> execute(command.reset(CommandLayout.TYPE_RESUME, key)));
    }

    @Test
    void shouldBeAsBeforeWhenRepaired() {
        engine.openOwner(OWNER);
        engine.openOwner(OWNER + 1);
        for (int key = 0; key < 5_000; key++) {
            execute(command.arm(key, 1, nowNs + key).periodNs(key % 2 * PERIOD_NS));
            if (key % 3 == 0) {
                execute(command.reset(CommandLayout.TYPE_PAUSE, key));
            } else if (key % 7 == 0) {
                execute(command.cancel(key));
            }
        }
        engine.execute(OWNER + 1, command.arm(1, 1, nowNs), nowNs, 0, reply);
        engine.cancelOwner(OWNER + 1);
        int pending = engine.pending();
        long slackNs = engine.shortestSlackNs();
        long nextNs = engine.nextDeadlineNs();
        assertFalse(engine.store().rollBack());
        engine.store().rebuild();
        engine.repair(sink);
        assertEquals(pending, engine.pending());
        assertEquals(pending - 1, engine.pending(OWNER));
        assertEquals(slackNs, engine.shortestSlackNs());
        assertEquals(nextNs, engine.nextDeadlineNs());
        assertFalse(engine.openOwner(OWNER + 1), "still being cancelled");
        while (engine.doHousekeeping() > 0) {
            assertEquals(pending - 1, engine.pending(OWNER));
        }
        assertTrue(engine.openOwner(OWNER + 1));
        execute(command.reset(CommandLayout.TYPE_RESUME, 3));
        assertEquals(ReplyCode.RESUMED, reply.code());
        assertEquals(nowNs + 3, reply.deadlineNs());
        execute(command.cancel(7));
        assertEquals(ReplyCode.UNKNOWN, reply.code());
        execute(command.cancel(8));
        assertEquals(ReplyCode.CANCELLED, reply.code());
    }

    @Test
    void shouldFireAgainOnlyWhatSinkHasNotPublished() {
        engine.arm(1, 1, nowNs);
        assertThrows(IllegalStateException.class, () -> engine.expire(nowNs, 1, failing(true)));
        engine.repair(sink);
        assertEquals(1, fired);
        engine.arm(2, 1, nowNs);
        assertThrows(IllegalStateException.class, () -> engine.expire(nowNs, 1, failing(false)));
        engine.repair(sink);
        assertEquals(2, fired);
        engine.repair(sink);
        assertEquals(2, fired);
        assertEquals(0, engine.pending());
    }

    private FiringHandler failing(boolean isPublishing) {
        return new FiringHandler() {
            @Override
            public long fire(SignalRecord firing) {
                if (isPublishing) {
                    sink.fire(firing);
                }
                throw new IllegalStateException("a sink's own");
            }

            @Override
            public long nextSequence() {
                return fired;
            }
        };
    }

    private void execute(TimerCommand any) {
        engine.execute(OWNER, any, nowNs, fired, reply);
    }
}
