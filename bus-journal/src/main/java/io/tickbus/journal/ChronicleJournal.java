package io.tickbus.journal;

import io.tickbus.core.BusException;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.IntentsFile;
import io.tickbus.core.bus.SignalsHeader;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.daemon.DaemonCounter;
import io.tickbus.publisher.daemon.DaemonCounters;
import io.tickbus.publisher.daemon.DaemonLog;
import io.tickbus.publisher.journal.Journal;
import io.tickbus.publisher.journal.JournalOptions;
import io.tickbus.publisher.journal.Recovery;
import io.tickbus.publisher.timer.DurableTimers;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;

/**
 * The journal as the timer thread sees it: puts entries into the {@link IntentRing}, from where {@link JournalWriter}
 * writes them. See {@link Journal}.
 */
final class ChronicleJournal implements Journal {
    private static final int SLOTS = 1 << 16;
    /** Kept for intents that come to nothing: as many as there may be at once. */
    private static final int RESERVE = 1 << 13;

    private final BusDirectory directory;
    private final SignalPublisher publisher;
    private final JournalOptions options;
    private final JournalFolder folder;
    private final FileLock lock;
    private final DaemonLog log;
    private final Map<Integer, Recovery.Owner> owners = new HashMap<>();
    private final long[] body = new long[Entry.COMMAND_WORDS + 2];
    private IntentRing ring;
    private JournalWriter writer;
    private long snapshotTicket;
    private boolean isClosed;

    private ChronicleJournal(BusDirectory directory, SignalPublisher publisher, JournalOptions options,
            JournalFolder folder, DaemonLog log) {
        this.directory = directory;
        this.publisher = publisher;
        this.options = options;
        this.folder = folder;
        this.log = log;
        this.lock = folder.lock();
    }

    static ChronicleJournal open(
            BusDirectory directory, SignalPublisher publisher, JournalOptions options, DaemonLog log) {
        JournalFolder folder = new JournalFolder(options.folder().toAbsolutePath());
        folder.create();
        return new ChronicleJournal(directory, publisher, options, folder, log);
    }

    @Override
    public Recovery recover(DurableTimers timers) {
        SignalsHeader header = publisher.bus().signals().header();
        IntentsFile left = leftBehind();
        RecoveryRun run = new RecoveryRun(folder, publisher.bus(), timers, RecoveryRun.Clock.current(), log);
        Recovery recovery = run.run(left == null ? null : IntentRing.over(left), options.recoveryRate());
        for (Recovery.Owner owner : recovery.owners()) {
            owners.put(owner.number(), owner);
        }
        IntentsFile file = left == null ? IntentsFile.create(directory, header, folder.id(), SLOTS) : left;
        ring = IntentRing.over(file);
        ring.begin(run.firstUnwritten(), run.nextTicket());
        writer = new JournalWriter(folder, ring, publisher.bus(), options, log);
        writer.begin(run.firstUnwritten(), run.nextSequence(), run.firstOrdered());
        putStart(run.clock(), header);
        // Done now, and not once more by the next recovery.
        run.forEachIntent(this::applied);
        return recovery;
    }

    /** What the daemon before has handed over to this journal: set aside where it makes no sense. */
    private IntentsFile leftBehind() {
        try {
            IntentsFile found = IntentsFile.attachIfPresent(directory);
            if (found == null || found.journalId() == folder.id()) {
                return found;
            }
            log.error("intents-of-another-journal", "file", directory.intents(), "what",
                    "it is set aside; start with the folder it belongs to, and it back in its place, to use it");
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

    private void putStart(RecoveryRun.Clock clock, SignalsHeader header) {
        body[0] = clock.bootId().getMostSignificantBits();
        body[1] = clock.bootId().getLeastSignificantBits();
        body[2] = clock.offsetNs();
        body[3] = header.historyId();
        body[4] = header.epoch();
        put(EntryKind.START, 0, 0, System.nanoTime(), 5);
    }

    @Override
    public void start() {
        writer.start();
    }

    @Override
    public boolean isWritable() {
        return writer.isWritable();
    }

    @Override
    public boolean hasRoom(int entries) {
        return ring.free() >= entries + RESERVE;
    }

    private long put(EntryKind kind, int owner, int user, long nowNs, int words) {
        return ring.put(kind.header(owner, user), publisher.nextSequence(), nowNs, body, words);
    }

    private void putCommand(EntryKind kind, int owner, TimerCommand command, long nowNs, long ticket) {
        System.arraycopy(command.fields(), 0, body, 0, Entry.COMMAND_WORDS);
        body[Entry.INTENT_TICKET] = ticket;
        put(kind, owner, 0, nowNs, Entry.COMMAND_WORDS + 1);
    }

    @Override
    public void applied(int owner, TimerCommand command, long nowNs, long ticket) {
        putCommand(EntryKind.COMMAND, owner, command, nowNs, ticket);
    }

    @Override
    public long intended(int owner, TimerCommand command, long nowNs, long ticket) {
        long own = ticket == NO_TICKET ? ring.nextTicket() : ticket;
        putCommand(EntryKind.INTENT, owner, command, nowNs, own);
        writer.wake();
        return own;
    }

    @Override
    public void dropped(long ticket) {
        body[0] = ticket;
        put(EntryKind.DROPPED, 0, 0, 0, 1);
    }

    @Override
    public void owner(int owner, int user, String name) {
        owners.put(owner, new Recovery.Owner(owner, user, name));
        putOwner(owner, user, name);
    }

    private void putOwner(int owner, int user, String name) {
        Entry.putName(name, body);
        put(EntryKind.OWNER, owner, user, 0, body.length);
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
    public void snapshotBegins() {
        snapshotTicket = put(EntryKind.SNAPSHOT_BEGIN, 0, 0, 0, 0);
        writer.snapshotBegan();
        for (Recovery.Owner owner : owners.values()) {
            putOwner(owner.number(), owner.user(), owner.name());
        }
    }

    @Override
    public void image(int owner, long[] image) {
        System.arraycopy(image, 0, body, 0, body.length);
        put(EntryKind.IMAGE, owner, 0, 0, body.length);
    }

    @Override
    public void snapshotEnds() {
        body[0] = snapshotTicket;
        put(EntryKind.SNAPSHOT_END, 0, 0, 0, 1);
    }

    @Override
    public void report(DaemonCounters counters) {
        counters.set(DaemonCounter.JOURNAL_ENTRIES, writer.entries());
        counters.set(DaemonCounter.JOURNAL_BACKLOG, ring.backlog());
        counters.set(DaemonCounter.JOURNAL_SIGNALS, writer.signals());
        counters.set(DaemonCounter.JOURNAL_SIGNALS_MISSED, writer.signalsMissed());
        counters.set(DaemonCounter.JOURNAL_BYTES, writer.bytes());
        counters.set(DaemonCounter.JOURNAL_SYNCS, writer.syncs());
        counters.set(DaemonCounter.JOURNAL_FAILURES, writer.failures());
        counters.set(DaemonCounter.JOURNAL_UNAVAILABLE, writer.isWritable() ? 0 : 1);
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        if (writer != null) {
            writer.close();
        }
        try {
            lock.channel().close();
        } catch (IOException e) {
            log.warn("journal-lock", "error", e);
        }
    }
}
