package io.tickbus.journal;

import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.bus.PublishedBus;
import io.tickbus.core.memory.SlotRing;
import io.tickbus.core.platform.CalendarOffset;
import io.tickbus.core.platform.HostIdentity;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.journal.JournalFolder.Position;
import io.tickbus.publisher.daemon.DaemonLog;
import io.tickbus.publisher.journal.Recovery;
import io.tickbus.publisher.timer.DurableTimers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Makes the timers again that were promised: from the last whole snapshot on everything that happened to durable timers
 * is done once more, in its order. First what the journal has; then what the dead daemon had handed over and not
 * written, which is in the intents file, and what it had published since, which is in the signals file. Where both are
 * still there, nothing is unknown and nothing fires twice; else what is due and may have fired says so.
 *
 * <p>Done again, the same entry leads to the same: reading one twice does no harm.
 */
final class RecoveryRun {
    private static final long TELL_NS = TimeUnit.SECONDS.toNanos(2);
    private static final int ASK_EVERY = 1 << 16;
    private static final int MOST_OWNERS = 0xFFFF;

    private final JournalFolder folder;
    private final PublishedBus bus;
    private final DurableTimers timers;
    private final Clock clock;
    private final DaemonLog log;
    private final Entry entry = new Entry();
    private final TimerCommand command = new TimerCommand();
    private final SignalRecord signal = new SignalRecord();
    private final Map<Integer, Recovery.Owner> owners = new HashMap<>();
    private final Map<Long, Intent> intents = new LinkedHashMap<>();
    private final long startedNs = System.nanoTime();
    private long toldNs = startedNs;
    private long historyId;
    private long nextTicket;
    private long nextSequence;
    private long firstUnwritten;
    private long firstOrdered;
    private long read;
    private long unreadable;
    private boolean isUncertain;
    private boolean isEmpty = true;
    private UUID bootId;
    private long offsetNs;

    /** What waited for the disk when the daemon died. */
    private record Intent(int owner, TimerCommand command, long nowNs) {
    }

    /** Which clocks the daemon reckons with from now on. */
    record Clock(UUID bootId, long offsetNs) {
        /** This host's. */
        static Clock current() {
            return new Clock(HostIdentity.current().bootId(), CalendarOffset.measureNs());
        }
    }

    RecoveryRun(JournalFolder folder, PublishedBus bus, DurableTimers timers, Clock clock, DaemonLog log) {
        this.clock = clock;
        this.folder = folder;
        this.bus = bus;
        this.timers = timers;
        this.log = log;
    }

    Recovery run(IntentRing left, int rate) {
        timers.begin();
        readJournal();
        readRings(left);
        for (Intent intent : intents.values()) {
            timers.redo(intent.owner(), intent.command(), intent.nowNs());
        }
        rebase();
        int overdue = timers.finish(System.nanoTime(), TimeUnit.SECONDS.toNanos(1) / rate, isUncertain);
        timers.closeOwners();
        List<Recovery.Owner> kept = new ArrayList<>();
        for (int number = 1; number <= MOST_OWNERS; number++) {
            if (timers.count(number) > 0) {
                // One whose name was unreadable keeps its number, so that its timers become nobody else's.
                kept.add(owners.getOrDefault(number, new Recovery.Owner(number, 0, "")));
            }
        }
        return new Recovery(kept, timers.count(), overdue, read, unreadable, System.nanoTime() - startedNs);
    }

    private void readJournal() {
        Position snapshot = folder.snapshot();
        if (!readJournal(snapshot)) {
            log.error("snapshot-missing", "segment", snapshot.segment(), "file", snapshot.file(), "offset",
                    snapshot.offset(), "what", "the journal is read from its beginning");
            readJournal(null);
        }
    }

    /** Reads from a place on, or everything; false where the place holds no block. */
    private boolean readJournal(Position start) {
        try (BlockReader reader = new BlockReader(folder, start, this::setAside)) {
            boolean isThere = reader.next();
            if (start != null && !(isThere && reader.position().equals(start))) {
                return false;
            }
            while (isThere) {
                readBlock(reader.block());
                isThere = reader.next();
            }
            return true;
        }
    }

    private void setAside(Position where, byte[] bytes, int length, String why) {
        unreadable++;
        isUncertain = true;
        try {
            folder.setAside(bytes, length);
        } catch (BusException e) {
            // The piece stays where it is, and the timers matter more.
            log.warn("journal-not-set-aside", "error", e.getMessage());
        }
        log.warn("journal-unreadable", "segment", where.segment(), "file", where.file(), "offset", where.offset(),
                "why", why);
    }

    private void readBlock(Block block) {
        // The bus was made anew in between: what the daemon before had published last is not known.
        isUncertain |= !isEmpty && historyId != block.historyId();
        historyId = block.historyId();
        for (int at = Block.first(); at >= 0 && at < block.length(); at = block.next(at)) {
            switch (block.kind(at)) {
                case SIGNAL -> {
                    block.copySignal(at, signal.fields());
                    timers.refire(signal);
                }
                case GAP -> isUncertain = true;
                case NONE -> unreadable++;
                default -> {
                    block.copy(at, entry);
                    apply(entry);
                }
            }
            count();
        }
        isEmpty = false;
        nextSequence = block.nextSequence();
        nextTicket = Math.max(nextTicket, block.nextTicket());
        offsetNs = block.clockOffsetNs();
    }

