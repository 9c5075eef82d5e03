package io.tickbus.subscriber;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalHistory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.subscriber.internal.PublisherWatch;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Reads a bus's signals in order, each once, without disturbing the publisher or any other subscriber.
 *
 * <p><b>Threads:</b> one.
 * <p><b>Progress:</b> {@link #poll} is wait-free per signal, makes no system call while the publisher lives, and
 * allocates nothing unless there is something to report. {@link #await} waits as its {@link WaitStrategy} does, never
 * longer than told.
 * <p><b>Loss:</b> a subscriber that falls a whole ring behind is overrun. It learns exactly which sequences it missed,
 * through {@link SubscriberListener#onLoss} and {@link #lost()}, before it reads on: received + filtered + lost is
 * always what was published since it joined. With a {@link SubscriberOptions#withHistory history} it first reads there
 * what the ring has lost. It follows a publisher that restarts, or that replaces the file, by itself.
 * <p><b>Errors:</b> {@link BusException} TRUNCATED or UNREADABLE when the file is shortened or loses a page under it,
 * another when the bus is replaced by one it cannot read, and where asked for, on overrun. What the handler throws
 * passes through. Its signal counts as received.
 */
public final class SignalSubscriber implements AutoCloseable {
    private static final long CHECK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int EMPTY_POLLS_PER_CHECK = 128;
    private static final int MAX_FILTERED_PER_POLL = 4096;
    private static final long FIRST_HEADROOM = 8;
    private static final int MAX_DOUBLINGS = 24;
    private static final int RUN_LIMIT = 256;
    private static final long PAST_NAP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final BusDirectory directory;
    private final SubscriberListener listener;
    private final OverrunPolicy overrunPolicy;
    private final WaitStrategy waitStrategy;
    private final int[] signalIds;
    private final PublisherWatch watch;
    private final PastSignals past;
    private final SignalRecord signal = new SignalRecord();
    private SignalsFile file;
    private SlotRing ring;
    private PublisherPosition position;
    private SubscriberGate gate;
    private long sequence;
    private long received;
    private long filtered;
    private long lost;
    private long overruns;
    private long epoch;
    private int overrunsInARow;
    private int emptyPolls;
    private boolean isPastBehind;
    private boolean isClosed;
    private long nextCheckNs;
    private PublisherStatus publisherStatus = PublisherStatus.ALIVE;

    private SignalSubscriber(BusDirectory directory, SubscriberOptions options) {
        this.directory = directory;
        this.listener = options.listener();
        this.overrunPolicy = options.overrunPolicy();
        this.waitStrategy = options.waitStrategy();
        this.signalIds = options.signalIds().stream().mapToInt(Integer::intValue).sorted().toArray();
        this.past = new PastSignals(options.history());
        this.watch = new PublisherWatch(directory);
    }

    /** Joins a bus with {@link SubscriberOptions#defaults()}. */
    public static SignalSubscriber attach(BusDirectory directory) {
        return attach(directory, SubscriberOptions.defaults());
    }

    /**
     * Joins a bus.
     *
     * @throws BusException when there is no such bus, or it cannot be read here; the message says what differs
     */
    public static SignalSubscriber attach(BusDirectory directory, SubscriberOptions options) {
        SignalSubscriber subscriber = new SignalSubscriber(directory, options);
        subscriber.use(SignalsFile.attach(directory));
        FaultBoundary.run(() -> {
            subscriber.join(options.joinSequence());
            subscriber.epoch = subscriber.file.header().epoch();
        }, fault -> {
            subscriber.file.checkSound();
            throw fault;
        });
        return subscriber;
    }

    private void use(SignalsFile newFile) {
        // First what can fail: a subscriber must not read one file by the gate of another.
        gate = new SubscriberGate(directory, newFile);
        file = newFile;
        ring = newFile.ring();
        position = new PublisherPosition(newFile);
    }

    private void join(long joinSequence) {
        sequence = 0;
        long next = position.next(sequence);
        long base = file.header().baseSequence();
        if (joinSequence == SubscriberOptions.NEWEST) {
            sequence = next;
        } else if (joinSequence == SubscriberOptions.OLDEST) {
            sequence = ring.oldestReadable(base, next);
        } else {
            sequence = joinSequence;
            if (joinSequence < base) {
                reportLoss(base);
            }
        }
    }

    /**
     * Hands over the signals that are there, without waiting. Every 128th call that finds nothing asks the clock, and
     * at most every 50 ms the publisher's condition and the file's name are looked at: who calls seldom learns late.
     *
     * @param limit the most to hand over, at least 1
     * @return how many were handed over
     */
    public int poll(SignalHandler handler, int limit) {
        try {
            // The two ways are methods of their own, since a spinning caller finds nothing a thousand times for each
            // signal: in one method the compiler would take the signal's way for the cold one and not inline it.
            int found = ring.look(sequence);
            return found == SlotRing.NOT_YET ? foundNothing() : drain(handler, limit, found);
        } catch (InternalError e) {
            survive(e);
            return 0;
        }
    }

    private int foundNothing() {
        if (++emptyPolls >= EMPTY_POLLS_PER_CHECK) {
            emptyPolls = 0;
            if (!isClosed) {
                checkIfDue(System.nanoTime());
            }
        }
        return 0;
    }

    private int drain(SignalHandler handler, int limit, int foundFirst) {
        int count = 0;
        isPastBehind = false;
        // A filter that leaves out everything must not keep a poll from ending.
        long filteredUntil = filtered + MAX_FILTERED_PER_POLL;
        for (int found = foundFirst; found != SlotRing.NOT_YET; found = ring.look(sequence)) {
            if (count >= limit || filtered >= filteredUntil) {
                break;
            }
            long current = sequence;
            if (found == SlotRing.OVERWRITTEN || !ring.copy(current, signal.fields())) {
                int inPast = past.read(file.header().historyId(), current, signal);
                if (inPast == SignalHistory.NOT_YET) {
                    isPastBehind = true;
                    break;
                } else if (inPast == SignalHistory.MISSING) {
                    skipOverwritten();
                    continue;
                }
            }
            signal.sequence(current);
            sequence = current + 1;
            overrunsInARow = 0;
            if (signalIds.length == 0 || Arrays.binarySearch(signalIds, signal.signalId()) >= 0) {
                received++;
                count++;
                handler.onSignal(signal);
            } else {
                filtered++;
            }
        }
        return count;
    }

    /**
     * Hands over signals, and waits for the first of them.
     *
     * @param limit     the most to hand over, at least 1
     * @param timeoutNs how long to wait at most, in nanoseconds
     * @return how many were handed over; 0 when the time was over or the thread was interrupted
     */
    public int await(SignalHandler handler, int limit, long timeoutNs) {
        long startNs = System.nanoTime();
        long untilNs = timeoutNs > Long.MAX_VALUE - startNs ? Long.MAX_VALUE : startNs + timeoutNs;
        while (true) {
            try {
                return awaitUntil(handler, limit, untilNs);
            } catch (InternalError e) {
                survive(e);
            }
        }
    }

    private int awaitUntil(SignalHandler handler, int limit, long untilNs) {
        while (true) {
            int count = poll(handler, limit);
            if (count > 0) {
                return count;
            }
            if (Thread.currentThread().isInterrupted()) {
                return 0;
            }
            long nowNs = System.nanoTime();
            checkIfDue(nowNs);
            if (nowNs >= untilNs) {
                return 0;
            }
            if (isPastBehind) {
                // The gate is open: the ring has gone past what the history does not have yet.
                isPastBehind = false;
                LockSupport.parkNanos(PAST_NAP_NS);
                continue;
            }
            gate.sequence(sequence);
            waitStrategy.await(gate, Math.min(untilNs, nowNs + CHECK_INTERVAL_NS));
        }
    }

    /** Goes to the oldest or newest readable signal and reports exactly what lies between. */
    private void skipOverwritten() {
        long next = position.nextAfterLap(sequence);
        long inPast = past.nextAfter(file.header().historyId(), sequence);
        if (inPast < ring.oldestReadable(file.header().baseSequence(), next)) {
            reportLoss(inPast);
            return;
        }
        overruns++;
        if (overrunPolicy == OverrunPolicy.FAIL) {
            throw new BusException(Reason.OVERRUN, "bus '" + directory.name() + "'", "sequence " + sequence
                    + " was overwritten before it was read, the publisher is at " + file.header().nextSequence(),
                    "poll faster, use more slots, or another overrun policy");
        }
        if (overrunPolicy == OverrunPolicy.NEWEST) {
            reportLoss(next);
            return;
        }
        // A publisher at full speed overwrites the oldest before it can be copied: each attempt in a row that fails
        // leaves it twice the headroom, so that the chase ends after a few.
        long headroom = overrunsInARow == 0 ? 0 : Math.min(ring.slotCount() / 2, FIRST_HEADROOM << overrunsInARow);
        overrunsInARow = Math.min(overrunsInARow + 1, MAX_DOUBLINGS);
        long oldest = Math.max(sequence + 1, ring.oldestReadable(file.header().baseSequence(), next));
        reportLoss(Math.min(next, oldest + headroom));
    }

    private void reportLoss(long goOnAt) {
        long first = sequence;
        long count = goOnAt - first;
        sequence = goOnAt;
        lost += count;
        listener.onLoss(first, count);
    }

    /**
     * Hands over signals until told to stop. Whatever the JVM reports late of the bus's files stays in here.
     *
     * @param isOver asked when there is nothing to hand over, and at least every 50 ms
     */
    public void run(SignalHandler handler, BooleanSupplier isOver) {
        run(() -> {
            await(handler, RUN_LIMIT, CHECK_INTERVAL_NS);
            return !isOver.getAsBoolean();
        });
    }

    /**
     * Runs a loop of the caller's that reads, as {@link #run(SignalHandler, BooleanSupplier)} does.
     *
     * @param turn one turn of the loop; false ends it
     */
    public void run(BooleanSupplier turn) {
        FaultBoundary.run(() -> {
            boolean isToGoOn;
            do {
                isToGoOn = turn.getAsBoolean();
            } while (isToGoOn);
        }, this::survive);
    }

    /** After a fault: continues without the doorbell, which may be whole again, and else says whose it was. */
    private void survive(InternalError fault) {
        if (!FaultBoundary.isFault(fault)) {
            throw fault;
        }
        file.checkSound();
        if (!gate.loseDoorbell()) {
            BusException e = new BusException(Reason.UNREADABLE, "memory mapped by the reading thread",
                    "an access to it failed, and the bus's own files are sound", "look at what else the thread maps");
            e.initCause(fault);
            throw e;
        }
    }

    private void checkIfDue(long nowNs) {
        if (nowNs >= nextCheckNs || file.header().state() == SignalsLayout.STATE_REPLACED) {
            check(nowNs);
        }
    }

    /** What is looked at only now and then: the publisher's life, another file under the name. */
    private void check(long nowNs) {
        if (isClosed) {
            throw new IllegalStateException("the subscriber is closed: bus=" + directory.name());
        }
        nextCheckNs = nowNs + CHECK_INTERVAL_NS;
        FaultBoundary.surface(); // Channels are used from here on.
        gate.regainDoorbell();
        position.checkWritten(sequence);
        if (!PublisherWatch.isHeartbeatFresh(file, nowNs)) {
            file.checkLength();
        }
        if (isSuperseded(nowNs) && !ring.hasNews(sequence)) {
            follow();
        }
        long currentEpoch = file.header().epoch();
        if (currentEpoch != epoch) {
            epoch = currentEpoch;
            gate.attachDoorbell();
            listener.onPublisherRestarted(currentEpoch);
        }
        PublisherStatus status = watch.status(file, nowNs);
        if (status != publisherStatus) {
            publisherStatus = status;
            listener.onPublisherStatus(status);
        }
    }

    private boolean isSuperseded(long nowNs) {
        if (file.header().state() == SignalsLayout.STATE_REPLACED) {
            return true;
        }
        boolean isSilent = file.header().state() == SignalsLayout.STATE_CLOSED
                || !PublisherWatch.isHeartbeatFresh(file, nowNs);
        return isSilent && file.standing() == SignalsFile.Standing.REPLACED;
    }

    /** Moves over to the file that has taken the name. */
    private void follow() {
        long history = file.header().historyId();
        try {
            use(SignalsFile.attach(directory));
        } catch (BusException e) {
            if (e.reason() == Reason.NOT_FOUND) {
                // Deleted in this very moment. The next check looks again.
                return;
            }
            throw e;
        }
        if (file.header().historyId() != history) {
            join(SubscriberOptions.OLDEST);
            listener.onNewHistory(sequence);
            return;
        }
        long base = file.header().baseSequence();
        if (sequence < base) {
            reportLoss(base);
        }
    }

    /** Looks at the publisher now; costs a system call or two where its heartbeat is old. */
    public PublisherStatus publisherStatus() {
        try {
            check(System.nanoTime());
        } catch (InternalError e) {
            survive(e);
        }
        return publisherStatus;
    }

    /** The next sequence to be read. */
    public long sequence() {
        return sequence;
    }

    /** How many signals the publisher is ahead. */
    public long backlog() {
        return Math.max(0, file.header().nextSequence() - sequence);
    }

    /** Signals handed over. */
    public long received() {
        return received;
    }

    /** Signals left out by their id. */
    public long filtered() {
        return filtered;
    }

    /** Signals overwritten before they could be read, exactly. */
    public long lost() {
        return lost;
    }

    /** Signals that the ring had lost and the history had. */
    public long fromHistory() {
        return past.copied();
    }

    /** How often it was overrun. */
    public long overruns() {
        return overruns;
    }

    /** How it waits. */
    public WaitStrategy waitStrategy() {
        return waitStrategy;
    }

    /** Whether the publisher wakes it; if not, parking means naps of a millisecond. */
    public boolean isWokenByPublisher() {
        return gate.isWoken();
    }

    /** The file being read, for inspection. */
    @SuppressWarnings("exports") // For the other modules of the project.
    public SignalsFile file() {
        return file;
    }

    /** Lets go of the bus: {@code poll} finds nothing any more and {@code await} throws. The collector unmaps it. */
    @Override
    public void close() {
        isClosed = true;
        nextCheckNs = Long.MIN_VALUE;
        ring = new SlotRing(SharedRegion.allocate(2 * SlotRing.SLOT_LENGTH), 0, 2);
    }
}
