// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonCounters;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.LoopProgress;
import io.tickbus.daemon.journal.Journal;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.RecoveryResult;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.DurableTimers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The journal as the timer thread sees it: appends entries to the {@link WriteAheadRing}, from which {@link
 * JournalWriter} writes them. See {@link Journal}.
 *
 * <p>After each beginning of a snapshot, an OWNER entry precedes the first other entry with that owner's number, and
 * SCHEDULE entries the first with that schedule. So a snapshot has only the owners and the schedules of durable timers.
 */
final class ChronicleJournal implements Journal {
    private static final int SLOT_COUNT = 1 << 16;
    /** Reserved for ABORTED entries: as many as there may be pending commands. */
    private static final int RESERVE = 1 << 13;
    private static final int MAX_OWNERS = 1 << 16;
    /** Longer than a slow disk takes: a thread that makes no progress for this long counts as failed. */
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int STALL_REPORTS = 3;

    private final JournalStore store;
    private final WriteAheadRing ring;
    private final JournalWriter writer;
    private final BusSignals signals;
    private final JournalOptions options;
    private final Clocks clocks;
    private final DaemonLog log;
    private final RecoveryResult.Owner[] owners = new RecoveryResult.Owner[MAX_OWNERS];
    /** By owner: the snapshot since whose beginning the owner was last named. */
    private final int[] named = new int[MAX_OWNERS];
    private final long[] body = new long[Entry.COMMAND_WORDS + 2];
    private final Consumer<TimerCommand> parts = this::putPart;
    private final JournalLag lag = new JournalLag();
    private DurableTimers timers;
    private long firstSequence;
    private int snapshot = 1;
    private long snapshotTicket;
    private long lastCycles = -1;
    private long progressNs;
    private int idleReports;
    private boolean stalled;
    private boolean overflowed;

    /** From parts that need not be files. */
    ChronicleJournal(JournalStore store, WriteAheadRing ring, JournalWriter writer, BusSignals signals,
            JournalOptions options, Clocks clocks, DaemonLog log) {
        this.store = store;
        this.ring = ring;
        this.writer = writer;
        this.signals = signals;
        this.options = options;
        this.clocks = clocks;
        this.log = log;
    }

    static ChronicleJournal open(
            BusDirectory directory, SignalPublisher publisher, JournalOptions options, DaemonLog log) {
        return open(directory, publisher, options, log, UnaryOperator.identity());
    }

    /** As above, with a wrapper between the writer and the folder, for tests. */
    static ChronicleJournal open(BusDirectory directory, SignalPublisher publisher, JournalOptions options,
            DaemonLog log, UnaryOperator<JournalStore> writing) {
        ChronicleSetup.prepare();
        JournalFolder folder = new JournalFolder(options.folder().toAbsolutePath());
        folder.create();
        folder.lock();
        boolean open = false;
        try {
            folder.claim(directory);
            folder.unknownFolders().forEach(name -> log.warn("journal-unknown-folder", "folder",
                    folder.path().resolve(name), "what",
                    "it is not a segment as this version names them, and no timer is recovered from it"));
            folder.cleanUp(log);
            WriteAheadRing previous = previousRing(directory, folder, log);
            WriteAheadRing ring = previous != null ? previous : WriteAheadRing.create(directory,
                    publisher.bus().signals().header(), folder.id(), SLOT_COUNT);
            BusSignals signals = BusSignals.of(publisher);
            JournalWriter writer = new JournalWriter(writing.apply(folder), ring, signals,
                    new Retention(folder, options, log), options, Clocks.system(), log);
            ChronicleJournal journal = new ChronicleJournal(folder, ring, writer, signals, options,
                    Clocks.system(), log);
            open = true;
            return journal;
        } finally {
            if (!open) {
                folder.release();
            }
        }
    }

