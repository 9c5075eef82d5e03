// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.HostIdentity;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.core.internal.platform.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A bus as its one publisher owns it: the lock, the writable signals file, the doorbell. Opening it takes over what a
 * dead predecessor left, or replaces it, or creates it; the sequence continues in all cases but the last.
 *
 * <p>A file is made under a temporary name with all its storage, its header last, and then renamed: nobody ever sees
 * half a file, and a full file system causes an error here and not a fault later.
 *
 * <p><b>Threads:</b> one at a time. <b>Progress:</b> opening makes system calls, waits up to 0.1 s for a held lock and
 * 2 s for a reader's, and reads every slot's stamp; the accessors do not.
 */
public final class WritableBus implements AutoCloseable {
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs", "devtmpfs");

    private final OwnerLock lock;
    private final SignalsFile signals;
    private final Doorbell doorbell;
    private final long nextSequence;
    private final BusRollback rollback;

    private WritableBus(OwnerLock lock, SignalsFile signals, Doorbell doorbell, long nextSequence,
            BusRollback rollback) {
        this.rollback = rollback;
        this.lock = lock;
        this.signals = signals;
        this.doorbell = doorbell;
        this.nextSequence = nextSequence;
    }

    /**
     * Opens a bus for publishing and starts an epoch in it.
     *
     * @throws BusException IN_USE with the owner's pid; NO_SPACE with nothing left behind; NOT_TRUSTED, NOT_A_FILE,
     *                      WRONG_* or CORRUPT for a file in its place that is not a bus of this version
     */
    public static WritableBus open(BusDirectory directory, SignalsOptions options) {
        return Uninterrupted.call(() -> openWhole(directory, options, null));
    }

    /**
     * As {@link #open}, for sequences that are given by another bus. A file of that line that ends before the sequence
     * is replaced, as is one of another line; its readers learn exactly what they missed.
     *
     * @param historyId the other bus's line of sequences
     * @param sequence  the next to be written, at least that of a file of this line
     */
    public static WritableBus openAt(BusDirectory directory, SignalsOptions options, long historyId, long sequence) {
        return Uninterrupted.call(() -> openWhole(directory, options, new Line(historyId, sequence)));
    }

    /** Where sequences that are given by another bus continue. */
    private record Line(long historyId, long nextSequence) {
        boolean isContinuedBy(SignalsFile found, long next) {
            if (found.header().historyId() == historyId && next > nextSequence) {
                throw new IllegalArgumentException("the bus is beyond the sequence to continue at: sequence="
                        + nextSequence + " nextSequence=" + next);
            }
            return found.header().historyId() == historyId && next == nextSequence;
        }
    }

    private static WritableBus openWhole(BusDirectory directory, SignalsOptions options, Line line) {
        BusRollback rollback = new BusRollback(directory);
        OwnerLock lock = null;
        try {
            BusFiles.createIfMissing(directory);
            ProcessIdentity self = ProcessIdentity.current();
            lock = OwnerLock.acquire(directory, "pid=" + self.pid() + " start=" + self.startTicks());
            rollback.locked();
            return open(directory, options, line, lock, self, rollback);
        } catch (BusException e) {
            undo(rollback, lock, e);
            throw e.reason() == Reason.NO_SPACE ? noSpace(directory, options, e) : e;
        } catch (RuntimeException | Error e) {
            undo(rollback, lock, e);
            throw e;
        }
    }

