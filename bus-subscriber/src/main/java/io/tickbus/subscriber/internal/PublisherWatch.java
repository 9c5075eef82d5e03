package io.tickbus.subscriber.internal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.PublisherLock;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.subscriber.PublisherStatus;
import java.util.concurrent.TimeUnit;

/**
 * Judges whether a bus's publisher lives: the heartbeat first, and where that is old, its lock.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> wait-free, without a system call, while the heartbeat is fresh; else a few
 * system calls.
 */
public final class PublisherWatch {
    private static final int MISSED_HEARTBEATS = 5;
    private static final long SHORTEST_PATIENCE_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final BusDirectory directory;

    /** A watch on this bus; nothing is touched until it is asked. */
    public PublisherWatch(BusDirectory directory) {
        this.directory = directory;
    }

    /**
     * The publisher's condition.
     *
     * @param file  the bus's signals, as mapped before
     * @param nowNs CLOCK_MONOTONIC nanoseconds
     * @throws io.tickbus.core.BusException TRUNCATED, UNREADABLE where the signals are not there any more
     */
    public PublisherStatus status(SignalsFile file, long nowNs) {
        try {
            PublisherStatus status = judge(file, nowNs);
            FaultBoundary.surface();
            return status;
        } catch (InternalError e) {
            if (FaultBoundary.isFault(e)) {
                file.checkSound();
            }
            // Of other memory, which the caller has read before.
            throw e;
        }
    }

    private PublisherStatus judge(SignalsFile file, long nowNs) {
        if (file.header().state() == SignalsLayout.STATE_CLOSED) {
            return PublisherStatus.CLOSED;
        }
        if (isHeartbeatFresh(file, nowNs)) {
            return PublisherStatus.ALIVE;
        }
        // Before a channel is used.
        FaultBoundary.surface();
        return switch (PublisherLock.probe(directory.lock())) {
            // It may have closed the bus, and given the lock back, since the state was read.
            case FREE -> file.header().state() == SignalsLayout.STATE_CLOSED
                    ? PublisherStatus.CLOSED : PublisherStatus.DEAD;
            case HELD, UNKNOWN -> PublisherStatus.STALLED;
        };
    }

    /** Whether the heartbeat is recent enough to ask no further. */
    public static boolean isHeartbeatFresh(SignalsFile file, long nowNs) {
        long patienceNs = Math.max(SHORTEST_PATIENCE_NS, MISSED_HEARTBEATS * file.header().heartbeatIntervalNs());
        return nowNs - file.header().heartbeatNs() < patienceNs;
    }
}
