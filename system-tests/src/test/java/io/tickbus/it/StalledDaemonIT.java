// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.testkit.ChildJvm;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A daemon with 1,000 periodic timers, stopped for ten seconds: each misfire policy accounts for each occurrence. */
@Timeout(180)
class StalledDaemonIT {
    private static final int TIMERS = 1_000;
    private static final int CAP = 3;
    /** If the host stalls the daemon again, each timer has a few more late firings; without a cap it would have 50. */
    private static final int MOST_LATE = 20;
    private static final long GRACE_US = 300_000;
    private static final long STALL_MS = 10_000;
    private static final long RUN_MS = 1_500;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    @RegisterExtension
    final TestBus bus = new TestBus();

    private final MisfirePolicy[] policies = MisfirePolicy.values();
    /** The first occurrence of each timer that is not accounted for. */
    private final int[] next = new int[TIMERS];
    private final int[] late = new int[TIMERS];
    private final long[] foldedIn = new long[TIMERS];
    private final long[] anchorNs = new long[TIMERS];
    private int owner;

    @Test
    void shouldAccountForEveryOccurrenceWhenDaemonWasStopped() throws InterruptedException {
        ChildJvm daemon = bus.daemon();
        try (TimerClient client = bus.connect();
                SignalSubscriber signals = SignalSubscriber.attach(bus.directory())) {
            owner = client.owner();
            armAll(client);
            drain(signals, RUN_MS);
            daemon.stop();
            TimeUnit.MILLISECONDS.sleep(STALL_MS); // the stall itself
            daemon.resume();
            drain(signals, RUN_MS);
            cancelAll(client);
            drain(signals, RUN_MS / 5);
            assertEquals(0, signals.lost());
        }
        for (int key = 0; key < TIMERS; key++) {
            assertStallAccounted(key);
        }
        daemon.quit();
    }

    private static long periodNs(int key) {
        return TimeUnit.MILLISECONDS.toNanos(100 + key % 97);
    }

    private MisfirePolicy policy(int key) {
        return policies[key % policies.length];
    }

    private void armAll(TimerClient client) {
        TimerCommand command = new TimerCommand();
        long startNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
        for (int key = 0; key < TIMERS; key++) {
            anchorNs[key] = startNs + key * 50_000L;
            command.arm(key, 1, anchorNs[key]).periodNs(periodNs(key)).misfire(policy(key), CAP).graceUs(GRACE_US);
            TimerReply reply = client.call(command, TIMEOUT_NS);
            assertEquals(ReplyCode.ARMED, reply.code(), reply::toString);
        }
    }

    private void cancelAll(TimerClient client) {
        TimerCommand command = new TimerCommand();
        for (int key = 0; key < TIMERS; key++) {
            TimerReply reply = client.call(command.cancel(key), TIMEOUT_NS);
            assertEquals(ReplyCode.CANCELLED, reply.code(), reply::toString);
        }
    }

    private void drain(SignalSubscriber signals, long forMs) {
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(forMs);
        while (System.nanoTime() < untilNs) {
            signals.await(this::check, 256, TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private void check(SignalRecord firing) {
        if (firing.owner() != owner) {
            return;
        }
        int key = (int) firing.key();
        String what = policy(key) + " next=" + next[key] + " " + firing;
        assertTrue(firing.publishedNs() >= firing.deadlineNs(), what);
        assertEquals(anchorNs[key] + firing.occurrence() * periodNs(key), firing.deadlineNs(), what);
        // SKIP reports the occurrences skipped before this one, the other policies those folded into it after it.
        int first = policy(key) == MisfirePolicy.SKIP ? firing.occurrence() - firing.missed() : firing.occurrence();
        assertEquals(next[key], first, what);
        next[key] = first + 1 + firing.missed();
        boolean isLate = firing.isLate();
        late[key] += isLate ? 1 : 0;
        foldedIn[key] += firing.missed();
        if (policy(key) == MisfirePolicy.SKIP) {
            assertEquals(false, isLate, what);
        }
    }

    private void assertStallAccounted(int key) {
        long overdue = TimeUnit.MILLISECONDS.toNanos(STALL_MS) / periodNs(key);
        String what = "key=" + key + " " + policy(key) + " next=" + next[key] + " late=" + late[key] + " missed="
                + foldedIn[key];
        switch (policy(key)) {
            case FIRE_ONCE -> assertTrue(late[key] >= 1 && late[key] <= MOST_LATE, what);
            case SKIP -> assertEquals(0, late[key], what);
            case FIRE_ALL -> assertTrue(late[key] >= CAP && late[key] <= MOST_LATE, what);
        }
        // Occurrences due within the grace before the end of the stall fire separately.
        assertTrue(foldedIn[key] >= overdue - 2 - graceInPeriods(key) - CAP, what);
    }

    private static long graceInPeriods(int key) {
        return TimeUnit.MICROSECONDS.toNanos(GRACE_US) / periodNs(key);
    }
}
