// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.publisher.SignalPublisher;

/**
 * The bus that a relay publishes: the signals of another bus under their own sequences, with times of this host's
 * clock. What it cannot have is marked as lost, so that each subscriber counts exactly what it misses.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> publishing is wait-free; leaving out sequences makes system calls.
 */
final class RelayTarget implements FrameReader.Entries, AutoCloseable {
    private final BusDirectory directory;
    private final SignalsOptions options;
    private final SourceClock clock;
    private final SignalRecord signal = new SignalRecord();
    private final SignalRecord absent = new SignalRecord().flags(SignalRecordLayout.FLAG_ABSENT);
    private final SignalRecord missing = new SignalRecord().flags(SignalRecordLayout.FLAG_LOST);
    private SignalPublisher publisher;
    private long historyId;
    /** The next sequence of the line; beyond that of the publisher where some were lost. */
    private long next = RelayFrames.NOWHERE;
    private long recording = -1;
    private long position;
    private boolean isToWake;
    private long received;
    private long filtered;
    private long duplicates;
    private long lostAtSource;
    private long lostOnTheWay;
    private long gaps;

    RelayTarget(BusDirectory directory, SignalsOptions options, SourceClock clock) {
        this.directory = directory;
        this.options = options;
        this.clock = clock;
    }

    /** Opens the bus where it is one of that line already; the sequence that it continues at, −1 where it is not. */
    long continueLine(long lineId) {
        if (publisher != null && historyId == lineId) {
            return next;
        }
        try {
            SignalsHeader found = SignalsFile.inspect(directory).header();
            if (found.historyId() != lineId) {
                return RelayFrames.NOWHERE;
            }
            recording = found.sourceRecording();
            position = found.sourcePosition();
        } catch (BusException e) {
            if (e.reason() != BusException.Reason.NOT_FOUND) {
                throw e;
            }
            return RelayFrames.NOWHERE;
        }
        close();
        publisher = SignalPublisher.open(directory, options);
        historyId = lineId;
        next = publisher.nextSequence();
        describeSource();
        return next;
    }

    /** Continues at a sequence of a line, in a new file where the present one is of another or ends far before. */
    private void openAt(long lineId, long sequence) {
        close();
        publisher = SignalPublisher.openAt(directory, options, lineId, sequence);
        historyId = lineId;
        next = sequence;
        describeSource();
    }

    /** The sender has sent everything of the line before that sequence, save what follows now. */
    void reached(long lineId, long sequence) {
        if (publisher == null || historyId != lineId) {
            openAt(lineId, sequence);
        } else if (sequence > next) {
            lostOnTheWay += sequence - next;
            gaps++;
            next = sequence;
        }
    }

    @Override
    public long[] fieldsFor(long sequence) {
        if (sequence < next) {
            duplicates++;
            return null;
        }
        return signal.fields();
    }

    @Override
    public void onSignal(long sequence) {
        leaveOutLost();
        long offsetNs = clock.offsetNs();
        signal.publishedNs(signal.publishedNs() - offsetNs).deadlineNs(signal.deadlineNs() - offsetNs);
        publisher.publishWithoutWaking(signal);
        next = sequence + 1;
        received++;
        isToWake = true;
    }

    @Override
    public void onRun(long kind, long first, long count) {
        long end = first + count;
        if (end <= next) {
            return;
        }
        if (kind == RelayFrames.LOST) {
            lostAtSource += end - next;
            gaps++;
            next = end;
            return;
        }
        leaveOutLost();
        filtered += end - next;
        for (; next < end; next++) {
            publisher.publishWithoutWaking(absent);
        }
        isToWake = true;
    }

    /** Fills the places of those that are lost; a new file is the shorter way where they are a whole ring. */
    private void leaveOutLost() {
        long first = publisher.nextSequence();
        if (next - first >= options.slotCount()) {
            openAt(historyId, next);
        } else if (first < next) {
            missing.key(next);
            for (long sequence = first; sequence < next; sequence++) {
                publisher.publishWithoutWaking(missing);
            }
            isToWake = true;
        }
    }

    /** At the end of a turn: wakes subscribers, and lets them know of losses that nothing has followed yet. */
    void flush() {
        if (publisher == null) {
            return;
        }
        leaveOutLost();
        if (isToWake) {
            isToWake = false;
            publisher.wake();
        }
    }

    /** Where in a recording what was published came from. */
    void reachedPosition(long newRecording, long newPosition) {
        recording = newRecording;
        position = newPosition;
        if (publisher != null) {
            publisher.bus().signals().header().putSourcePosition(recording, position);
        }
    }

    /** States in the bus's header how the clocks compare, and where the relay is. */
    void describeSource() {
        if (publisher != null) {
            SignalsHeader header = publisher.bus().signals().header();
            header.putSourceClock(clock.kind(), clock.offsetNs(), clock.errorNs(System.nanoTime()));
            header.putSourcePosition(recording, position);
        }
    }

    /** The next sequence of the line; −1 before there is one. */
    long next() {
        return next;
    }

    long historyId() {
        return historyId;
    }

    long recording() {
        return recording;
    }

    long position() {
        return position;
    }

    /** Signals published. */
    long received() {
        return received;
    }

    /** Sequences of signals that are not relayed. */
    long filtered() {
        return filtered;
    }

    /** Signals that came once more, and were dropped. */
    long duplicates() {
        return duplicates;
    }

    /** Sequences that the sender's bus had overwritten. */
    long lostAtSource() {
        return lostAtSource;
    }

    /** Sequences that were sent and did not arrive. */
    long lostOnTheWay() {
        return lostOnTheWay;
    }

    /** How often any were lost. */
    long gaps() {
        return gaps;
    }

    @Override
    public void close() {
        if (publisher != null) {
            publisher.close();
            publisher = null;
        }
    }
}
