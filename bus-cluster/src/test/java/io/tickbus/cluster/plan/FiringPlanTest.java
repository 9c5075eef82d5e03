// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.cluster.intent.IntentEvents;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentSpec;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a plan keeps. What it fires is simulated. */
class FiringPlanTest {
    private static final long NOW_NS = TimeUnit.DAYS.toNanos(20_000);
    private static final long DAY_NS = TimeUnit.DAYS.toNanos(1);

    private final IntentLog log = new IntentLog();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
    private FiringPlan plan;
    private int position;

    private void apply(int length) {
        position += 64;
        log.apply(buffer, 0, length, position, NOW_NS, 1);
    }

    @Test
    void shouldForgetTimesWhenTimersOfTomorrowAreArmedAgainAndAgain() {
        apply(IntentCommands.owner(buffer, 0, "owner"));
        apply(IntentCommands.join(buffer, 0, "host", 1));
        plan = new FiringPlan(log, log.membership().host(0), new FiredMemory(), new Nothing());
        log.tell(new Nothing());
        for (int i = 0; i < 10_000; i++) {
            apply(IntentCommands.arm(buffer, 0, 0, IntentSpec.everywhere(i % 10, 1, NOW_NS + DAY_NS + i)
                    .withGeneration(i)));
        }
        assertEquals(10, plan.size());
        assertTrue(plan.wakes() < 2_000, () -> "wakes=" + plan.wakes());
        plan.poll(NOW_NS + DAY_NS, 0, 1_000);
        assertEquals(0, plan.wakes(), "each of them was decided");
    }

    /** Hands the log's events to the plan, and nothing to a daemon. */
    private final class Nothing implements IntentEvents, LocalTimers {
        @Override
        public void onArmed(Intent intent, Intent replaced) {
            plan.onArmed(intent, replaced);
        }

        @Override
        public void onCancelled(Intent intent) {
            plan.onCancelled(intent);
        }

        @Override
        public void onExpired(Intent intent) {
            plan.onExpired(intent);
        }

        @Override
        public void onFired(Intent intent, long first, long last, int host, boolean isNew) {
            plan.onFired(intent, first, last, host, isNew);
        }

        @Override
        public void arm(Firing firing) {
            // Nothing fires.
        }

        @Override
        public void cancel(Firing firing) {
            // Nothing fires.
        }

        @Override
        public void revoke(Firing firing) {
            // Nothing fires.
        }

        @Override
        public void firedAfterCancel(Firing firing) {
            // Nothing fires.
        }

        @Override
        public void missed(Intent intent, long first, long last) {
            // Nothing fires.
        }
    }
}