    private static void undo(BusRollback rollback, OwnerLock lock, Throwable cause) {
        try {
            rollback.run();
        } catch (BusException e) {
            cause.addSuppressed(e);
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }

    private static BusException noSpace(BusDirectory directory, SignalsOptions options, BusException cause) {
        long length = SignalsLayout.fileLength(options.slotCount());
        BusException failure = new BusException(Reason.NO_SPACE, "bus '" + directory.name() + "' needs " + length
                + " bytes and two pages in " + directory.path(), "no space or no inodes left on its file "
                + "system", "free some (df, df -i), use fewer slots, or another --dir");
        failure.initCause(cause);
        return failure;
    }

    private static WritableBus open(
            BusDirectory directory, SignalsOptions options, Line line, OwnerLock lock, ProcessIdentity self,
            BusRollback rollback) {
        AtomicFile.deleteTemporary(directory.path());
        Doorbell doorbell = Doorbell.openOrCreate(directory);
        try {
            Opened opened = open(directory, options, line, self);
            return new WritableBus(lock, opened.signals(), doorbell, opened.nextSequence(), rollback);
        } catch (RuntimeException | Error e) {
            doorbell.close();
            throw e;
        }
    }

    private record Opened(SignalsFile signals, long nextSequence) {
    }

    private static Opened open(BusDirectory directory, SignalsOptions options, Line line, ProcessIdentity self) {
        SignalsFile signals;
        long nextSequence = line == null ? 0 : line.nextSequence();
        if (Files.exists(directory.signals(), LinkOption.NOFOLLOW_LINKS)) {
            SignalsFile found = SignalsFile.map(directory, true);
            long foundNext = recoverWhole(found);
            boolean isContinued = line == null || line.isContinuedBy(found, foundNext);
            nextSequence = line == null ? foundNext : nextSequence;
            if (isContinued && isReusable(found, options)) {
                signals = found;
                signals.header().beginEpoch(self, nextSequence, System.nanoTime(), options.heartbeatIntervalNs());
            } else {
                signals = replace(directory, options, found, foundNext, line);
            }
        } else {
            create(directory, options, new Origin(nextSequence, 0,
                    line == null ? new SecureRandom().nextLong() : line.historyId()));
            signals = SignalsFile.map(directory, true);
        }
        if (options.group() != null) {
            signals.header().wakeUnasked();
            SecureFiles.share(directory.signals(), options.group(), "rw-r-----");
            SecureFiles.share(directory.lock(), options.group(), "rw-r-----");
            // Last: whoever can enter the directory finds every file shared.
            BusFiles.shareWith(directory, options.group());
        }
        return new Opened(signals, nextSequence);
    }

    /** A file that lost a page leads to a {@link BusException}, and no late fault reaches the channels used next. */
    private static long recoverWhole(SignalsFile found) {
        long[] next = new long[1];
        FaultBoundary.run(() -> next[0] = recover(found), fault -> {
            found.checkSound();
            throw fault;
        });
        return next[0];
    }

    private static long recover(SignalsFile found) {
        try {
            return found.ring().recover(found.header().baseSequence());
        } catch (IllegalStateException e) {
            if (!isOfThisBoot(found)) {
                // A file that survived a crash of the host need not be whole, and is replaced anyway.
                return Math.max(found.header().baseSequence(), found.header().nextSequence());
            }
            throw new BusException(Reason.CORRUPT, found.path().toString(),
                    "its slots contradict each other (" + e.getMessage() + ")",
                    "delete the bus with 'rm -r' and start its publisher again; nothing was changed");
        }
    }

    private static boolean isReusable(SignalsFile found, SignalsOptions options) {
        SignalsHeader header = found.header();
        HostIdentity here = HostIdentity.current();
        // Waking without announcements can begin in the same file, and never ends in it.
        int differing = (header.options() ^ optionBits(options)) & ~SignalsLayout.OPTION_UNASKED;
        return header.slotCount() == options.slotCount() && differing == 0
                && isOfThisBoot(found) && header.host().hasSameClock(here);
    }

    /** If the boot is unknown, only a file in memory is certainly of this one. */
    private static boolean isOfThisBoot(SignalsFile found) {
        HostIdentity host = found.header().host();
        HostIdentity here = HostIdentity.current();
        return host.isSameBoot(here) && ((host.isBootKnown() && here.isBootKnown()) || isInMemory(found.path()));
    }

    private static boolean isInMemory(Path path) {
        try {
            return IN_MEMORY.contains(Files.getFileStore(path).type());
        } catch (IOException e) {
            // It is not known to be.
            return false;
        }
    }

    private static SignalsFile replace(
            BusDirectory directory, SignalsOptions options, SignalsFile old, long nextSequence, Line line) {
        // A file of another boot may lack signals that were published: their sequences would be used twice.
        boolean isSameHistory = isOfThisBoot(old) && old.header().host().hasSameClock(HostIdentity.current());
        long historyId = isSameHistory ? old.header().historyId() : new SecureRandom().nextLong();
        Line continued = line == null ? new Line(historyId, nextSequence) : line;
        create(directory, options,
                new Origin(continued.nextSequence(), old.header().epoch(), continued.historyId()));
        SignalsFile successor = SignalsFile.map(directory, true);
        // Only now, so that a reader that sees the mark finds the new file.
        old.header().putNextSequence(nextSequence);
        old.header().putState(SignalsLayout.STATE_REPLACED);
        old.header().raiseWakeWord();
        Platforms.current().futexWord(old.region(), SignalsLayout.WAKE_WORD).wakeAll();
        return successor;
    }

    /** What a new file takes over from the one it replaces. */
    private record Origin(long baseSequence, long epoch, long historyId) {
    }

    private static void create(BusDirectory directory, SignalsOptions options, Origin origin) {
        AtomicFile.create(directory.signals(), SignalsLayout.fileLength(options.slotCount()), options.group(),
                region -> writeHeader(region, options, origin));
    }

    private static int optionBits(SignalsOptions options) {
        return (options.hasParking() ? SignalsLayout.OPTION_PARKING : 0)
                | (Platforms.current().hasFutex() ? SignalsLayout.OPTION_FUTEX : 0)
                | (options.group() == null ? 0 : SignalsLayout.OPTION_UNASKED);
    }

    private static void writeHeader(SharedRegion region, SignalsOptions options, Origin origin) {
        HostIdentity host = HostIdentity.current();
        FileHeader.SIGNALS.write(region, options.slotCount());
        region.putInt(SignalsLayout.OPTIONS, optionBits(options));
        region.putInt(SignalsLayout.CLOCK_ID, SignalsLayout.CLOCK_MONOTONIC);
        region.putLong(SignalsLayout.BASE_SEQUENCE, origin.baseSequence());
        region.putLong(SignalsLayout.HISTORY_ID, origin.historyId());
        region.putLong(SignalsLayout.BOOT_ID, Long.reverseBytes(host.bootId().getMostSignificantBits()));
        region.putLong(SignalsLayout.BOOT_ID + Long.BYTES,
                Long.reverseBytes(host.bootId().getLeastSignificantBits()));
        region.putLong(SignalsLayout.TIME_NAMESPACE, host.timeNamespace());
        region.putLong(SignalsLayout.MONOTONIC_OFFSET_NS, host.monotonicOffsetNs());
        region.putLong(SignalsLayout.CREATED_REALTIME_NS,
                TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()));
        region.putLong(SignalsLayout.EPOCH, origin.epoch());
        new SignalsHeader(region).beginEpoch(ProcessIdentity.current(), origin.baseSequence(), System.nanoTime(),
                options.heartbeatIntervalNs());
        FileHeader.SIGNALS.commit(region);
    }

    /** The writable signals file. */
    public SignalsFile signals() {
        return signals;
    }

    /** The doorbell. */
    public Doorbell doorbell() {
        return doorbell;
    }

    /** The sequence to continue at. */
    public long nextSequence() {
        return nextSequence;
    }

    /**
     * Whether the names still refer to these files. If they were deleted or replaced, no new subscriber finds this
     * publisher, and another can open a bus of the same name. Two system calls.
     */
    public boolean isInPlace() {
        return signals.fileStatus() == FileStatus.CURRENT && lock.isInPlace();
    }

    /** Before {@link #close}, if the publisher could not start: removes what did not exist before. */
    public void rollBack() {
        rollback.run();
    }

    /** Releases the bus for another publisher; the files stay. */
    @Override
    public void close() {
        try {
            doorbell.close();
        } finally {
            lock.close();
        }
    }
}
