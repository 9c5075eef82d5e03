// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.LateFiring;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.internal.file.LateFiringReader;
import io.tickbus.core.internal.file.OwnersFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.subscriber.PublisherStatus;
import io.tickbus.subscriber.internal.MappedBus;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Takes snapshots of one bus without joining it. Whatever happens to its files meanwhile (a daemon that ends or is
 * replaced, a bus that is removed, a file that is shortened) is in the snapshot, and none of it throws.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> makes system calls.
 */
public final class BusReader {
    private static final int MOST_LATE = 4096;
    private static final long OVERDUE_NS = 10_000_000;

    private final BusDirectory directory;
    private final MappedBus bus;
    /** Those of the latest reading; null where there were none. */
    private CountersFile counters;
    /** The counters that {@link #lateReader} reads. */
    private CountersFile lateCounters;
    private LateFiringReader lateReader;

    /** For this bus, which may be missing. */
    public BusReader(BusDirectory directory) {
        this.directory = directory;
        bus = new MappedBus(directory);
    }

    /** The bus as it is now. */
    public BusSnapshot read() {
        counters = null;
        try {
            return bus.read(this::inspect);
        } catch (BusException e) {
            return new BusSnapshot(directory, System.nanoTime(), "unreadable", e.getMessage(), e, null, null);
        }
    }

    /**
     * The late firings of the daemon that was read last, the oldest first: at the first call all that are known, then
     * those that have come since.
     */
    public List<LateFiring> newLateFirings() {
        if (counters == null) {
            return List.of();
        }
        try {
            return FaultBoundary.call(this::pollLateFirings, counters::checkSound);
        } catch (BusException e) {
            // The next reading tells why.
            counters = null;
            return List.of();
        }
    }

    private List<LateFiring> pollLateFirings() {
        if (lateCounters != counters) {
            lateReader = counters.lateFirings().reader();
            lateCounters = counters;
        }
        List<LateFiring> late = new ArrayList<>();
        LateFiring next = lateReader.poll();
        // Bounded, should a daemon write as fast as this reads.
        while (next != null && late.size() < MOST_LATE) {
            late.add(next);
            next = lateReader.poll();
        }
        return late;
    }

    /** How many late firings of that daemon were overwritten before {@link #newLateFirings} could have them. */
    public long missedLateFirings() {
        return lateReader == null ? 0 : lateReader.overwritten();
    }

    private BusSnapshot inspect(MappedBus.View files) {
        SignalsHeader header = files.signals().header();
        BusSnapshot.Signals signals = new BusSnapshot.Signals(header.layoutVersion(), header.state(),
                header.publisher(), header.publisherCpu(), header.historyId(), header.epoch(),
                header.epochStartedNs(), header.nextSequence(), header.nextDeadlineNs(), header.heartbeatNs(),
                header.heartbeatIntervalNs(), header.hasParking(), header.slotCount(), header.fileLength(),
                header.createdRealtimeNs());
        PublisherStatus status = files.status();
        BusSnapshot snapshot = new BusSnapshot(directory, files.readNs(), status.name().toLowerCase(Locale.ROOT), null,
                null, signals, daemon(files));
        FaultBoundary.surface();
        return new BusSnapshot(directory, files.readNs(), snapshot.condition(), problem(status, snapshot), null,
                signals, snapshot.daemon());
    }

    /** What is wrong and what to do, one sentence; null where nothing is. */
    private String problem(PublisherStatus status, BusSnapshot bus) {
        String pid = "publisher pid=" + bus.signals().publisher().pid();
        String silent = DurationText.format(bus.readNs() - bus.signals().heartbeatNs());
        Long deadlineInNs = bus.nextDeadlineInNs();
        return switch (status) {
            case DEAD -> pid + " is gone without having closed the bus, its last heartbeat was " + silent
                    + " ago; start it again, the sequence continues at " + bus.signals().published();
            case STALLED -> pid + " owns the bus but has written no heartbeat for " + silent + "; it is stopped"
                    + " (continue it with kill -CONT) or starved of CPU";
            case ALIVE -> deadlineInNs != null && deadlineInNs < -OVERDUE_NS
                    ? pid + " is late: its next deadline passed " + DurationText.format(-deadlineInNs)
                            + " ago; it gets too little CPU, see 'tickbus doctor'"
                    : noRoom(bus.signals().fileLength());
            case CLOSED -> null;
        };
    }

    /** A publisher that changes its geometry, or another bus, needs room for a second file. */
    private String noRoom(long length) {
        try {
            long usable = Files.getFileStore(directory.signals()).getUsableSpace();
            return usable >= length ? null : String.format(Locale.ROOT,
                    "only %,d bytes are free beside it, less than another such bus needs; free some, or enlarge its"
                    + " file system (mount -o remount,size=… /dev/shm)", usable);
        } catch (IOException e) {
            return null;
        }
    }

    /** What the daemon's files say; null where the publisher that a signals file belongs to is no daemon. */
    private DaemonSnapshot daemon(MappedBus.View files) {
        String problem = files.problem() == null ? null : files.problem().getMessage();
        counters = files.counters();
        if (counters == null) {
            return problem == null ? null : DaemonSnapshot.unreadable(problem);
        }
        DaemonSnapshot read = DaemonSnapshot.read(counters);
        List<ClientSnapshot> clients = files.replies() == null ? List.of() : ClientSnapshot.readAll(files.replies());
        long epoch = counters.epoch();
        // Before a channel is used.
        FaultBoundary.surface();
        return read.with(clients, OwnersFile.read(directory, epoch), problem);
    }
}
