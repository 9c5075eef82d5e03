// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.TimerQueue;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

/**
 * One duty cycle of the timer thread: read and carry out commands, fire what is due, announce the next deadline, write
 * the heartbeat. Commands come first, so that a cancel that was sent before the deadline takes effect before it, unless
 * it is behind more commands than a cycle reads, or behind one that waits for the disk.
 */
final class TimerAgent implements Agent {
    static final int DEFAULT_FIRE_LIMIT = 256;
    /** Longer than a thread wakes before a deadline. */
    private static final long PREPARED_NS = 250_000;
    /** Longer than preparing takes. */
    private static final long PREPARING_NS = 5_000;

    private final NanoClock clock;
    private final SignalPublisher publisher;
    private final TimerQueue timers;
    private final FiringPublisher firings;
    private final LateFirings lateFirings;
    private final CommandPoller commands;
    private final LoopProgress progress = new LoopProgress("tickbus-timers");
    private final long heartbeatIntervalNs;
    private int fireLimit = DEFAULT_FIRE_LIMIT;
    private long startNs;
    private long wakeNs = Long.MAX_VALUE;
    private long nextHeartbeatNs = Long.MIN_VALUE;
    private long nextCalendarLookNs = Long.MAX_VALUE;
    private Runnable onHeartbeat = () -> { };
    /** No commands are read before the next heartbeat: something in their memory faults, and it is not known what. */
    private boolean isMuted;
    /** The cycle after a fault fires without reading commands first, so that no fault costs a firing. */
    private boolean isFiringFirst;
    /** The latest duty cycle left some that were due. */
    private boolean wasCutShort;
    private long backlogCycles;

    TimerAgent(NanoClock clock, SignalPublisher publisher, TimerQueue timers, FiringPublisher firings,
            LateFirings lateFirings, CommandPoller commands) {
        this.clock = clock;
        this.publisher = publisher;
        this.timers = timers;
        this.firings = firings;
        this.lateFirings = lateFirings;
        this.commands = commands;
        this.heartbeatIntervalNs = publisher.bus().signals().header().heartbeatIntervalNs();
    }

    /** Where the thread is. */
    LoopProgress progress() {
        return progress;
    }

    /** The most firings of one cycle. */
    void fireLimit(int newLimit) {
        fireLimit = newLimit;
    }

    /** Something to do on the timer thread at each heartbeat. */
    void onHeartbeat(Runnable newOnHeartbeat) {
        onHeartbeat = newOnHeartbeat;
    }

    @Override
    public int doWork() {
        // What is due by now fires, and no more: for what becomes due later, a cancel may come after this check of the
        // commands and be in time.
        long nowNs = clock.nanoTime();
        startNs = nowNs;
        progress.step(LoopStep.COMMANDS);
        int staged = isMuted || isFiringFirst ? 0 : commands.stage();
        isFiringFirst = false;
        // The rest of a paused timer counts from when its command is read, or it would be early.
        commands.execute(staged > 0 ? clock.nanoTime() : nowNs);
        progress.step(LoopStep.FIRING);
        int fired = expireInRows(nowNs);
        firings.flush();
        progress.step(LoopStep.DEADLINES);
        nextCalendarLookNs = timers.pollCalendar(nowNs);
        long nextNs = timers.nextDeadlineNs();
        wasCutShort = fired >= fireLimit && nextNs <= nowNs;
        backlogCycles += wasCutShort ? 1 : 0;
        wakeNs = nextNs == Long.MAX_VALUE ? nextNs : nextNs + timers.shortestSlackNs();
        // After the signals, never before: a reader of the new deadline must find the signals of the old one.
        publisher.announceDeadline(wakeNs);
        // What is only counted comes after the signals: its memory is not in the cache when the thread has slept.
        lateFirings.settle(nowNs, fired);
        progress.countRound();
        if (nowNs >= nextHeartbeatNs || joinsHeartbeat(nowNs, fired)) {
            // Whatever faults in it does so again with the next one, and not before.
            nextHeartbeatNs = nowNs + heartbeatIntervalNs;
            isMuted = false;
            progress.step(LoopStep.HEARTBEAT);
            publisher.heartbeat(nowNs);
            onHeartbeat.run();
        }
        progress.step(LoopStep.HOUSEKEEPING);
        int done = staged + fired + timers.doHousekeeping() + commands.doHousekeeping();
        if (done == 0 && wakeNs - nowNs > PREPARING_NS && wakeNs - nowNs <= PREPARED_NS) {
            // It has just woken before a deadline, or is about to wait for one that is near.
            timers.prefetch(nowNs + PREPARED_NS);
        }
        return done;
    }

    /** Whether a thread that may be late, and fires now, should not wake once more for the next heartbeat. */
    private boolean joinsHeartbeat(long nowNs, int fired) {
        return fired > 0 && timers.shortestSlackNs() > 0 && nowNs >= nextHeartbeatNs - heartbeatIntervalNs / 2;
    }

    /** Reads no commands until the next heartbeat. */
    void mute() {
        isMuted = true;
    }

    boolean isMuted() {
        return isMuted;
    }

    /** After a fault that surfaced anywhere in a duty cycle: completes or undoes what it has interrupted. */
    void repair() {
        isFiringFirst = true;
        timers.repair(firings);
        firings.flush();
        // A fault may have cut short the check for sleepers.
        publisher.wake();
    }

    /**
     * Fires row by row. The rows get longer, so that the first firing is not late because of those behind it; if the
     * cycle before left some, they are long at once.
     */
    private int expireInRows(long nowNs) {
        int fired = 0;
        int length = wasCutShort ? FiringPublisher.MAX_ROW : 1;
        boolean moreDue = true;
        while (moreDue && fired < fireLimit) {
            int limit = Math.min(length, fireLimit - fired);
            firings.rowLength(limit);
            int row = timers.expire(nowNs, limit, firings);
            firings.publishRow();
            fired += row;
            moreDue = row == limit;
            length = Math.min(2 * length, FiringPublisher.MAX_ROW);
        }
        return fired;
    }

    /** Whether a duty cycle that takes so long makes firings late. */
    boolean isSlow(long cycleNs) {
        return cycleNs > lateFirings.thresholdNs();
    }

    /** When the latest duty cycle began. */
    long startNs() {
        return startNs;
    }

    /** When the next firing is to happen: the next deadline, with the slack on top where there is one. */
    long wakeNs() {
        return wakeNs;
    }

    /** Cycles that left due timers for the next. */
    long backlogCycles() {
        return backlogCycles;
    }

    /** When to go round again at the latest: for the next heartbeat, or to see whether CLOCK_REALTIME was set. */
    long latestNextNs() {
        return Math.min(nextHeartbeatNs, nextCalendarLookNs);
    }

    @Override
    public String roleName() {
        return "tickbus-timers";
    }
}
