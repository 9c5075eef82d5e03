// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.WaitCondition;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.daemon.late.Evidence;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.NanoClock;

/**
 * What the daemon's timer thread waits for: its next deadline or the next command. A ring of the doorbell ends its
 * sleep early.
 *
 * <p>Before it sleeps it announces that to the clients, and then checks their rings once more: a client that commits a
 * command after that check sees that the daemon sleeps, and rings.
 */
final class DeadlineCondition implements WaitCondition {
    private static final long TIMER_SLACK_NS = 1;
    /** While the doorbell is lost, nobody can ring. */
    private static final long LOST_NAP_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** The doorbell may be lost while the thread sleeps. */
    private static final long LONGEST_SLEEP_NS = TimeUnit.SECONDS.toNanos(1);

    private final NanoClock clock;
    private final Doorbell doorbell;
    private final FutexWord daemonWord;
    private final CommandPoller commands;
    private boolean isMuted;
    private boolean isThreadPrepared;
    private long deadlineNs = Long.MAX_VALUE;
    private int seenWord;
    private long rings;
    private long sleeps;
    private long plannedWakeNs = Evidence.NEVER;

    DeadlineCondition(NanoClock clock, Doorbell doorbell, CommandPoller commands) {
        this.clock = clock;
        this.doorbell = doorbell;
        this.commands = commands;
        this.daemonWord = doorbell.futexWord(DoorbellLayout.DAEMON_WORD);
    }

    /** What rang before this is found by the check that follows; what rings after it ends the sleep. */
    void readWakeWord() {
        int word = doorbell.word(DoorbellLayout.DAEMON_WORD, seenWord);
        if (word != seenWord) {
            seenWord = word;
            rings++;
        }
    }

    /** How often the doorbell had rung when its word was read. */
    long rings() {
        return rings;
    }

    /** How often the thread went to sleep. */
    long sleeps() {
        return sleeps;
    }

    /** Until when the thread wanted to sleep in the latest wait; {@link Evidence#NEVER} if it did not. */
    long plannedWakeNs() {
        return plannedWakeNs;
    }

    /** Sets until when to wait. */
    void until(long wakeNs) {
        deadlineNs = wakeNs;
        plannedWakeNs = Evidence.NEVER;
    }

    /** Whether to ignore commands. */
    void mute(boolean isNowMuted) {
        isMuted = isNowMuted;
    }

    /** Any thread: ends the current or the next sleep. */
    void ring() {
        doorbell.ring(DoorbellLayout.DAEMON_WORD, daemonWord);
    }

    @Override
    public boolean isReady() {
        return hasNews() || clock.nanoTime() >= deadlineNs
                || doorbell.word(DoorbellLayout.DAEMON_WORD, seenWord) != seenWord;
    }

    private boolean hasNews() {
        return !isMuted && commands.hasNews();
    }

    @Override
    public long nextDeadlineNs() {
        return deadlineNs;
    }

    @Override
    public void park(long untilNs, long plannedDeadlineNs) {
        if (!isThreadPrepared) {
            isThreadPrepared = true;
            Platforms.current().setTimerSlackNs(TIMER_SLACK_NS);
        }
        long wakeNs = Math.min(untilNs, deadlineNs);
        commands.announceSleep(wakeNs);
        if (!hasNews()) {
            sleeps++;
            sleep(wakeNs);
        }
        commands.announceAwake();
    }

    private void sleep(long wakeNs) {
        long nowNs = clock.nanoTime();
        if (doorbell.isLost()) {
            plannedWakeNs = Math.min(wakeNs, nowNs + LOST_NAP_NS);
            LockSupport.parkNanos(plannedWakeNs - nowNs);
        } else {
            plannedWakeNs = Math.min(wakeNs, nowNs + LONGEST_SLEEP_NS);
            daemonWord.await(seenWord, plannedWakeNs);
        }
    }
}
