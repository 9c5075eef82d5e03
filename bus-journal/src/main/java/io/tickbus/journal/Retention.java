// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.journal.JournalStore.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Deletes the journal's files that are too old or exceed the size limit, the oldest first; never one that the next
 * recovery needs, which reads from the last complete snapshot on. Used by the journal's thread.
 */
final class Retention {
    private final JournalFolder folder;
    private final JournalOptions options;
    private final DaemonLog log;
    private long firstMs;
    private long firstNs;
    private boolean requested = true;
    private long nextNs;

    private record Kept(Position position, long bytes, long ageNs) {
    }

    Retention(JournalFolder folder, JournalOptions options, DaemonLog log) {
        this.folder = folder;
        this.options = options;
        this.log = log;
    }

    /** Makes the next {@link #run} check the files even if the interval is not over. */
    void request() {
        requested = true;
    }

    void run(long nowNs, long intervalNs, JournalStore.Segment current) throws IOException {
        if (!requested && nowNs - nextNs < 0) {
            return;
        }
        if (firstMs == 0) {
            firstMs = Math.min(System.currentTimeMillis(), newestMs(current));
            firstNs = nowNs;
        }
        requested = false;
        nextNs = nowNs + intervalNs;
        Position snapshot = folder.snapshot();
        if (snapshot == null || !Files.exists(folder.file(snapshot))) {
            return;
        }
        List<Kept> files = files(nowNs);
        long total = files.stream().mapToLong(Kept::bytes).sum();
        for (Kept file : files) {
            Position position = file.position();
            boolean beingWritten = position.segment() == current.number() && position.file().equals(current.file());
            boolean ofSnapshot =
                    position.segment() == snapshot.segment() && position.file().equals(snapshot.file());
            boolean needed = beingWritten || ofSnapshot || position.compareTo(snapshot) >= 0;
            if (needed || (file.ageNs() <= options.keepNs() && total <= options.keepBytes())) {
                break;
            }
            Path path = folder.file(position);
            Files.deleteIfExists(path);
            total -= file.bytes();
            log.info("journal-file-removed", "file", path, "bytes", file.bytes());
            removeIfEmpty(position.segment(), current.number());
        }
    }

    /**
     * When the previous daemon last wrote. If the clock is wrong since then, that is no reason to delete an audit
     * trail.
     */
    private long newestMs(JournalStore.Segment current) throws IOException {
        long newest = Long.MIN_VALUE;
        for (Position start : folder.files(0).toList()) {
            if (start.segment() != current.number()) {
                newest = Math.max(newest, modifiedMs(folder.file(start)));
            }
        }
        return newest == Long.MIN_VALUE ? Long.MAX_VALUE : newest;
    }

    private static long modifiedMs(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toMillis();
    }

    private List<Kept> files(long nowNs) throws IOException {
        List<Kept> files = new ArrayList<>();
        // By CLOCK_MONOTONIC, which nobody sets.
        long nowMs = firstMs + TimeUnit.NANOSECONDS.toMillis(nowNs - firstNs);
        for (Position start : folder.files(0).toList()) {
            Path path = folder.file(start);
            // An upper bound, as the file is sparse.
            files.add(new Kept(start, Files.size(path), TimeUnit.MILLISECONDS.toNanos(nowMs - modifiedMs(path))));
        }
        return files;
    }

    private void removeIfEmpty(long segment, long current) throws IOException {
        if (segment != current && folder.isEmpty(segment)) {
            SegmentWriter.delete(folder.segment(segment));
        }
    }
}
