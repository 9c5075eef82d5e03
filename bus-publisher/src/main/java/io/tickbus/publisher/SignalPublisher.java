// SPDX-License-Identifier: Apache-2.0
package io.tickbus.publisher;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.WritableBus;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.internal.platform.Platforms;

/**
 * The one writer of a bus: publishes signals to every subscriber on the host.
 *
 * <p><b>Threads:</b> one publishes; it also calls {@link #heartbeat} where the bus was opened without a thread.
 * <p><b>Progress:</b> publishing is wait-free and allocates nothing; it makes a system call only when somebody is
 * parked, or the bus is shared with a group.
 * <p><b>Loss:</b> the publisher never waits for a subscriber and overwrites the oldest signal; a subscriber that was
 * overrun is told exactly how many it missed. A signal is visible when {@code publish} returns, also if the process is
 * killed in the next instruction.
 * <p><b>Errors:</b> {@link BusException} TRUNCATED or UNREADABLE when the signals file is shortened or loses a page
 * under it, which only processes of its own user can do. Where one of those shortens the doorbell, HotSpot may throw
 * an {@link InternalError} as a call returns, whose signal is published all the same.
 */
public final class SignalPublisher implements AutoCloseable {
    private final WritableBus bus;
    private final SignalsHeader header;
    private final SlotWriter writer;
    private final boolean hasParking;
    private final SubscriberWaker waker;
    private final Heartbeat heartbeat;
    private long nextDeadlineNs = SignalsLayout.NO_DEADLINE;
    private boolean isClosed;
    private boolean isReleased;

    private SignalPublisher(WritableBus bus) {
        this.bus = bus;
        this.header = bus.signals().header();
        this.writer = SlotWriter.overwriting(bus.signals().ring(), bus.nextSequence(), SignalsLayout.NEXT_SEQUENCE);
        this.hasParking = header.wakesSleepers();
        this.waker = new SubscriberWaker(bus);
        this.heartbeat = new Heartbeat(header, bus.doorbell());
    }

    /** Opens a bus with {@link SignalsOptions#defaults} and a thread that keeps its heartbeat. */
    public static SignalPublisher open(BusDirectory directory) {
        return open(directory, SignalsOptions.defaults());
    }

    /**
     * Opens a bus and starts a daemon thread that keeps its heartbeat. The sequence continues where a predecessor, dead
     * or closed, stopped.
     *
     * @throws BusException when somebody else publishes on it, or its files cannot be used; the message says why
     */
    public static SignalPublisher open(BusDirectory directory, SignalsOptions options) {
        return started(openWithoutThread(directory, options));
    }

    private static SignalPublisher started(SignalPublisher publisher) {
        try {
            publisher.heartbeat.start();
            return publisher;
        } catch (RuntimeException | Error e) {
            publisher.abandon();
            throw e;
        }
    }

    /**
     * As {@link #open}, for a relay, whose sequences another bus gives. Subscribers learn exactly which ones they
     * missed where the bus ends before the sequence, and that the line is another where it is.
     *
     * @param historyId the other bus's line of sequences
     * @param sequence  the next to be published, at least {@link #nextSequence()} of the predecessor of that line
     */
    public static SignalPublisher openAt(BusDirectory directory, SignalsOptions options, long historyId,
            long sequence) {
        return started(create(WritableBus.openAt(directory, options, historyId, sequence)));
    }

    /** As {@link #open}, for a caller that promises to call {@link #heartbeat} in time. */
    public static SignalPublisher openWithoutThread(BusDirectory directory, SignalsOptions options) {
        return create(WritableBus.open(directory, options));
    }

    private static SignalPublisher create(WritableBus bus) {
        try {
            return new SignalPublisher(bus);
        } catch (RuntimeException | Error e) {
            try {
                bus.rollBack();
            } finally {
                bus.close();
            }
            throw e;
        }
    }

    /**
     * Publishes a signal now, with key 0.
     *
     * @param signalId what it means, any number
     * @return its sequence, from 0
     */
    public long publish(int signalId) {
        return publish(signalId, 0);
    }

    /**
     * Publishes a signal now.
     *
     * @param signalId what it means, any number
     * @param key      a correlation id, any number
     * @return its sequence, from 0
     */
    public long publish(int signalId, long key) {
        long nowNs = System.nanoTime();
        return publish(signalId, key, nowNs, nowNs);
    }

    /**
     * Publishes now a signal that was due at a deadline.
     *
     * @param signalId   what it means, any number
     * @param key        a correlation id, any number
     * @param deadlineNs when it was due, in CLOCK_MONOTONIC nanoseconds, as {@link System#nanoTime} reads it
     * @return its sequence, from 0
     */
    public long publish(int signalId, long key, long deadlineNs) {
        return publish(signalId, key, deadlineNs, System.nanoTime());
    }

    /**
     * As {@link #publish(int, long, long)}, for a caller that has read the clock.
     *
     * @param publishedNs now, in CLOCK_MONOTONIC nanoseconds; also the deadline where no timer caused the signal
     */
    public long publish(int signalId, long key, long deadlineNs, long publishedNs) {
        // The payload has length 0, so its words are not written.
        long word = Integer.toUnsignedLong(signalId);
        long next = writer.nextSequence();
        try {
            long sequence = writer.write(publishedNs, deadlineNs, key, word, 0);
            wake();
            return sequence;
        } catch (InternalError e) {
            recover(e);
            long sequence = isWritten(next) ? next : writer.write(publishedNs, deadlineNs, key, word, 0);
            wake();
            return sequence;
        }
    }

