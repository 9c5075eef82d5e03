// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.wait;

import io.tickbus.core.WaitCondition;
import io.tickbus.core.WaitStrategy;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Sleeps until the announced deadline less a guard, and spins from there: the latency of spinning at a few percent of
 * a core. A signal that nobody announced still wakes it, through the futex and at the kernel's speed.
 *
 * <p>Spinning pays only while there is a core for it. When the spin finds itself pre-empted (a long gap between two
 * polls) several times in quick succession, it sleeps plainly for a while, longer each time, before it tries again.
 *
 * <p><b>Order of loads.</b> The publisher commits the slot and then announces the next deadline. So the deadline is
 * loaded here first and the slot after it: if the deadline is already the next one, the signal is seen too.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> blocks, bounded by the time given.
 */
public final class PredictiveWait implements WaitStrategy {
    private static final int POLLS_PER_CLOCK_READ = 4;
    private static final long LATE_SPIN_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long PREEMPTED_NS = TimeUnit.MICROSECONDS.toNanos(250);
    private static final int PREEMPTIONS_TO_YIELD = 3;
    private static final int CALM_SPINS_TO_FORGET = 16;
    private static final long SHORTEST_YIELD_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_YIELD_NS = TimeUnit.MILLISECONDS.toNanos(1600);

    private final NanoClock clock;
    private final WakeGuard guard;
    private long preemptions;
    private int recentPreemptions;
    private int calmSpins;
    private long yieldUntilNs = Long.MIN_VALUE;
    private long nextYieldNs = SHORTEST_YIELD_NS;

    /** On the system's clock. */
    public static PredictiveWait create() {
        return new PredictiveWait(System::nanoTime, new WakeGuard());
    }

    PredictiveWait(NanoClock clock, WakeGuard guard) {
        this.clock = clock;
        this.guard = guard;
    }

    @Override
    public void await(WaitCondition condition, long untilNs) {
        long deadlineNs = condition.nextDeadlineNs();
        if (condition.isReady()) {
            return;
        }
        long nowNs = clock.nanoTime();
        if (nowNs >= untilNs) {
            return;
        }
        if (nowNs < yieldUntilNs) {
            condition.park(untilNs, WaitCondition.ANY_DEADLINE);
            return;
        }
        if (deadlineNs == Long.MAX_VALUE || nowNs - deadlineNs > LATE_SPIN_NS) {
            condition.park(untilNs, deadlineNs);
            return;
        }
        long wakeNs = deadlineNs - guard.guardNs(deadlineNs - nowNs);
        if (nowNs < wakeNs) {
            sleep(condition, Math.min(wakeNs, untilNs), deadlineNs);
        } else {
            spin(condition, Math.min(deadlineNs + LATE_SPIN_NS, untilNs), deadlineNs);
        }
    }

    private void sleep(WaitCondition condition, long wakeNs, long deadlineNs) {
        condition.park(wakeNs, deadlineNs);
        long oversleepNs = clock.nanoTime() - wakeNs;
        // An early wake-up says nothing about the kernel's timer.
        if (oversleepNs >= 0) {
            guard.recordWakeUp(oversleepNs);
        }
    }

    private void spin(WaitCondition condition, long untilNs, long deadlineNs) {
        long lastNs = clock.nanoTime();
        do {
            for (int i = 0; i < POLLS_PER_CLOCK_READ; i++) {
                // The deadline first, for the reason above; a changed one calls for a new plan.
                boolean isPlanValid = condition.nextDeadlineNs() == deadlineNs;
                if (condition.isReady() || !isPlanValid) {
                    recordCalm();
                    return;
                }
                Thread.onSpinWait();
            }
            long nowNs = clock.nanoTime();
            if (nowNs - lastNs > PREEMPTED_NS) {
                recordPreemption(nowNs);
                return;
            }
            lastNs = nowNs;
        } while (lastNs < untilNs);
    }

    private void recordCalm() {
        if (++calmSpins >= CALM_SPINS_TO_FORGET) {
            calmSpins = 0;
            recentPreemptions = 0;
            nextYieldNs = SHORTEST_YIELD_NS;
        }
    }

    private void recordPreemption(long nowNs) {
        preemptions++;
        calmSpins = 0;
        if (++recentPreemptions >= PREEMPTIONS_TO_YIELD) {
            recentPreemptions = 0;
            yieldUntilNs = nowNs + nextYieldNs;
            nextYieldNs = Math.min(2 * nextYieldNs, LONGEST_YIELD_NS);
        }
    }

    /** The estimate of the kernel's oversleep. */
    public WakeGuard guard() {
        return guard;
    }

    /** How often the spin was pre-empted. */
    public long preemptions() {
        return preemptions;
    }

    /** Whether it sleeps plainly for now, as there is no core to spin on. */
    public boolean isYielding() {
        return clock.nanoTime() < yieldUntilNs;
    }

    @Override
    public String name() {
        return "predictive";
    }
}
