package io.tickbus.publisher;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.file.PublishedBus;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platforms;

/**
 * The one writer of a bus: publishes signals to every subscriber on the host.
 *
 * <p><b>Threads:</b> one publishes; {@link #heartbeat} may be called by another.
 * <p><b>Progress:</b> publishing is wait-free and allocates nothing; it makes a system call only when somebody is
 * parked.
 * <p><b>Loss:</b> the publisher never waits for a subscriber and overwrites the oldest signal; a subscriber that was
 * overrun is told exactly how many it missed. A signal is visible when {@code publish} returns, also if the process is
 * killed in the next instruction.
 * <p><b>Errors:</b> {@link BusException} TRUNCATED or UNREADABLE when the signals file is shortened or loses a page
 * under it, which only processes of its own user can do. Where one of those shortens the doorbell, HotSpot may throw
 * an {@link InternalError} as a call returns, whose signal is published all the same.
 */
public final class SignalPublisher implements AutoCloseable {
    private static final int UNHEARD_SLOTS = 4;

    /** Null where nobody hears it. */
    private final PublishedBus bus;
    private final SignalsHeader header;
    private final SlotWriter writer;
    /** Null where nobody who is parked is woken. */
    private final Doorbell doorbell;
    private final boolean wakesUnasked;
    private final FutexWord wakeWord;
    private final Heartbeat heartbeat;
    private long nextDeadlineNs = SignalsLayout.NO_DEADLINE;
    private boolean isClosed;

    private SignalPublisher(PublishedBus bus) {
        this.bus = bus;
        this.header = bus.signals().header();
        this.writer = SlotWriter.overwriting(bus.signals().ring(), bus.nextSequence(), SignalsLayout.NEXT_SEQUENCE);
        this.doorbell = header.wakesSleepers() ? bus.doorbell() : null;
        this.wakesUnasked = header.wakesUnasked();
        this.wakeWord = Platforms.current().futexWord(bus.signals().region(), SignalsLayout.WAKE_WORD);
        this.heartbeat = new Heartbeat(header, bus.doorbell());
    }

    private SignalPublisher(SharedRegion memory, SlotRing ring, Doorbell doorbell) {
        this.bus = null;
        this.header = SignalsHeader.over(memory);
        this.writer = SlotWriter.overwriting(ring, 0, SignalsLayout.NEXT_SEQUENCE);
        this.doorbell = doorbell;
        this.wakesUnasked = false;
        this.wakeWord = Platforms.current().futexWord(memory, SignalsLayout.WAKE_WORD);
        this.heartbeat = new Heartbeat(header, doorbell);
    }

    /**
     * A publisher without a bus, that nobody hears, with a few slots of this process's memory: for going through the
     * code of publishing shortly before it matters. {@link #bus} is null.
     */
    public static SignalPublisher unheard() {
        SharedRegion memory = SharedRegion.allocate((int) SignalsLayout.fileLength(UNHEARD_SLOTS));
        SlotRing ring = new SlotRing(memory, SignalsLayout.HEADER_LENGTH, UNHEARD_SLOTS);
        return new SignalPublisher(memory, ring, Doorbell.over(SharedRegion.allocate(DoorbellLayout.LENGTH)));
    }

    /** Opens a bus with {@link SignalsOptions#defaults} and a thread that keeps its heartbeat. */
    public static SignalPublisher open(BusDirectory directory) {
        return open(directory, SignalsOptions.defaults());
    }

    /**
     * Opens a bus and starts a daemon thread that keeps its heartbeat. The sequence goes on where a predecessor, dead
     * or closed, stopped.
     *
     * @throws BusException when somebody else publishes on it, or its files cannot be used; the message says why
     */
    public static SignalPublisher open(BusDirectory directory, SignalsOptions options) {
        SignalPublisher publisher = openWithoutThread(directory, options);
        try {
            publisher.heartbeat.start();
            return publisher;
        } catch (RuntimeException | Error e) {
            publisher.abandon();
            throw e;
        }
    }

    /** As {@link #open}, for a caller that promises to call {@link #heartbeat} in time. */
    public static SignalPublisher openWithoutThread(BusDirectory directory, SignalsOptions options) {
        PublishedBus bus = PublishedBus.open(directory, options);
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
        // The payload's length is 0, which says that whatever stands in its place means nothing.
        long word = Integer.toUnsignedLong(signalId);
        long next = writer.nextSequence();
        try {
            return announce(writer.write(publishedNs, deadlineNs, key, word, 0));
        } catch (InternalError e) {
            survive(e);
            return announce(isWritten(next) ? next : writer.write(publishedNs, deadlineNs, key, word, 0));
        }
    }