    /** Publishes all fields of a record but its sequence, its publishedNs included; returns the sequence it got. */
    public long publish(SignalRecord signal) {
        long sequence = publishWithoutWaking(signal);
        wake();
        return sequence;
    }

    /**
     * Publishes a signal and wakes nobody: a spinning subscriber sees it, a parked one only after {@link #wake}. For
     * several signals at once, as the check for sleepers is expensive: it is a full fence.
     *
     * @return its sequence
     */
    public long publishWithoutWaking(SignalRecord signal) {
        long next = writer.nextSequence();
        try {
            return writer.write(signal.fields());
        } catch (InternalError e) {
            recover(e);
            return isWritten(next) ? next : writer.write(signal.fields());
        }
    }

    private boolean isWritten(long sequence) {
        return writer.nextSequence() > sequence;
    }

    /** Wakes the parked subscribers, for all signals published before. */
    public void wake() {
        if (hasParking) {
            wakeParked();
        }
    }

    private void wakeParked() {
        try {
            waker.wakeParked();
        } catch (InternalError e) {
            recover(e);
            waker.wakeAll();
        }
    }

    /** After a {@link FaultBoundary fault}: throws if it was the signals file's, else assumes it was the doorbell's. */
    private void recover(InternalError fault) {
        checkSignals(fault);
        bus.doorbell().lose();
    }

    private void checkSignals(InternalError fault) {
        if (!FaultBoundary.isFault(fault)) {
            throw fault;
        }
        bus.signals().checkSound();
    }

    private void checkOpen() {
        if (isClosed) {
            throw new IllegalStateException("the publisher is closed: open another, which continues the sequence");
        }
    }

    /**
     * Announces when the next timer is due, for subscribers that wait predictively. Call this after publishing the
     * signals of the deadline before it. Wakes parked subscribers when the time is earlier than announced before.
     *
     * @param deadlineNs CLOCK_MONOTONIC nanoseconds; {@link Long#MAX_VALUE} for none
     */
    public void announceDeadline(long deadlineNs) {
        checkOpen();
        if (deadlineNs != nextDeadlineNs) {
            boolean isEarlier = deadlineNs < nextDeadlineNs;
            nextDeadlineNs = deadlineNs;
            header.putNextDeadlineNs(deadlineNs);
            if (isEarlier) {
                wake();
            }
        }
    }

    /**
     * Writes the heartbeat and stores the processor that the publishing thread, which calls this, runs on. Makes a
     * system call to restore the doorbell.
     *
     * @param nowNs CLOCK_MONOTONIC nanoseconds
     */
    public void heartbeat(long nowNs) {
        checkOpen();
        try {
            beat(nowNs);
        } catch (InternalError e) {
            if (!FaultBoundary.isFault(e) || !bus.doorbell().loseUnlessSound()) {
                throw e;
            }
            beat(nowNs);
        }
    }

    private void beat(long nowNs) {
        header.putPublisherCpu(Platforms.current().currentCpu());
        heartbeat.beat(nowNs);
    }

    /** The sequence that the next signal gets. */
    public long nextSequence() {
        return writer.nextSequence();
    }

    /** How many publishers this bus has had, this one included. */
    public long epoch() {
        return header.epoch();
    }

    /** The bus that this publisher owns. */
    @SuppressWarnings("exports") // For the other modules of the project.
    public WritableBus bus() {
        return bus;
    }

    /**
     * Marks the bus closed, wakes all waiters and releases the bus. The files stay, so that subscribers can read to the
     * end and a successor continues the sequence. Idempotent.
     *
     * <p>Publishing afterwards throws {@link IllegalStateException}: the bus may have another owner.
     *
     * <p>If an {@link InternalError} of the call before surfaces in its place, it has not begun: call it again.
     *
     * @throws BusException TRUNCATED or UNREADABLE when the signals file was shortened or has lost a page; the bus is
     *                      released all the same
     */
    @Override
    public void close() {
        // Nothing stands outside the try. A fault may still be pending: the doorbell's, since the latest signal, or of
        // memory of others. It surfaces at whichever method the JVM resolves or compiles first, as that is entered.
        try {
            markClosed();
        } catch (InternalError e) {
            FaultBoundary.swallowRest();
            checkSignals(e);
            FaultBoundary.run(this::markClosed, this::checkSignals);
        } finally {
            isReleased = true;
            bus.close();
        }
    }

    /** As {@link #close}, for a caller that could not start: removes the files that were not there before. */
    public void abandon() {
        try {
            bus.rollBack();
        } finally {
            close();
        }
    }

    /** Also from the start again, after a fault in the midst of it; not once a successor may own the bus. */
    private void markClosed() {
        if (isReleased) {
            return;
        }
        isClosed = true;
        FaultBoundary.surface();
        writer.stop();
        heartbeat.stop();
        header.putNextDeadlineNs(SignalsLayout.NO_DEADLINE);
        header.putState(SignalsLayout.STATE_CLOSED);
        waker.wakeAll();
        FaultBoundary.surface();
    }
}
