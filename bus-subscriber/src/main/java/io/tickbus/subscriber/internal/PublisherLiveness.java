// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber.internal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.OwnerLock;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.subscriber.PublisherStatus;
import java.util.concurrent.TimeUnit;

/**
 * Determines whether a bus's publisher is alive: by its heartbeat, and if that is old, by its lock.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> wait-free, without a system call, while the heartbeat is fresh; else a few
 * system calls.
 */
public final class PublisherLiveness {
    private static final int MISSED_HEARTBEATS = 5;
    private static final long MIN_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final BusDirectory directory;

    /** For this bus; nothing is accessed before the first call. */
    public PublisherLiveness(BusDirectory directory) {
        this.directory = directory;
    }

    /**
     * The publisher's status.
     *
     * @param file  the bus's signals, as mapped before
     * @param nowNs CLOCK_MONOTONIC nanoseconds
     * @throws io.tickbus.core.BusException TRUNCATED, UNREADABLE if the signals are gone
     */
    public PublisherStatus status(SignalsFile file, long nowNs) {
        try {
            PublisherStatus status = check(file, nowNs);
            FaultBoundary.surface();
            return status;
        } catch (InternalError e) {
            if (FaultBoundary.isFault(e)) {
                file.checkSound();
            }
            // The fault is of other memory that the caller has read.
            throw e;
        }
    }

    private PublisherStatus check(SignalsFile file, long nowNs) {
        if (file.header().state() == SignalsLayout.STATE_CLOSED) {
            return PublisherStatus.CLOSED;
        }
        if (isHeartbeatFresh(file, nowNs)) {
            return PublisherStatus.ALIVE;
        }
        // Before a channel is used.
        FaultBoundary.surface();
        return switch (OwnerLock.probe(directory.lock())) {
            // It may have closed the bus and released the lock since the state was read.
            case FREE -> file.header().state() == SignalsLayout.STATE_CLOSED
                    ? PublisherStatus.CLOSED : PublisherStatus.DEAD;
            case HELD, UNKNOWN -> PublisherStatus.STALLED;
        };
    }

    /** Whether the heartbeat is recent. */
    public static boolean isHeartbeatFresh(SignalsFile file, long nowNs) {
        long timeoutNs = Math.max(MIN_TIMEOUT_NS, MISSED_HEARTBEATS * file.header().heartbeatIntervalNs());
        return nowNs - file.header().heartbeatNs() < timeoutNs;
    }
}