    /** Publishes all fields of a record but its sequence, its publishedNs included; returns the sequence it got. */
    public long publish(SignalRecord signal) {
        return announce(publishWithoutWaking(signal));
    }

    /**
     * Publishes a signal and wakes nobody: who spins sees it, who is parked does not before {@link #wake}. For several
     * signals at once, as the look for sleepers is dear: it waits until other processors have given up the memory.
     *
     * @return its sequence
     */
    public long publishWithoutWaking(SignalRecord signal) {
        long next = writer.nextSequence();
        try {
            return writer.write(signal.fields());
        } catch (InternalError e) {
            survive(e);
            return isWritten(next) ? next : writer.write(signal.fields());
        }
    }

    private boolean isWritten(long sequence) {
        return writer.nextSequence() > sequence;
    }

    /** Wakes whoever is parked, for all signals published before. */
    public void wake() {
        announce(0);
    }

    private long announce(long sequence) {
        if (doorbell != null) {
            wakeParked();
        }
        return sequence;
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("the publisher is closed: open another, which goes on with the sequence");
    }

    private void wakeParked() {
        try {
            // Both where another user reads and where the doorbell is lost, nobody can say that he sleeps.
            if (wakesUnasked || doorbell.takeParked()) {
                wakeAll();
            }
        } catch (InternalError e) {
            survive(e);
            wakeAll();
        }
    }

    /** After a fault: whether it was the signals file's own. */
    private void checkSound(InternalError fault) {
        if (bus == null || !FaultBoundary.isFault(fault)) {
            throw fault;
        }
        bus.signals().checkSound();
    }

    /** Goes without the doorbell, which it can have been, perhaps at the signal before, and may be whole again. */
    private void survive(InternalError fault) {
        checkSound(fault);
        if (doorbell != null) {
            doorbell.lose();
        }
    }

    private void wakeAll() {
        header.raiseWakeWord();
        wakeWord.wakeAll();
    }

    /**
     * Announces when the next timer is due, for subscribers that wait predictively. To be called after the signals of
     * the deadline before it are published. Wakes the parked when the time is earlier than announced before.
     *
     * @param deadlineNs CLOCK_MONOTONIC nanoseconds; {@link Long#MAX_VALUE} for none
     */
    public void announceDeadline(long deadlineNs) {
        if (isClosed) {
            throw closed();
        }
        if (deadlineNs != nextDeadlineNs) {
            boolean isEarlier = deadlineNs < nextDeadlineNs;
            nextDeadlineNs = deadlineNs;
            header.putNextDeadlineNs(deadlineNs);
            if (isEarlier && doorbell != null) {
                wakeParked();
            }
        }
    }

    /**
     * Gives a sign of life, and says where the publishing thread runs: to be called by that thread. Makes a system
     * call to look after the doorbell.
     *
     * @param nowNs CLOCK_MONOTONIC nanoseconds
     */
    public void heartbeat(long nowNs) {
        if (isClosed) {
            throw closed();
        }
        try {
            beat(nowNs);
        } catch (InternalError e) {
            if (bus == null || !FaultBoundary.isFault(e) || !bus.doorbell().loseUnlessSound()) {
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

    /** The bus as this publisher holds it; null if it is {@link #unheard}. */
    @SuppressWarnings("exports") // For the other modules of the project.
    public PublishedBus bus() {
        return bus;
    }

    /**
     * Marks the bus closed, wakes everybody and gives the bus free. The files stay, so that subscribers can read to the
     * end and a successor goes on with the sequence. Does nothing the second time.
     *
     * <p>Publishing afterwards throws {@link IllegalStateException}: the bus may have another owner.
     *
     * @throws BusException TRUNCATED or UNREADABLE when the signals file was shortened or has lost a page; the bus is
     *                      released all the same
     */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try {
            closeSound();
        } finally {
            if (bus != null) {
                bus.close();
            }
        }
    }

    private void closeSound() {
        try {
            // A fault is of the doorbell since the latest signal, or of memory of others: here neither is touched. It
            // comes up before the boundary is entered, which may be where the JVM tells of it.
            FaultBoundary.surface();
        } catch (InternalError e) {
            FaultBoundary.swallowRest();
            checkSound(e);
        }
        FaultBoundary.run(this::markClosed, this::checkSound);
    }

    /** As {@link #close}, by who did not come to publish: files that were not there before are removed. */
    public void abandon() {
        try {
            bus.rollBack();
        } finally {
            close();
        }
    }

    private void markClosed() {
        writer.stop();
        heartbeat.stop();
        header.putNextDeadlineNs(SignalsLayout.NO_DEADLINE);
        header.putState(SignalsLayout.STATE_CLOSED);
        wakeAll();
    }
}
