package io.tickbus.core.internal.wait;

import io.tickbus.core.SignalGate;
import io.tickbus.core.WaitStrategy;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Sleeps until the announced deadline less a guard, and spins from there: the latency of spinning for a few percent of
 * a core. A signal that nobody announced still wakes it, through the futex and at the kernel's speed.
 *
 * <p>Spinning pays only while there is a core for it. When the spin finds itself pre-empted (a long gap between two
 * looks) several times in short order, it sleeps plainly for a while, longer each time, before it tries again.
 *
 * <p><b>Order of looks.</b> The publisher commits the slot and then announces the next deadline. So the deadline is
 * read here first and the slot looked at after it: a deadline that is already the next one implies a slot that is
 * seen.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> blocks, bounded by the time given.
 */
public final class PredictiveWait implements WaitStrategy {
    private static final int LOOKS_PER_CLOCK_READ = 4;
    private static final long PATIENCE_NS = TimeUnit.MICROSECONDS.toNanos(100);
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
    public void await(SignalGate gate, long untilNs) {
        long deadlineNs = gate.nextDeadlineNs();
        if (gate.isOpen()) {
            return;
        }
        long nowNs = clock.nanoTime();
        if (nowNs >= untilNs) {
            return;
        }
        if (nowNs < yieldUntilNs) {
            gate.park(untilNs, SignalGate.ANY_DEADLINE);
            return;
        }
        if (deadlineNs == Long.MAX_VALUE || nowNs - deadlineNs > PATIENCE_NS) {
            gate.park(untilNs, deadlineNs);
            return;
        }
        long wakeNs = deadlineNs - guard.guardNs(deadlineNs - nowNs);
        if (nowNs < wakeNs) {
            sleep(gate, Math.min(wakeNs, untilNs), deadlineNs);
        } else {
            spin(gate, Math.min(deadlineNs + PATIENCE_NS, untilNs), deadlineNs);
        }
    }

    private void sleep(SignalGate gate, long wakeNs, long deadlineNs) {
        gate.park(wakeNs, deadlineNs);
        long oversleepNs = clock.nanoTime() - wakeNs;
        // Who was woken early by a signal has learned nothing about the kernel's timer.
        if (oversleepNs >= 0) {
            guard.recordWakeUp(oversleepNs);
        }
    }

    private void spin(SignalGate gate, long untilNs, long deadlineNs) {
        long lastNs = clock.nanoTime();
        do {
            for (int look = 0; look < LOOKS_PER_CLOCK_READ; look++) {
                // The deadline first, for the reason above; a changed one calls for a new plan.
                boolean isPlanValid = gate.nextDeadlineNs() == deadlineNs;
                if (gate.isOpen() || !isPlanValid) {
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

    /** What it learned of the kernel's wake-ups. */
    public WakeGuard guard() {
        return guard;
    }

    /** How often the spin was pre-empted. */
    public long preemptions() {
        return preemptions;
    }

    /** Whether it sleeps plainly for now, for want of a core to spin on. */
    public boolean isYielding() {
        return clock.nanoTime() < yieldUntilNs;
    }

    @Override
    public String name() {
        return "predictive";
    }
}