    /**
     * The previous daemon's write-ahead ring; null if there is none. A ring that is unreadable or belongs to another
     * journal is moved aside.
     */
    private static WriteAheadRing previousRing(BusDirectory directory, JournalFolder folder, DaemonLog log) {
        try {
            WriteAheadRing found = WriteAheadRing.attachIfPresent(directory);
            if (found == null || found.journalId() == folder.id()) {
                return found;
            }
            log.error("intents-of-another-journal", "file", directory.intents(), "what",
                    "it is set aside; start with the folder it belongs to, and move it back, to use it");
        } catch (BusException e) {
            log.error("intents-unreadable", "file", directory.intents(), "why", e.getMessage());
        }
        Path aside = folder.path().resolve("unreadable-intents-" + System.currentTimeMillis() + ".bin");
        try {
            Files.copy(directory.intents(), aside);
            Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rw-------"));
            Files.delete(directory.intents());
            return null;
        } catch (IOException e) {
            throw BusException.system(directory.intents(), e, "move it away by hand");
        }
    }

    @Override
    public RecoveryResult recover(DurableTimers recovered) {
        timers = recovered;
        try {
            store.sync();
        } catch (IOException e) {
            // Recovery then reads what the page cache has.
            log.warn("journal-not-synced", "folder", store.path(), "error", e);
        }
        JournalRecovery run = new JournalRecovery(store, signals, recovered, clocks, log);
        RecoveryResult recovery = run.run(ring, options);
        for (RecoveryResult.Owner owner : recovery.owners()) {
            owners[owner.number()] = owner;
        }
        ring.begin(run.firstUnwritten(), run.nextTicket());
        ring.clock(run.clock());
        firstSequence = run.nextSequence();
        writer.begin(run.firstUnwritten(), firstSequence, run.firstOrdered());
        body[0] = signals.historyId();
        Entry.putZoneRules(body, 1);
        put(EntryKind.START, 0, 0, clocks.nowNs(), 3);
        return recovery;
    }

    @Override
    public void start() {
        writer.start();
    }

    @Override
    public boolean isWritable() {
        return writer.isWritable() && !stalled && !overflowed;
    }

    @Override
    public boolean hasRoom(int entries) {
        return ring.freeSlots() >= entries + RESERVE;
    }

    private long put(EntryKind kind, int owner, int user, long nowNs, int words) {
        long ticket = ring.append(kind.header(owner, user), signals.upcoming().getAsLong(), nowNs, body, words);
        if (ticket == WriteAheadRing.FULL && !overflowed) {
            // Callers check for room first, so this is a bug; the lost entry means that nothing more can be promised.
            overflowed = true;
            log.error("journal-full", "entry", kind, "what", "no durable timer is taken until the daemon is restarted");
        }
        return ticket;
    }

    private long putCommand(EntryKind kind, int owner, TimerCommand command, long nowNs, long ticket) {
        name(owner);
        putSchedule(command.type() == CommandLayout.TYPE_ARM ? command.periodNs() : 0);
        System.arraycopy(command.fields(), 0, body, 0, Entry.COMMAND_WORDS);
        body[Entry.PENDING_TICKET] = ticket;
        return put(kind, owner, 0, nowNs, Entry.COMMAND_WORDS + 1);
    }

    @Override
    public void appendApplied(int owner, TimerCommand command, long nowNs, long ticket) {
        putCommand(EntryKind.APPLIED, owner, command, nowNs, ticket);
    }

    @Override
    public long appendPending(int owner, TimerCommand command, long nowNs, long ticket) {
        // First, so that the next ticket is that of the PENDING entry.
        name(owner);
        putSchedule(command.type() == CommandLayout.TYPE_ARM ? command.periodNs() : 0);
        long own = ticket == NO_TICKET ? ring.nextTicket() : ticket;
        boolean appended = putCommand(EntryKind.PENDING, owner, command, nowNs, own) != WriteAheadRing.FULL;
        writer.wake();
        return appended ? own : Long.MAX_VALUE;
    }

    @Override
    public void appendAborted(long ticket) {
        body[0] = ticket;
        put(EntryKind.ABORTED, 0, 0, 0, 1);
    }

