// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.platform.ProcessIdentity;

/**
 * A bus as its files showed it at one moment.
 *
 * @param readNs  CLOCK_MONOTONIC nanoseconds of that moment
 * @param problem what is wrong and what to do, one sentence; null where nothing is
 * @param refusal why the bus cannot be read; null where it can
 * @param signals what its signals file says; null where that cannot be read
 * @param daemon  what its daemon's files say; null where its publisher is no daemon
 */
public record BusSnapshot(BusDirectory directory, long readNs, String condition, String problem, BusException refusal,
        Signals signals, DaemonSnapshot daemon) {

    /**
     * The header of the signals.
     *
     * @param nextDeadlineNs {@link SignalsLayout#NO_DEADLINE} where no timer is armed
     * @param createdRealtimeNs CLOCK_REALTIME nanoseconds
     */
    public record Signals(int layoutVersion, int state, ProcessIdentity publisher, int publisherCpu, long historyId,
            long epoch, long epochStartedNs, long published, long nextDeadlineNs, long heartbeatNs,
            long heartbeatIntervalNs, boolean hasParking, long slotCount, long fileLength, long createdRealtimeNs) {
    }

    /** Whether there is no such bus at all. */
    public boolean isMissing() {
        return refusal != null && refusal.reason() == BusException.Reason.NOT_FOUND;
    }

    /** Whether another snapshot is of the same run of the same publisher, so that both can be compared. */
    public boolean isOfSameRun(BusSnapshot other) {
        return signals != null && other != null && other.signals != null && signals.epoch == other.signals.epoch
                && signals.historyId == other.signals.historyId && (daemon == null) == (other.daemon == null);
    }

    /** Nanoseconds until the next deadline, below 0 where it has passed; null without one. */
    public Long nextDeadlineInNs() {
        return signals.nextDeadlineNs == SignalsLayout.NO_DEADLINE ? null
                : Long.valueOf(signals.nextDeadlineNs - readNs);
    }

    /** Signals a second since an earlier snapshot. */
    public double signalsPerSecond(BusSnapshot before) {
        return before.signals == null ? 0 : perSecond(signals.published - before.signals.published, before);
    }

    /** How many a second an increase since an earlier snapshot makes. */
    public double perSecond(long increase, BusSnapshot before) {
        return increase * 1e9 / Math.max(1, readNs - before.readNs);
    }
}
