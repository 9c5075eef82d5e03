// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.Output;
import io.tickbus.cli.Report;
import io.tickbus.cli.SignalReport;
import io.tickbus.client.TimerClient;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalSubscriber;
import java.util.concurrent.TimeUnit;

/** Waits for the first firing of one arming, and keeps it. */
final class FiringWait {
    private static final long WAIT_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(20);
    /** How often to check that the timer is still there: another client of its name may cancel it. */
    private static final long LIST_INTERVAL_NS = TimeUnit.SECONDS.toNanos(2);
    /** Meanwhile no signal is read, and stop requests are not noticed. */
    private static final long LIST_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int BATCH = 64;

    private final SignalSubscriber subscriber;
    private final TimerClient timers;
    private final SignalRecord firing = new SignalRecord();
    private volatile boolean isStopped;
    private TimerReply armed;
    private boolean hasFired;
    private boolean isCancelled;
    private long nextListNs;
    private long observedNs;

    FiringWait(SignalSubscriber subscriber, TimerClient timers) {
        this.subscriber = subscriber;
        this.timers = timers;
    }

    /** Any thread: ends the wait. */
    void stop() {
        isStopped = true;
    }

    /**
     * Returns when it has fired, when it was found cancelled, or at {@link #stop}.
     *
     * @param armedNow the answer to its arming
     * @throws io.tickbus.core.BusException when the daemon is gone
     */
    boolean await(TimerReply armedNow) {
        armed = armedNow;
        nextListNs = System.nanoTime() + LIST_INTERVAL_NS;
        subscriber.run(() -> {
            if (isWaiting()) {
                step();
            }
            return isWaiting();
        });
        return hasFired;
    }

    private boolean isWaiting() {
        return !hasFired && !isStopped && !isCancelled;
    }

    private void step() {
        subscriber.await(this::observe, BATCH, WAIT_INTERVAL_NS);
        if (!hasFired) {
            timers.pollReplies(reply -> { }, BATCH);
        }
        if (!hasFired && System.nanoTime() >= nextListNs) {
            Output.check();
            isCancelled = !isArmed();
            nextListNs = System.nanoTime() + LIST_INTERVAL_NS;
        }
    }

    /** Whether the daemon still has it, or it has fired just now. */
    private boolean isArmed() {
        boolean isListed;
        try {
            isListed = timers.list(false, LIST_TIMEOUT_NS).stream().anyMatch(each -> each.key() == armed.key());
        } catch (BusException e) {
            if (e.reason() != BusException.Reason.TIMEOUT) {
                throw e;
            }
            // A daemon that is busy: try again later.
            return true;
        }
        // A signal comes before the list that its timer is missing from.
        while (!isListed && !hasFired && !isStopped && subscriber.backlog() > 0) {
            subscriber.poll(this::observe, BATCH);
        }
        return isListed || hasFired;
    }

    /** Whether the wait ended since somebody cancelled the timer, or armed it again. */
    boolean isCancelled() {
        return isCancelled;
    }

    private void observe(SignalRecord signal) {
        if (hasFired || signal.key() != armed.key() || !timers.isMine(signal)) {
            return;
        }
        if (!signal.isOf(armed.commandSequence())) {
            // Of an earlier arming, or of a later one.
            isCancelled |= signal.sequence() >= armed.signalSequence();
        } else if (!isCancelled) {
            observedNs = System.nanoTime();
            System.arraycopy(signal.fields(), 0, firing.fields(), 0, firing.fields().length);
            firing.sequence(signal.sequence());
            hasFired = true;
        }
    }

    Report report() {
        return SignalReport.of("fired", firing).with("observedNs", observedNs)
                .with("latenessNs", observedNs - firing.deadlineNs());
    }

    String text() {
        return "fired key " + armed.key() + " of owner " + firing.owner() + ": signal " + firing.signalId()
                + " as sequence " + firing.sequence() + ", published "
                + DurationText.format(firing.publishedNs() - firing.deadlineNs())
                + " and observed " + DurationText.format(observedNs - firing.deadlineNs()) + " after its deadline"
                + (firing.missed() == 0 ? "" : ", missed " + Integer.toUnsignedLong(firing.missed()));
    }
}
