// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.FileStatus;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.subscriber.internal.PublisherLiveness;

/**
 * The bus as a subscriber sees it: the mapped file, the file that replaces it, and the publisher's state. One thread.
 */
final class BusFollower {
    private final BusDirectory directory;
    private final SubscriberListener listener;
    private final PublisherLiveness liveness;
    private SignalsFile file;
    private PublisherPosition position;
    private SignalCondition condition;
    private long epoch;
    private PublisherStatus status = PublisherStatus.ALIVE;

    BusFollower(BusDirectory directory, SubscriberListener listener) {
        this.directory = directory;
        this.listener = listener;
        this.liveness = new PublisherLiveness(directory);
    }

    /** Maps the file that now has the bus's name. */
    void attach() {
        SignalsFile newFile = SignalsFile.attach(directory);
        // Everything that can fail comes first: a subscriber must not read one file and wait for another.
        SignalCondition newCondition = new SignalCondition(directory, newFile);
        PublisherPosition newPosition = new PublisherPosition(newFile);
        condition = newCondition;
        position = newPosition;
        file = newFile;
    }

    /** Takes the present publisher for known: only its successors are reported. */
    void noteEpoch() {
        epoch = file.header().epoch();
    }

    SignalsFile file() {
        return file;
    }

    SlotRing ring() {
        return file.ring();
    }

    PublisherPosition position() {
        return position;
    }

    SignalCondition condition() {
        return condition;
    }

    long historyId() {
        return file.header().historyId();
    }

    long baseSequence() {
        return file.header().baseSequence();
    }

    long nextSequence() {
        return file.header().nextSequence();
    }

    PublisherStatus status() {
        return status;
    }

    /** Whether a successor of the file is there; a load. */
    boolean isMarkedReplaced() {
        return file.header().state() == SignalsLayout.STATE_REPLACED;
    }

    /** Checks the file against the signal that is wanted, and maps its successor once everything in it is read. */
    void checkFile(long wanted, long nowNs) {
        FaultBoundary.surface(); // Channels are used from here on.
        condition.regainDoorbell();
        position.checkWritten(wanted);
        boolean isFresh = PublisherLiveness.isHeartbeatFresh(file, nowNs);
        if (!isFresh) {
            file.checkLength();
        }
        if (isReplaced(isFresh) && !file.ring().hasNews(wanted)) {
            try {
                attach();
            } catch (BusException e) {
                // NOT_FOUND: deleted at this very moment. The next check tries again.
                if (e.reason() != Reason.NOT_FOUND) {
                    throw e;
                }
            }
        }
    }

    private boolean isReplaced(boolean isFresh) {
        boolean isSilent = !isFresh || file.header().state() == SignalsLayout.STATE_CLOSED;
        return isMarkedReplaced() || (isSilent && file.fileStatus() == FileStatus.REPLACED);
    }

    /** Tells the listener of another publisher, and of a changed status. */
    void checkPublisher(long nowNs) {
        long currentEpoch = file.header().epoch();
        if (currentEpoch != epoch) {
            epoch = currentEpoch;
            condition.attachDoorbell();
            listener.onPublisherRestarted(currentEpoch);
        }
        PublisherStatus current = liveness.status(file, nowNs);
        if (current != status) {
            status = current;
            listener.onPublisherStatus(current);
        }
    }

    /** After a {@link FaultBoundary fault}: throws unless the doorbell explains it, and then stops using that. */
    void recover(InternalError fault) {
        if (!FaultBoundary.isFault(fault)) {
            throw fault;
        }
        file.checkSound();
        if (!condition.loseDoorbell()) {
            BusException e = new BusException(Reason.UNREADABLE, "memory mapped by the reading thread",
                    "an access to it failed, and the bus's own files are sound", "check what else the thread maps");
            e.initCause(fault);
            throw e;
        }
    }

    @Override
    public String toString() {
        return "bus '" + directory.name() + "'";
    }
}
