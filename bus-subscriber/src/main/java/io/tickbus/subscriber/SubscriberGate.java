package io.tickbus.subscriber;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.Doorbell;
import io.tickbus.core.bus.SignalsFile;
import io.tickbus.core.bus.SignalsHeader;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.core.memory.MappedFault;
import io.tickbus.core.memory.SlotRing;
import io.tickbus.core.platform.FutexWord;
import io.tickbus.core.platform.Platforms;
import io.tickbus.core.wait.SignalGate;
import java.util.concurrent.TimeUnit;

/**
 * The gate of a subscriber's next signal in one signals file.
 *
 * <p>Where nobody would wake it (the publisher does not offer parking, or this user may not ring the doorbell) it
 * sleeps in naps of at most a millisecond instead.
 */
final class SubscriberGate implements SignalGate {
    private static final long UNWOKEN_NAP_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long ATTACH_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long TIMER_SLACK_NS = 1;
    private static final long MOVE_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final BusDirectory directory;
    private final SlotRing ring;
    private final SignalsHeader header;
    private final FutexWord wakeWord;
    private Doorbell doorbell;
    private boolean isDoorbellShared;
    private boolean isDoorbellLost;
    private long nextAttachNs;
    private Thread preparedThread;
    private long nextMoveNs = Long.MIN_VALUE;
    private long sequence;

    SubscriberGate(BusDirectory directory, SignalsFile file) {
        this.directory = directory;
        this.ring = file.ring();
        this.header = file.header();
        this.wakeWord = Platforms.current().futexWord(file.region(), SignalsLayout.WAKE_WORD);
        this.doorbell = header.wakesSleepers() ? attach() : null;
    }

    private Doorbell attach() {
        try {
            Doorbell attached = Doorbell.attach(directory);
            isDoorbellShared = attached.isShared();
            isDoorbellLost = false;
            return attached;
        } catch (BusException e) {
            if (e.reason() == Reason.NOT_A_FILE) {
                throw e;
            }
            // Not allowed, cut off, or not there: perhaps only for now.
            isDoorbellLost = true;
            nextAttachNs = System.nanoTime() + (e.reason() == Reason.TRUNCATED ? 0 : ATTACH_INTERVAL_NS);
            return null;
        }
    }

    /** Whether the publisher will wake this subscriber. */
    boolean isWoken() {
        return doorbell != null;
    }

    /** The signal to wait for. */
    void sequence(long newSequence) {
        sequence = newSequence;
    }

    @Override
    public boolean isOpen() {
        return ring.hasNews(sequence);
    }

    @Override
    public long nextDeadlineNs() {
        return header.nextDeadlineNs();
    }

    @Override
    public void park(long untilNs, long plannedDeadlineNs) {
        prepareThread();
        // The word is read before the announcement: a publisher that wakes in between has then raised it, and the
        // futex does not sleep.
        int word = header.wakeWord();
        boolean isAnnounced = announce();
        boolean isPlanValid = plannedDeadlineNs == ANY_DEADLINE || header.nextDeadlineNs() == plannedDeadlineNs;
        if (isOpen() || !isPlanValid) {
            return;
        }
        long boundNs = isAnnounced ? untilNs : Math.min(untilNs, System.nanoTime() + UNWOKEN_NAP_NS);
        wakeWord.await(word, boundNs);
        if (plannedDeadlineNs != ANY_DEADLINE) {
            leavePublisherCpu();
        }
    }

    /**
     * Who will spin up to a deadline must not do so on the publisher's processor: the two would wake together and each
     * wait for the other. The scheduler does not see that, so the thread moves away, seldom enough not to wander.
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

    private boolean announce() {
        if (doorbell == null) {
            return false;
        }
        try {
            doorbell.announceParked();
            if (isDoorbellShared) {
                // Here, before a sleep, and not in the handler of the signal that it waits for.
                MappedFault.bringUp();
            }
            return true;
        } catch (InternalError e) {
            loseDoorbell();
            return false;
        }
    }

    /**
     * Somebody cut the doorbell off; the publisher mends it at its next heartbeat. Until then: naps. Returns whether
     * there is a doorbell to lose, or was before.
     */
    boolean loseDoorbell() {
        isDoorbellLost |= doorbell != null;
        doorbell = null;
        return isDoorbellLost;
    }

    /** To be called now and then: rings again once the doorbell is mended. */
    void regainDoorbell() {
        if (isDoorbellLost && System.nanoTime() >= nextAttachNs) {
            doorbell = attach();
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
