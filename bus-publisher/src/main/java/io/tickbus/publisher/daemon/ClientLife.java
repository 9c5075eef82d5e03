package io.tickbus.publisher.daemon;

import io.tickbus.core.BusException;
import io.tickbus.core.bus.ClientFile;
import io.tickbus.core.bus.SignalsFile;
import io.tickbus.core.layout.SignalsLayout;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.timer.ReplyReason;
import java.util.concurrent.TimeUnit;

/** Whether a client lives, and still has the file that was mapped. The conductor's. */
final class ClientLife {
    /** As long as one interval of a client's heartbeat and a half. */
    private static final long FRESH_NS = TimeUnit.MILLISECONDS.toNanos(150);

    private ClientLife() {
    }

    /** By some system calls: why a client cannot be served any more; {@code NONE} for one that can. */
    static ReplyReason fault(ClientFile file) {
        try {
            if (file.isShortened()) {
                return ReplyReason.TRUNCATED;
            }
            if (!file.isAlive()) {
                return file.state() == SignalsLayout.STATE_CLOSED ? ReplyReason.CLOSED : ReplyReason.DEAD;
            }
            return file.standing() == SignalsFile.Standing.CURRENT ? ReplyReason.NONE : ReplyReason.UNLINKED;
        } catch (BusException e) {
            // A file that cannot even be asked about costs its client the connection, and nobody else a look.
            return ReplyReason.BAD_CLIENT_FILE;
        }
    }

    /**
     * As {@link #fault}, but without a system call where the last sign of life is recent. Touches the client's memory,
     * and so throws an {@link InternalError} where the file was shortened.
     */
    static ReplyReason faultUnlessFresh(ClientFile file, long nowNs) {
        long ageNs = nowNs - file.heartbeatNs();
        // Before a channel is used.
        FaultBoundary.surface();
        return -FRESH_NS < ageNs && ageNs < FRESH_NS ? ReplyReason.NONE : fault(file);
    }

    /** Whether its process is gone; false where that cannot be told. */
    static boolean isGone(ClientFile file) {
        try {
            return !file.isAlive();
        } catch (BusException e) {
            return false;
        }
    }
}
