// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.platform.FutexWord;

/**
 * Wakes the daemon if a command cannot wait until it wakes by itself. Costs a full fence and a load per command, and a
 * system call only if it rings.
 *
 * <p>A doorbell that faulted is not used until it is restored; until then the daemon sees the commands when it wakes by
 * itself, at its own heartbeat at the latest.
 */
final class DoorbellWaker implements DaemonWaker {
    private final RepliesFile replies;
    private final Session session;
    private final Doorbell doorbell;
    private final FutexWord daemonFutex;
    private final int ringThreshold;
    private long lastRung = -1;
    private long rings;

    DoorbellWaker(RepliesFile replies, Session session, Doorbell doorbell, int window) {
        this.replies = replies;
        this.session = session;
        this.doorbell = doorbell;
        this.daemonFutex = doorbell.futexWord(DoorbellLayout.DAEMON_WORD);
        this.ringThreshold = Math.max(1, window / 2);
    }

    @Override
    public void afterCommit(long sequence, long deadlineNs) {
        long sleepingUntilNs = replies.sleepingUntilNs();
        if (sleepingUntilNs != RepliesLayout.AWAKE) {
            ringIfNeeded(sequence, deadlineNs, sleepingUntilNs);
        }
    }

    private void ringIfNeeded(long sequence, long deadlineNs, long sleepingUntilNs) {
        long consumed = session.consumed();
        // While the command of the last ring is not consumed, the daemon has yet to read this client's ring, and will
        // find this command behind that one.
        boolean isLastRingServed = consumed > lastRung;
        if (isLastRingServed && (deadlineNs < sleepingUntilNs || sequence - consumed >= ringThreshold)) {
            lastRung = sequence;
            ring();
        }
    }

    private void ring() {
        if (!doorbell.isLost()) {
            rings++;
            doorbell.ring(DoorbellLayout.DAEMON_WORD, daemonFutex);
        }
    }

    @Override
    public boolean isRetryNeeded() {
        return doorbell.isLost();
    }

    @Override
    public long rings() {
        return rings;
    }

    @Override
    public boolean lose() {
        return doorbell.loseUnlessSound();
    }

    @Override
    public void retry() {
        if (doorbell.isLost()) {
            doorbell.restore();
        }
    }
}