    private void count() {
        if (++read % ASK_EVERY == 0 && System.nanoTime() - toldNs > TELL_NS) {
            toldNs = System.nanoTime();
            log.info("recovering", "entries", read, "timers", timers.count());
        }
    }

    private void apply(Entry done) {
        switch (done.kind()) {
            case OWNER -> owners.put(done.owner(),
                    new Recovery.Owner(done.owner(), EntryKind.user(done.header), done.name()));
            case COMMAND -> {
                intents.remove(done.body[Entry.INTENT_TICKET]);
                done.command(command);
                timers.redo(done.owner(), command, done.nowNs);
            }
            case INTENT -> {
                TimerCommand intended = new TimerCommand();
                done.command(intended);
                intents.put(done.body[Entry.INTENT_TICKET], new Intent(done.owner(), intended, done.nowNs));
            }
            case DROPPED -> intents.remove(done.body[0]);
            case IMAGE -> timers.restore(done.owner(), done.body);
            case START -> start(new UUID(done.body[0], done.body[1]), done.body[2]);
            default -> {
                // Where a snapshot begins and ends is only looked for.
            }
        }
    }

    /** Another daemon had recovered what is here so far, and reckoned from then on with its own clocks. */
    private void start(UUID boot, long newOffsetNs) {
        if (bootId != null) {
            changeClocks(boot, newOffsetNs);
        }
        bootId = boot;
        offsetNs = newOffsetNs;
    }

    private void changeClocks(UUID boot, long newOffsetNs) {
        if (!boot.equals(bootId)) {
            // CLOCK_MONOTONIC has begun anew: all deadlines are kept in CLOCK_REALTIME.
            timers.shift(offsetNs - newOffsetNs);
        }
    }

    private void readRings(IntentRing left) {
        boolean isSameHistory = !isEmpty && historyId == bus.signals().header().historyId();
        SlotRing ring = bus.signals().ring();
        long end = bus.nextSequence();
        long oldest = ring.oldestReadable(bus.signals().header().baseSequence(), end);
        if (!isSameHistory) {
            // Without the signals that the last daemon had published last, what is due may have fired.
            isUncertain |= !isEmpty;
            nextSequence = end;
        } else if (nextSequence < oldest) {
            isUncertain = true;
        }
        long[] tickets = left == null ? new long[0] : ticketsOf(left);
        firstUnwritten = tickets.length == 0 ? nextTicket : tickets[0];
        long sequence = isSameHistory ? Math.max(nextSequence, oldest) : end;
        for (long ticket : tickets) {
            left.copy(ticket, entry);
            for (; isSameHistory && sequence < Math.min(end, entry.nextSequence); sequence++) {
                refire(ring, sequence);
            }
            apply(entry);
            count();
        }
        for (; sequence < end; sequence++) {
            refire(ring, sequence);
        }
        if (tickets.length > 0) {
            nextTicket = tickets[tickets.length - 1] + 1;
        }
        firstOrdered = isSameHistory ? firstUnwritten : nextTicket;
    }

    private void refire(SlotRing ring, long sequence) {
        if (ring.read(sequence, signal.fields()) == SlotRing.COMMITTED) {
            timers.refire(signal);
        }
        count();
    }

    /** What the ring has and the journal has not: without a gap up to the newest. */
    private long[] ticketsOf(IntentRing left) {
        List<Long> found = new ArrayList<>();
        for (int slot = 0; slot < left.slotCount(); slot++) {
            long ticket = left.ticketAt(slot);
            if (ticket >= nextTicket) {
                found.add(ticket);
            }
        }
        found.sort(null);
        int first = found.size() - 1;
        while (first > 0 && found.get(first - 1) == found.get(first) - 1) {
            first--;
        }
        if (!found.isEmpty() && found.get(first) > nextTicket) {
            // The end of the journal is gone, and more of it than the ring still has.
            log.error("journal-hole", "firstTicket", nextTicket, "count", found.get(first) - nextTicket);
            isUncertain = true;
        }
        return found.stream().skip(Math.max(0, first)).mapToLong(Long::longValue).toArray();
    }

    private void rebase() {
        if (bootId != null) {
            changeClocks(clock.bootId(), clock.offsetNs());
        }
    }

    /** Takes what had waited for the disk, and was carried out by this recovery. */
    @FunctionalInterface
    interface IntentSink {
        void take(int owner, TimerCommand done, long nowNs, long ticket);
    }

    void forEachIntent(IntentSink sink) {
        intents.forEach((ticket, intent) -> sink.take(intent.owner(), intent.command(), intent.nowNs(), ticket));
    }

    /** The first ticket that is to be written. */
    long firstUnwritten() {
        return firstUnwritten;
    }

    /** The ticket of the next entry. */
    long nextTicket() {
        return nextTicket;
    }

    /** The first ticket whose entry knows which of this bus's signals came next. */
    long firstOrdered() {
        return firstOrdered;
    }

    /** The first signal that is to be written. */
    long nextSequence() {
        return nextSequence;
    }

    Clock clock() {
        return clock;
    }
}
