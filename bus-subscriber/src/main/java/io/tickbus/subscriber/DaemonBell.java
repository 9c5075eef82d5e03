package io.tickbus.subscriber;

import io.tickbus.core.bus.Doorbell;
import io.tickbus.core.bus.RepliesFile;
import io.tickbus.core.bus.Session;
import io.tickbus.core.layout.DoorbellLayout;
import io.tickbus.core.layout.RepliesLayout;
import io.tickbus.core.platform.FutexWord;

/**
 * Wakes the daemon where a command cannot wait until it wakes by itself. Costs a full fence and a load per command, and
 * a system call only where it rings.
 *
 * <p>A doorbell that faulted is left alone until the next heartbeat, which restores it; until then the
 * daemon hears of the commands when it wakes by itself, at its own heartbeat at the latest.
 */
final class DaemonBell {
    private final RepliesFile replies;
    private final Session session;
    private final Doorbell doorbell;
    private final FutexWord daemonFutex;
    private final FutexWord conductorFutex;
    private final int crowd;
    private long lastRung = -1;
    private long rings;

    DaemonBell(RepliesFile replies, Session session, Doorbell doorbell, int window) {
        this.replies = replies;
        this.session = session;
        this.doorbell = doorbell;
        this.daemonFutex = doorbell.futexWord(DoorbellLayout.DAEMON_WORD);
        this.conductorFutex = doorbell.futexWord(DoorbellLayout.CONDUCTOR_WORD);
        this.crowd = Math.max(1, window / 2);
    }

    /**
     * After a command was committed.
     *
     * @param sequence   the command's
     * @param deadlineNs when the daemon must know of it at the latest
     */
    void afterCommit(long sequence, long deadlineNs) {
        long sleepingUntilNs = replies.sleepingUntilNs();
        if (sleepingUntilNs != RepliesLayout.AWAKE) {
            ringIfNeeded(sequence, deadlineNs, sleepingUntilNs);
        }
    }

    private void ringIfNeeded(long sequence, long deadlineNs, long sleepingUntilNs) {
        long consumed = session.consumed();
        // While the command that it last rang for is not consumed, the daemon has yet to look at this client's ring,
        // and finds this one behind that one.
        boolean hasHeard = consumed > lastRung;
        if (hasHeard && (deadlineNs < sleepingUntilNs || sequence - consumed >= crowd)) {
            lastRung = sequence;
            ring(DoorbellLayout.DAEMON_WORD, daemonFutex);
        }
    }

    /** Tells the daemon's conductor that a client has come or gone. */
    void ringConductor() {
        ring(DoorbellLayout.CONDUCTOR_WORD, conductorFutex);
    }

    private void ring(int word, FutexWord futex) {
        if (!doorbell.isLost()) {
            rings++;
            doorbell.ring(word, futex);
        }
    }

    /** How often it rang. */
    long rings() {
        return rings;
    }

    /** After a fault: whether it was the doorbell's. */
    boolean lose() {
        return doorbell.loseUnlessSound();
    }

    /** At each heartbeat. */
    void tryAgain() {
        if (doorbell.isLost()) {
            doorbell.restore();
        }
    }
}
