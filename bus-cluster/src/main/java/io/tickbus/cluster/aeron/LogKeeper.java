// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.RecordingLog;
import io.tickbus.core.internal.Uninterrupted;
import java.io.File;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.agrona.CloseHelper;

/**
 * Keeps a member's log short: asks for a snapshot of all members when the log has grown by so much, and deletes of this
 * member's log what lies before its last snapshot but one. What another member may still need is kept.
 *
 * <p><b>Threads:</b> one of its own. What fails is logged, and tried again.
 */
final class LogKeeper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LogKeeper.class.getName());
    private static final long CHECK_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long CLOSE_TIMEOUT_MS = 10_000;
    private static final int ALL_SERVICES = -1;

    private final File cluster;
    private final AeronArchive.Context context;
    private final long snapshotBytes;
    private final LongSupplier position;
    private final LongSupplier neededPosition;
    private final BooleanSupplier takeSnapshot;
    private final Set<Long> deleted = new HashSet<>();
    private final Thread thread = new Thread(this::run, "tickbus-cluster-log");
    private AeronArchive archive;
    private long askedAt = -1;
    private volatile boolean isClosing;

    /**
     * Not started yet.
     *
     * @param cluster        the folder of the consensus module
     * @param context        how to reach the member's archive
     * @param snapshotBytes  how much longer than at the last snapshot the log is when the next one is taken
     * @param position       up to where the log is applied
     * @param neededPosition what comes before it is applied on all members
     * @param takeSnapshot   asks for a snapshot; false where that is not this member's business now
     */
    LogKeeper(File cluster, AeronArchive.Context context, long snapshotBytes, LongSupplier position,
            LongSupplier neededPosition, BooleanSupplier takeSnapshot) {
        this.cluster = cluster;
        this.context = context;
        this.snapshotBytes = snapshotBytes;
        this.position = position;
        this.neededPosition = neededPosition;
        this.takeSnapshot = takeSnapshot;
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!isClosing) {
            try {
                check();
                LockSupport.parkNanos(CHECK_NS);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "the log is not shortened now: {0}", e.getMessage());
                CloseHelper.quietClose(archive);
                archive = null;
                LockSupport.parkNanos(RETRY_NS);
            }
        }
        CloseHelper.quietClose(archive);
    }

    private void check() {
        try (RecordingLog log = new RecordingLog(cluster, false)) {
            List<RecordingLog.Entry> entries = log.entries().stream()
                    .filter(entry -> entry.isValid && entry.type == RecordingLog.ENTRY_TYPE_SNAPSHOT).toList();
            // The consensus module's snapshot is the last of all that belong together.
            List<Long> positions = entries.stream().filter(entry -> entry.serviceId == ALL_SERVICES)
                    .map(entry -> entry.logPosition).distinct().sorted().toList();
            int count = positions.size();
            long latest = count == 0 ? 0 : positions.get(count - 1);
            long now = position.getAsLong();
            if (now - Math.max(latest, askedAt) >= snapshotBytes && takeSnapshot.getAsBoolean()) {
                askedAt = now;
            }
            if (count >= 2) {
                long kept = positions.get(count - 2);
                deleteLog(log.findLastTermRecordingId(), Math.min(kept, neededPosition.getAsLong()));
                entries.stream().filter(entry -> entry.logPosition < kept).map(entry -> entry.recordingId)
                        .filter(deleted::add).forEach(this::deleteSnapshot);
            }
        }
    }

    private void deleteLog(long recording, long before) {
        long[] segment = {0, 0};
        archive().listRecording(recording, (control, correlation, id, startNs, stopNs, start, stop, term, segmentLength,
                termLength, mtu, session, stream, channel, original, source) -> {
            segment[0] = start;
            segment[1] = before <= start ? start
                    : AeronArchive.segmentFileBasePosition(start, before, termLength, segmentLength);
        });
        if (segment[1] > segment[0]) {
            archive.purgeSegments(recording, segment[1]);
            LOG.log(System.Logger.Level.INFO, "the log begins at {0} now", segment[1]);
        }
    }

    private void deleteSnapshot(long recording) {
        int found = archive().listRecording(recording, (control, correlation, id, startNs, stopNs, start, stop, term,
                segmentLength, termLength, mtu, session, stream, channel, original, source) -> { });
        if (found > 0) {
            archive.purgeRecording(recording);
        }
    }

    private AeronArchive archive() {
        if (archive == null) {
            archive = AeronArchive.connect(context.clone());
        }
        return archive;
    }

    @Override
    public void close() {
        isClosing = true;
        LockSupport.unpark(thread);
        if (!Uninterrupted.join(thread, CLOSE_TIMEOUT_MS)) {
            LOG.log(System.Logger.Level.WARNING, "the thread that keeps the log short does not end");
        }
    }
}