    @Override
    public void nameOwner(int owner, int user, String name) {
        owners[owner] = new RecoveryResult.Owner(owner, user, name);
        named[owner] = 0;
    }

    private void name(int owner) {
        RecoveryResult.Owner known = owners[owner];
        if (known != null && named[owner] != snapshot) {
            named[owner] = snapshot;
            Entry.putName(known.name(), body);
            put(EntryKind.OWNER, owner, known.user(), 0, body.length);
        }
    }

    /** Puts the schedule of a period before the first entry that has it, since the beginning of this snapshot. */
    private void putSchedule(long period) {
        timers.describe(period, snapshot, parts);
    }

    private void putPart(TimerCommand part) {
        System.arraycopy(part.fields(), 0, body, 0, Entry.COMMAND_WORDS);
        put(EntryKind.SCHEDULE, 0, 0, 0, Entry.COMMAND_WORDS);
    }

    @Override
    public long syncedTicket() {
        return writer.syncedTicket();
    }

    @Override
    public boolean wantsSnapshot() {
        return writer.wantsSnapshot();
    }

    @Override
    public void beginSnapshot() {
        snapshot++;
        // First, so that a failure from here on requests another snapshot.
        writer.snapshotBegan();
        Entry.putZoneRules(body, 0);
        snapshotTicket = put(EntryKind.SNAPSHOT_BEGIN, 0, 0, 0, 2);
    }

    @Override
    public void appendImage(int owner, long[] image) {
        name(owner);
        putSchedule(DurableTimers.periodNs(image));
        System.arraycopy(image, 0, body, 0, body.length);
        put(EntryKind.IMAGE, owner, 0, 0, body.length);
    }

    @Override
    public void endSnapshot() {
        body[0] = snapshotTicket;
        put(EntryKind.SNAPSHOT_END, 0, 0, 0, 1);
    }

    @Override
    public LoopProgress progress() {
        return writer.progress();
    }

    @Override
    public void report(DaemonCounters counters) {
        watch(clocks.nowNs());
        counters.set(DaemonCounter.JOURNAL_ENTRIES, writer.entries());
        counters.set(DaemonCounter.JOURNAL_BACKLOG, ring.backlog());
        counters.set(DaemonCounter.JOURNAL_LAG, lag.note(clocks.nowNs(), ring.nextTicket(),
                signals.upcoming().getAsLong(), ring.nextTicket() - ring.backlog(),
                firstSequence + writer.signals() + writer.signalsMissed()));
        counters.set(DaemonCounter.JOURNAL_SIGNALS, writer.signals());
        counters.set(DaemonCounter.JOURNAL_SIGNALS_MISSED, writer.signalsMissed());
        counters.set(DaemonCounter.JOURNAL_BYTES, writer.bytes());
        counters.set(DaemonCounter.JOURNAL_SYNCS, writer.syncs());
        counters.set(DaemonCounter.JOURNAL_FAILURES, writer.failures());
        counters.set(DaemonCounter.JOURNAL_UNAVAILABLE, isWritable() ? 0 : 1);
    }

    /** Checks that the writer makes progress, so that a disk that hangs does not keep clients waiting for ever. */
    void watch(long nowNs) {
        long cycles = writer.progress().rounds();
        if (cycles != lastCycles) {
            lastCycles = cycles;
            progressNs = nowNs;
            idleReports = 0;
            stalled = false;
            return;
        }
        // Several reports without progress, so that a daemon that was itself stopped for long does not count.
        idleReports++;
        if (!stalled && idleReports >= STALL_REPORTS && nowNs - progressNs >= STALL_NS) {
            stalled = true;
            log.error("journal-stalled", "forMs", TimeUnit.NANOSECONDS.toMillis(nowNs - progressNs), "what",
                    "durable timers are refused until it makes progress");
        }
    }

    @Override
    public void close() {
        writer.close();
    }
}
