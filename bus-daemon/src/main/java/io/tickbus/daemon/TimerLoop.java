// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.wait.PredictiveWait;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.daemon.late.CommandHistory;
import io.tickbus.daemon.late.Evidence;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.TimerQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Publishes each timer as a signal when it is due: one duty cycle after the other, waiting in between, until stopped.
 * It is the daemon's timer thread. An application can run one for its own timers, without any clients.
 *
 * <p><b>Threads:</b> {@link #run} on one, which owns the timers from then on; {@link #stop} from any.
 * <p><b>Progress:</b> it waits as its {@link WaitStrategy} does and depends on no subscriber and no client. In
 * steady state it allocates nothing but for reading CLOCK_REALTIME, while there are calendar timers; each heartbeat
 * makes a system call.
 * <p><b>Errors:</b> {@code BusException} when its own signals file is shortened or has lost a page.
 */
public final class TimerLoop implements Runnable {
    /** How long a stopped loop continues with what it has been sent and what is due. */
    private static final long DRAIN_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int MAX_UNEXPLAINED_AT_END = 16;
    private static final int MAX_ERRORS_IN_A_ROW = 16;

    private final SignalPublisher publisher;
    private final TimerAgent agent;
    private final LateFirings lateFirings;
    private final DeadlineCondition condition;
    private final CommandPoller commands;
    private final DaemonCounters counters;
    private WaitStrategy waitStrategy;
    /** A change that another thread wants; made between two cycles. */
    private final AtomicReference<Runnable> change = new AtomicReference<>();
    private volatile boolean isStopped;
    private final long firstSequence;
    private boolean hasWaited;
    private boolean isFaulted;
    private int unexplainedAtEnd;
    private int errorsInARow;
    private long errors;
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private long drainUntilNs;
    private long dutyCycles;
    private long longestCycleNs;
    private long slowCycles;
    private long wakeUps;
    private long spuriousWakeUps;
    private long faults;

    /**
     * A loop that publishes each firing.
     *
     * @param publisher    opened by {@link SignalPublisher#openWithoutThread}: the duty cycle writes its heartbeat
     * @param waitStrategy {@code spin()}, {@code predictive()} or {@code park()}
     */
    public static TimerLoop of(SignalPublisher publisher, TimerQueue timers, WaitStrategy waitStrategy) {
        return of(publisher, timers, waitStrategy, FiringListener.NONE);
    }

    /** As {@link #of(SignalPublisher, TimerQueue, WaitStrategy)}, with a listener that is told of each firing. */
    public static TimerLoop of(
            SignalPublisher publisher, TimerQueue timers, WaitStrategy waitStrategy, FiringListener listener) {
        DaemonCounters counters = DaemonCounters.inMemory();
        LateFirings lateFirings = new LateFirings(counters, new CommandHistory());
        FiringPublisher firings = new FiringPublisher(publisher, counters, lateFirings, CrashPoint.NONE, listener);
        TimerAgent agent =
                new TimerAgent(System::nanoTime, publisher, timers, firings, lateFirings, CommandPoller.NONE);
        return new TimerLoop(publisher, agent, lateFirings, CommandPoller.NONE, counters, waitStrategy);
    }

    TimerLoop(SignalPublisher publisher, TimerAgent agent, LateFirings lateFirings, CommandPoller commands,
            DaemonCounters counters, WaitStrategy waitStrategy) {
        this.publisher = publisher;
        this.agent = agent;
        this.lateFirings = lateFirings;
        this.commands = commands;
        this.counters = counters;
        this.waitStrategy = waitStrategy;
        this.firstSequence = publisher.nextSequence();
        this.condition = new DeadlineCondition(System::nanoTime, publisher.bus().doorbell(), commands);
    }

    /** Runs until {@link #stop}; the publisher stays open. */
    @Override
    public void run() {
        runToEnd(this::runCycles);
        drainUntilNs = System.nanoTime() + DRAIN_NS;
        runToEnd(this::drain);
        runToEnd(() -> commands.closeAll(ReplyReason.STOPPING));
        publisher.announceDeadline(Long.MAX_VALUE);
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    /** Recovers from faults of mapped memory and from lack of heap, as long as a cycle succeeds in between. */
    private void runToEnd(Runnable loop) {
        boolean isDone = false;
        while (!isDone) {
            try {
                FaultBoundary.run(loop, this::recover);
                isDone = true;
            } catch (OutOfMemoryError e) {
                if (++errorsInARow > MAX_ERRORS_IN_A_ROW) {
                    throw e;
                }
                errors++;
                isFaulted = true;
                commands.evictFaulty();
            }
        }
    }

    /**
     * Finds out which file caused a fault by touching the pages of all that can have. If it is a client's, that client
     * is evicted; if it is the doorbell, that is not used until it is restored; if it is the daemon's own, the loop
     * ends with a sentence. If all pages are back meanwhile, everything it can have been is left alone until the next
     * heartbeat: so a cause that comes and goes costs one fault per heartbeat, and no firing.
     */
    private void recover(InternalError fault) {
        faults++;
        isFaulted = true;
        Doorbell doorbell = publisher.bus().doorbell();
        boolean isExplained = commands.evictFaulty();
        isExplained |= doorbell.loseUnlessSound();
        if (!isExplained) {
            publisher.bus().signals().checkSound();
            commands.checkSound();
            if (isStopped && ++unexplainedAtEnd > MAX_UNEXPLAINED_AT_END) {
                throw fault;
            }
            doorbell.lose();
            agent.mute();
        }
    }

    /** Inside the boundary, since another fault may surface in it. */
    private void repairIfFaulted() {
        if (isFaulted) {
            agent.repair();
            isFaulted = false;
        }
    }

    private void runCycles() {
        repairIfFaulted();
        while (!isStopped) {
            // Before the check for a change: what comes after that check ends the sleep.
            condition.readWakeWord();
            if (change.get() != null) {
                // A pending fault must not be thrown in the change, which would be lost with it.
                FaultBoundary.surface();
                change.getAndSet(null).run();
            }
            if (!runCycle() && !isStopped) {
                condition.until(agent.wakeNs());
                condition.mute(agent.isMuted());
                if (agent.wakeNs() > agent.startNs()) {
                    lateFirings.beforeWait(agent.startNs());
                }
                agent.progress().step(LoopStep.WAITING);
                waitStrategy.await(condition, agent.latestNextNs());
                hasWaited = true;
                lateFirings.waited(condition.plannedWakeNs());
            }
        }
    }

    private boolean runCycle() {
        boolean isBusy = agent.doWork() > 0;
        long startNs = agent.startNs();
        dutyCycles++;
        errorsInARow = 0;
        if (isBusy) {
            recordCycle(System.nanoTime() - startNs);
        }
        if (hasWaited) {
            hasWaited = false;
            if (startNs >= condition.plannedWakeNs() && condition.plannedWakeNs() != Evidence.NEVER) {
                counters.recordWakeUp(startNs - condition.plannedWakeNs());
            }
            if (isBusy) {
                wakeUps++;
            } else if (startNs < agent.wakeNs()) {
                spuriousWakeUps++;
            }
        }
        return isBusy;
    }

    private void recordCycle(long ns) {
        counters.recordDutyCycle(ns);
        longestCycleNs = Math.max(longestCycleNs, ns);
        slowCycles += agent.isSlow(ns) ? 1 : 0;
    }

    /** Timer thread: publishes what it has counted. */
    void report() {
        counters.set(DaemonCounter.CYCLES_SLOW, slowCycles);
        counters.set(DaemonCounter.DUTY_CYCLES, dutyCycles);
        counters.raise(DaemonCounter.DUTY_CYCLE_MAX, longestCycleNs);
        counters.set(DaemonCounter.EXPIRE_BACKLOG_CYCLES, agent.backlogCycles());
        counters.set(DaemonCounter.SLEEPS, condition.sleeps());
        counters.set(DaemonCounter.DOORBELL_RINGS, condition.rings());
        counters.set(DaemonCounter.WAKE_UPS, wakeUps);
        counters.set(DaemonCounter.WAKE_UPS_SPURIOUS, spuriousWakeUps);
        counters.set(DaemonCounter.FAULTS, faults);
        counters.set(DaemonCounter.TIMER_THREAD_ERRORS, errors);
        counters.set(DaemonCounter.SIGNALS_PUBLISHED, publisher.nextSequence() - firstSequence);
        boolean isPredictive = waitStrategy instanceof PredictiveWait;
        PredictiveWait predictive = isPredictive ? (PredictiveWait) waitStrategy : null;
        counters.set(DaemonCounter.GUARD, isPredictive ? predictive.guard().guardNs() : 0);
        counters.set(DaemonCounter.PREEMPTIONS, isPredictive ? predictive.preemptions() : 0);
        counters.set(DaemonCounter.YIELDING, isPredictive && predictive.isYielding() ? 1 : 0);
    }

    private void drain() {
        repairIfFaulted();
        while (agent.doWork() > 0 && System.nanoTime() < drainUntilNs) {
            Thread.onSpinWait();
        }
    }

    /** Timer thread, or before it runs. */
    void waitStrategy(WaitStrategy newStrategy) {
        waitStrategy = newStrategy;
    }

    /** How it waits, with what it has learned. */
    public WaitStrategy waitStrategy() {
        return waitStrategy;
    }

    /** Any thread: has a change made between two cycles. */
    void change(Runnable newChange) {
        change.set(newChange);
        wake();
    }

    /** Any thread: ends {@link #run} soon, with this. */
    void fail(RuntimeException newFailure) {
        failure.compareAndSet(null, newFailure);
        stop();
    }

    /** Ends {@link #run} soon, after what was sent by now and what is due. */
    public void stop() {
        isStopped = true;
        wake();
    }

    /** Any thread: ends the current or the next sleep. While the doorbell is lost, the timer thread polls. */
    void wake() {
        // Here, and not in what the caller does next: it may be about to close the bus's channels.
        FaultBoundary.run(condition::ring, fault -> publisher.bus().doorbell().lose());
    }
}
