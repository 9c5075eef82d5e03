// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.WaitCondition;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platforms;
import java.util.concurrent.TimeUnit;

/**
 * A subscriber's next signal in one signals file.
 *
 * <p>If nobody would wake the subscriber (the publisher does not offer parking, or the doorbell cannot be used), it
 * sleeps in naps of at most a millisecond.
 */
final class SignalCondition implements WaitCondition {
    private static final long UNWOKEN_NAP_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long ATTACH_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long TIMER_SLACK_NS = 1;
    private static final long MOVE_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final BusDirectory directory;
    private final SlotRing ring;
    private final SignalsHeader header;
    private final FutexWord wakeWord;
    private final boolean isWokenUnasked;
    private final boolean needsDoorbell;
    private Doorbell doorbell;
    private long nextAttachNs = System.nanoTime();
    private Thread preparedThread;
    private long nextMoveNs = Long.MIN_VALUE;
    private long sequence;

    SignalCondition(BusDirectory directory, SignalsFile file) {
        this.directory = directory;
        this.ring = file.ring();
        this.header = file.header();
        this.wakeWord = Platforms.current().futexWord(file.region(), SignalsLayout.WAKE_WORD);
        this.isWokenUnasked = header.wakesSleepers() && header.wakesUnasked();
        this.needsDoorbell = header.wakesSleepers() && !isWokenUnasked;
        regainDoorbell();
    }

    /** To be called periodically: uses the doorbell again once it exists or is restored. */
    void regainDoorbell() {
        boolean isMissing = doorbell == null || doorbell.isLost();
        if (needsDoorbell && isMissing && System.nanoTime() - nextAttachNs >= 0) {
            attachDoorbell();
        }
    }

    /** To be called when another publisher has taken over, which may have made another doorbell. */
    void attachDoorbell() {
        if (!needsDoorbell) {
            return;
        }
        try {
            doorbell = Doorbell.attach(directory);
        } catch (BusException e) {
            if (e.reason() == Reason.NOT_A_FILE) {
                throw e;
            }
            // Not allowed, not there, or no room for it: perhaps only for now.
            doorbell = null;
            nextAttachNs = System.nanoTime() + ATTACH_INTERVAL_NS;
        }
    }

    /** After a fault: stops using the doorbell until it is regained; false if it was not in use. */
    boolean loseDoorbell() {
        boolean wasInUse = doorbell != null && !doorbell.isLost();
        if (wasInUse) {
            doorbell.lose();
        }
        return wasInUse;
    }

    /** Whether the publisher will wake this subscriber. */
    boolean isWoken() {
        return isWokenUnasked || (doorbell != null && !doorbell.isLost());
    }

    /** The signal to wait for. */
    void sequence(long newSequence) {
        sequence = newSequence;
    }

    @Override
    public boolean isReady() {
        return ring.hasNews(sequence);
    }

    @Override
    public long nextDeadlineNs() {
        return header.nextDeadlineNs();
    }

    @Override
    public void park(long untilNs, long plannedDeadlineNs) {
        prepareThread();
        // The word is read before the announcement, and before the slot is checked: a publisher that wakes in between
        // has then raised it, and the futex does not sleep.
        int word = header.wakeWord();
        boolean isAnnounced = isWokenUnasked || (doorbell != null && doorbell.announceParked());
        boolean isPlanValid = plannedDeadlineNs == ANY_DEADLINE || header.nextDeadlineNs() == plannedDeadlineNs;
        if (isReady() || !isPlanValid) {
            return;
        }
        long boundNs = isAnnounced ? untilNs : Math.min(untilNs, System.nanoTime() + UNWOKEN_NAP_NS);
        wakeWord.await(word, boundNs);
        if (plannedDeadlineNs != ANY_DEADLINE) {
            leavePublisherCpu();
        }
    }

    /**
     * A thread that is about to spin until a deadline must not share the publisher's processor: the two would wake
     * together and each wait for the other. The scheduler does not see that, so the thread moves away, but seldom.
     */
    private void leavePublisherCpu() {
        int publisherCpu = header.publisherCpu();
        if (publisherCpu < 0 || publisherCpu != Platforms.current().currentCpu()) {
            return;
        }
        long nowNs = System.nanoTime();
        if (nowNs >= nextMoveNs) {
            nextMoveNs = nowNs + MOVE_INTERVAL_NS;
            Platforms.current().leaveCpu(publisherCpu);
        }
    }

    private void prepareThread() {
        Thread current = Thread.currentThread();
        if (preparedThread != current) {
            preparedThread = current;
            Platforms.current().setTimerSlackNs(TIMER_SLACK_NS);
        }
    }
}
