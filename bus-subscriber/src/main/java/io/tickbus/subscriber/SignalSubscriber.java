// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalHistory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Reads a bus's signals in order, each once, without affecting the publisher or other subscribers.
 *
 * <p><b>Threads:</b> one.
 * <p><b>Progress:</b> {@link #poll} is wait-free per signal, makes no system call while the publisher lives, and
 * allocates nothing unless there is something to report. {@link #await} waits as its {@link WaitStrategy} does, never
 * longer than told.
 * <p><b>Loss:</b> a subscriber that falls a whole ring behind is overrun. It learns exactly which sequences it missed,
 * through {@link SubscriberListener#onLoss} and {@link #lost()}, before it continues: received + filtered + lost is
 * always what was published since it joined. With a {@link SubscriberOptions#withHistory history} it first reads there
 * what the ring has lost. It follows a publisher that restarts, or that replaces the file, by itself.
 * <p><b>Errors:</b> {@link BusException} TRUNCATED or UNREADABLE when the file is shortened or loses a page under it,
 * another when the bus is replaced by one it cannot read, and where asked for, on overrun. What the handler throws
 * passes through, and its signal counts as received.
 */
public final class SignalSubscriber implements AutoCloseable {
    private static final long CHECK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int EMPTY_POLLS_PER_CHECK = 128;
    private static final int MAX_FILTERED_PER_POLL = 4096;
    private static final int RUN_LIMIT = 256;
    private static final long HISTORY_NAP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final SubscriberListener listener;
    private final WaitStrategy waitStrategy;
    private final int[] signalIds;
    /** Null where they are off. */
    private final SubscriberStatistics statistics;
    private final BusFollower bus;
    private final OverrunRecovery recovery;
    private final SignalRecord signal = new SignalRecord();
    /** Null unless asked for. */
    private final SlowHandlerWatch slowHandlers;
    private SlotRing ring;
    private long historyId;
    private long sequence;
    private long received;
    private long filtered;
    private long lost;
    private int emptyPolls;
    private boolean isHistoryBehind;
    private boolean isClosed;
    private long nextCheckNs;

    private SignalSubscriber(BusDirectory directory, SubscriberOptions options) {
        this.listener = options.listener();
        this.waitStrategy = options.waitStrategy();
        this.signalIds = options.signalIds().stream().mapToInt(Integer::intValue).sorted().toArray();
        this.statistics = options.statistics();
        this.bus = new BusFollower(directory, options.listener());
        this.recovery = new OverrunRecovery(options.overrunPolicy(), options.history());
        this.slowHandlers = options.slowHandlerNs() == 0 ? null
                : new SlowHandlerWatch(options.slowHandlerNs(), options.listener());
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
        subscriber.bus.attach();
        FaultBoundary.run(() -> {
            subscriber.join(options.joinSequence());
            subscriber.bus.noteEpoch();
        }, fault -> {
            subscriber.bus.file().checkSound();
            throw fault;
        });
        if (subscriber.slowHandlers != null) {
            subscriber.slowHandlers.start();
        }
        return subscriber;
    }

    private void join(long joinSequence) {
        ring = bus.ring();
        historyId = bus.historyId();
        sequence = 0;
        long next = bus.position().next(sequence);
        long base = bus.baseSequence();
        if (joinSequence == SubscriberOptions.NEWEST) {
            sequence = next;
        } else if (joinSequence == SubscriberOptions.OLDEST) {
            sequence = ring.oldestReadable(base, next);
        } else {
            sequence = joinSequence;
            if (joinSequence < base) {
                skipTo(base);
            }
        }
    }

    /**
     * Hands over the signals that are there, without waiting. Every 128th call that finds nothing reads the clock, and
     * every 50 ms at most checks the publisher's status and the file's name: a caller that polls seldom learns late.
     *
     * @param limit the most to hand over, at least 1
     * @return how many were handed over
     */
    public int poll(SignalHandler handler, int limit) {
        try {
            // Two methods, since a spinning caller finds nothing a thousand times for each signal: in one method the
            // compiler would treat the path of a signal as cold and not inline it.
            int found = ring.state(sequence);
            return found == SlotRing.NOT_YET ? foundNothing()
                    : drain(slowHandlers == null ? handler : slowHandlers.of(handler), limit, found);
        } catch (InternalError e) {
            bus.recover(e);
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
        isHistoryBehind = false;
        // A filter that rejects everything must not keep a poll from ending.
        long filteredUntil = filtered + MAX_FILTERED_PER_POLL;
        for (int found = foundFirst; found != SlotRing.NOT_YET; found = ring.state(sequence)) {
            if (count >= limit || filtered >= filteredUntil) {
                break;
            }
            long current = sequence;
            if (found == SlotRing.OVERWRITTEN || !ring.copy(current, signal.fields())) {
                int inHistory = recovery.read(historyId, current, signal);
                if (inHistory == SignalHistory.NOT_YET) {
                    isHistoryBehind = true;
                    break;
                } else if (inHistory == SignalHistory.MISSING) {
                    skipTo(recovery.nextAfter(current, bus));
                    continue;
                }
            }
            signal.sequence(current);
            sequence = current + 1;
            if (signal.isPlaceholder()) {
                passOver(current);
            } else if (signalIds.length == 0 || Arrays.binarySearch(signalIds, signal.signalId()) >= 0) {
                received++;
                count++;
                if (statistics != null) {
                    statistics.received(current, System.nanoTime() - signal.deadlineNs());
                }
                handler.onSignal(signal);
            } else {
                filtered++;
            }
        }
        if (statistics != null) {
            statistics.polled(sequence, filtered, lost, recovery.overruns(), backlog());
        }
        return count;
    }

    /**
     * Hands over signals, and waits for the first of them.
     *
     * @param limit     the most to hand over, at least 1
     * @param timeoutNs how long to wait at most, in nanoseconds
     * @return how many were handed over; 0 on timeout or interrupt
     */
    public int await(SignalHandler handler, int limit, long timeoutNs) {
        long startNs = System.nanoTime();
        long untilNs = timeoutNs > Long.MAX_VALUE - startNs ? Long.MAX_VALUE : startNs + timeoutNs;
        while (true) {
            try {
                return awaitUntil(handler, limit, untilNs);
            } catch (InternalError e) {
                bus.recover(e);
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
            if (isHistoryBehind) {
                // The condition is ready: the ring has gone past what the history does not have yet.
                isHistoryBehind = false;
                LockSupport.parkNanos(HISTORY_NAP_NS);
                continue;
            }
            SignalCondition condition = bus.condition();
            condition.sequence(sequence);
            waitStrategy.await(condition, Math.min(untilNs, nowNs + CHECK_INTERVAL_NS));
        }
    }

    /** What a relay writes where it has no signal. */
    private void passOver(long current) {
        if (signal.isLost()) {
            sequence = current;
            skipTo(Math.max(current + 1, Math.min(signal.key(), bus.nextSequence())));
        } else {
            filtered++;
        }
    }

    /** Skips signals and reports them as lost. */
    private void skipTo(long next) {
        long first = sequence;
        long count = next - first;
        sequence = next;
        lost += count;
        listener.onLoss(first, count);
    }

    /**
     * Hands over signals until told to stop. Handles {@link FaultBoundary late faults} of the bus's files.
     *
     * @param isOver called when there is nothing to hand over, and at least every 50 ms
     */
    public void run(SignalHandler handler, BooleanSupplier isOver) {
        run(() -> {
            await(handler, RUN_LIMIT, CHECK_INTERVAL_NS);
            return !isOver.getAsBoolean();
        });
    }

    /**
     * Runs a loop of the caller, as {@link #run(SignalHandler, BooleanSupplier)} does.
     *
     * @param turn one turn of the loop; false ends it
     */
    public void run(BooleanSupplier turn) {
        FaultBoundary.run(() -> {
            boolean isContinued;
            do {
                isContinued = turn.getAsBoolean();
            } while (isContinued);
        }, bus::recover);
    }

    private void checkIfDue(long nowNs) {
        if (nowNs >= nextCheckNs || bus.isMarkedReplaced()) {
            check(nowNs);
        }
    }

    private void check(long nowNs) {
        if (isClosed) {
            throw new IllegalStateException("the subscriber is closed: " + bus);
        }
        nextCheckNs = nowNs + CHECK_INTERVAL_NS;
        bus.checkFile(sequence, nowNs);
        if (ring != bus.ring()) {
            continueInSuccessor();
        }
        bus.checkPublisher(nowNs);
    }

    private void continueInSuccessor() {
        if (bus.historyId() != historyId) {
            join(SubscriberOptions.OLDEST);
            listener.onNewHistory(sequence);
            return;
        }
        ring = bus.ring();
        if (sequence < bus.baseSequence()) {
            skipTo(bus.baseSequence());
        }
    }

    /** Checks the publisher now; costs a system call or two where its heartbeat is old. */
    public PublisherStatus publisherStatus() {
        try {
            check(System.nanoTime());
        } catch (InternalError e) {
            bus.recover(e);
        }
        return bus.status();
    }

    /** The next sequence to be read. */
    public long sequence() {
        return sequence;
    }

    /** How many signals the publisher is ahead. */
    public long backlog() {
        return Math.max(0, bus.nextSequence() - sequence);
    }

    /** Signals handed over. */
    public long received() {
        return received;
    }

    /** Signals excluded by their id, by this subscriber or by the relay that publishes the bus. */
    public long filtered() {
        return filtered;
    }

    /** Signals overwritten before they could be read, exactly. */
    public long lost() {
        return lost;
    }

    /** Signals that the ring had lost and the history had. */
    public long fromHistory() {
        return recovery.copied();
    }

    /** How often it was overrun. */
    public long overruns() {
        return recovery.overruns();
    }

    /** How it waits. */
    public WaitStrategy waitStrategy() {
        return waitStrategy;
    }

    /** Whether the publisher wakes it; if not, parking means naps of a millisecond. */
    public boolean isWokenByPublisher() {
        return bus.condition().isWoken();
    }

    /** The file being read, for inspection. */
    @SuppressWarnings("exports") // For the other modules of the project.
    public SignalsFile file() {
        return bus.file();
    }

    /**
     * Releases the bus: {@code poll} finds nothing any more and {@code await} throws. The garbage collector unmaps it.
     */
    @Override
    public void close() {
        isClosed = true;
        if (slowHandlers != null) {
            slowHandlers.close();
        }
        nextCheckNs = Long.MIN_VALUE;
        ring = new SlotRing(SharedRegion.allocate(2 * SlotRing.SLOT_LENGTH), 0, 2);
    }
}
