package io.tickbus.journal;

import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.RecoveryResult;
import io.tickbus.journal.JournalStore.Blocks;
import io.tickbus.journal.JournalStore.Position;
import io.tickbus.timer.DurableTimers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes the timers again that were promised: from the last whole snapshot on everything that happened to durable timers
 * is done once more, in its order. First what the journal has; then what the dead daemon had handed over and not
 * written, which is in the intents file, and what it had published since, which is in the signals file. Where both are
 * still there, nothing is unknown and nothing fires twice; else what is due and may have fired says so.
 *
 * <p>Each block and each entry states the clock of its times. The timers made so far are always kept in the clock of
 * what was read last: where the next piece states another, they are moved to it, and at the end to this process's.
 * Calendar timers are in CLOCK_REALTIME everywhere, and never moved.
 *
 * <p>A PENDING entry without an APPLIED or ABORTED one is carried out where the entries of its daemon end: that daemon
 * may have carried it out, as what follows a PENDING entry is not synced.
 */
final class JournalRecovery {
    private static final long TELL_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long ASK_CLOCK_NS = TimeUnit.MILLISECONDS.toNanos(50);
    /** How far CLOCK_REALTIME may go back across a boot, as a host's hardware clock counts seconds. */
    private static final long TOLERANCE_NS = TimeUnit.SECONDS.toNanos(2);
    /** A step of CLOCK_REALTIME, and no error of its measuring. */
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int ASK_EVERY = 1 << 16;
    private static final int MOST_OWNERS = 0xFFFF;

    private final JournalStore store;
    private final BusSignals signals;
    private final DurableTimers timers;
    private final Clocks clocks;
    private final DaemonLog log;
    private final Entry entry = new Entry();
    private final TimerCommand command = new TimerCommand();
    private final SignalRecord signal = new SignalRecord();
    /** The latest image. */
    private final long[] image = new long[DurableTimers.IMAGE_WORDS];
    private int imageOwner;
    private long imageTicket = -2;
    private long imageSequence;
    private final Map<Integer, RecoveryResult.Owner> owners = new HashMap<>();
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
    /** Whether CLOCK_REALTIME may show less than when the last daemon died. */
    private boolean isBehind;
    private boolean isEmpty = true;
    private boolean isFromSnapshot;
    /** Of the timers made so far; null before anything was read. */
    private JournalClock clock;
    /** When the last piece that was read was written, by {@link #clock}. */
    private long lastNs;
    /** The latest time that CLOCK_REALTIME has shown, as far as it was written down. */
    private long latestCalendarNs;
    /** Something was written by a clock that was not set: what was due and has fired then may not be due now. */
    private boolean wasCalendarAssumed;

    /** What waited for the disk when the daemon died, or was carried out without a trace. */
    private record Intent(int owner, TimerCommand command, long nowNs, long calendarNs) {
        static Intent of(Entry from) {
            TimerCommand command = new TimerCommand();
            from.command(command);
            return new Intent(from.owner(), command, from.nowNs, from.clock.calendarNs());
        }
    }

    JournalRecovery(JournalStore store, BusSignals signals, DurableTimers timers, Clocks clocks, DaemonLog log) {
        this.store = store;
        this.signals = signals;
        this.timers = timers;
        this.clocks = clocks;
        this.log = log;
    }

    /** Recovers; {@code left} is what the daemon before has handed over, or a ring that nobody has used. */
    RecoveryResult run(WriteAheadRing left, JournalOptions options) {
        timers.begin();
        readJournal();
        JournalClock present = present(options.clockWaitNs());
        readRings(left, present);
        carryOutIntents(Long.MAX_VALUE);
        goOver(present);
        long nowNs = clocks.nowNs();
        long intervalNs = TimeUnit.SECONDS.toNanos(1) / options.recoveryRate();
        int overdue = timers.finish(nowNs, intervalNs, mayHaveFiredUntilNs(nowNs));
        timers.closeOwners();
        List<RecoveryResult.Owner> kept = new ArrayList<>();
        for (int number = 1; number <= MOST_OWNERS; number++) {
            if (timers.count(number) > 0) {
                // One whose name was unreadable keeps its number, so that its timers become nobody else's.
                kept.add(owners.getOrDefault(number, new RecoveryResult.Owner(number, 0, "")));
            }
        }
        return new RecoveryResult(kept, timers.count(), overdue, read, unreadable, System.nanoTime() - startedNs);
    }

    /**
     * Where it is not known what has fired: what is due by now; and also what was by the latest that CLOCK_REALTIME is
     * known to have shown, as it may have been set back since. Where it shows less than before, nobody knows what it
     * showed when the daemon died: anything may have been due then.
     */
    private long mayHaveFiredUntilNs(long nowNs) {
        if (!isUncertain) {
            return Long.MIN_VALUE;
        }
        return isBehind || wasCalendarAssumed ? Long.MAX_VALUE : Math.max(nowNs, latestCalendarNs - clock.calendarNs());
    }

    private void readJournal() {
        Position snapshot = store.snapshot();
        if (!readJournal(snapshot)) {
            isUncertain = true;
            log.error("snapshot-missing", "segment", snapshot.segment(), "file", snapshot.file(), "offset",
                    snapshot.offset(), "what", "the journal is read from its beginning, and timers may be missing: "
                    + "run 'tickbus journal verify'");
            readJournal(null);
        }
    }

    /** Reads from a place on, or everything; false where the place holds no block. */
    private boolean readJournal(Position start) {
        isFromSnapshot = start != null;
        try (Blocks blocks = store.read(start, this::setAside)) {
            boolean isThere = blocks.next();
            if (start != null && !(isThere && blocks.position().equals(start))) {
                return false;
            }
            while (isThere) {
                readBlock(blocks.block());
                isThere = blocks.next();
            }
            return true;
        }
    }

    private void setAside(Position where, byte[] bytes, int length, String why) {
        unreadable++;
        // A file without a block is what a daemon leaves that dies while it makes it. Had it had some, entries
        // are missing.
        isUncertain |= where.offset() > 0;
        try {
            if (length > 0) {
                store.setAside(bytes, length);
            }
        } catch (BusException e) {
            // The piece stays where it is, and the timers matter more.
            log.warn("journal-not-set-aside", "error", e.getMessage());
        }
        log.warn("journal-unreadable", "segment", where.segment(), "file", where.file(), "offset", where.offset(),
                "why", why);
    }

    private void readBlock(Block block) {
        long calendarBeforeNs = clock == null ? Long.MIN_VALUE : clock.calendarNs();
        goOver(block.clock());
        lastNs = block.writtenNs();
        // The clock was set in between: until then it had gone on.
        latestCalendarNs = Math.max(latestCalendarNs, lastNs + Math.max(calendarBeforeNs, clock.calendarNs()));
        boolean isOtherHistory = !isEmpty && historyId != block.historyId();
        boolean isGap = !isEmpty && block.firstSequence() > nextSequence;
        // The bus was created again in between: what the daemon before had published last is not known.
        isUncertain |= isOtherHistory || isGap;
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
                    if (expect(entry.ticket)) {
                        apply(entry);
                    }
                }
            }
            count();
        }
        expect(block.nextTicket() - 1);
        isEmpty = false;
        nextSequence = block.nextSequence();
    }

    /** Each entry has the next ticket; false for one that was there already: its write had failed and was repeated. */
    private boolean expect(long ticket) {
        boolean isFirst = isEmpty && nextTicket == 0 && isFromSnapshot;
        if (!isFirst && ticket > nextTicket) {
            log.error("journal-hole", "firstTicket", nextTicket, "count", ticket - nextTicket, "what",
                    "entries are missing, and timers may be");
            isUncertain = true;
        }
        boolean isNew = ticket >= nextTicket;
        nextTicket = Math.max(nextTicket, ticket + 1);
        return isNew;
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
                    new RecoveryResult.Owner(done.owner(), EntryKind.user(done.header), done.name()));
            case APPLIED -> {
                resolve(done.body[Entry.PENDING_TICKET]);
                done.command(command);
                timers.redo(done.owner(), command, done.nowNs);
            }
            case PENDING -> intents.put(done.body[Entry.PENDING_TICKET], Intent.of(done));
            case ABORTED -> {
                resolve(done.body[0]);
                if (done.ticket == imageTicket + 1 && done.nextSequence == imageSequence) {
                    // That command had changed the timer to what its image shows, after those before it.
                    timers.restore(imageOwner, image);
                }
            }
            case IMAGE -> {
                imageTicket = done.ticket;
                imageSequence = done.nextSequence;
                imageOwner = done.owner();
                System.arraycopy(done.body, 0, image, 0, image.length);
                timers.restore(imageOwner, image);
            }
            // What that daemon did when it had read what stands before.
            case START -> carryOutIntents(Long.MAX_VALUE);
            default -> {
                // Where a snapshot begins and ends is only looked for.
            }
        }
    }

    /** One is done, and so are those before it, as they are done in their order: also where nothing is left of that. */
    private void resolve(long ticket) {
        intents.remove(ticket);
        carryOutIntents(ticket);
    }

    /** Those before a ticket, in the clock that they were written in. */
    private void carryOutIntents(long end) {
        Iterator<Map.Entry<Long, Intent>> each = intents.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Long, Intent> first = each.next();
            if (first.getKey() >= end) {
                // They stand in the order of their tickets.
                break;
            }
            Intent intent = first.getValue();
            timers.calendarOffsetNs(intent.calendarNs());
            timers.redo(intent.owner(), intent.command(), intent.nowNs());
            each.remove();
        }
        timers.calendarOffsetNs(clock == null ? 0 : clock.calendarNs());
    }

    /** What comes next is written in a clock: what stands already is moved to it. */
    private void goOver(JournalClock next) {
        if (clock != null && !clock.equals(next)) {
            long deltaNs = clock.deltaTo(next);
            if (deltaNs != 0) {
                carryOutIntents(Long.MAX_VALUE);
                timers.shift(deltaNs);
                lastNs += deltaNs;
            }
        }
        clock = next;
        wasCalendarAssumed |= next.isAssumed();
        timers.calendarOffsetNs(next.calendarNs());
    }

    /**
     * This process's clock. Where deadlines of another boot are reckoned by the calendar, CLOCK_REALTIME is not
     * believed when it shows less than the journal's last block: it was not set yet. That is waited for; and then no
     * time is taken to have passed since that block, so that no timer fires early, and each as late as the host was
     * away.
     */
    private JournalClock present(long waitNs) {
        JournalClock present = clocks.current();
        boolean isSameBoot = clock != null && clock.isSameBoot(present);
        if (clock == null || (isSameBoot && !clock.isAssumed())) {
            isBehind = clock != null && clock.deltaTo(present) + present.calendarNs() < clock.calendarNs() - STEP_NS;
            return present;
        }
        long startNs = clocks.nowNs();
        long leastNs = isSameBoot ? clock.calendarNs() : lastNs + clock.calendarNs() - startNs;
        boolean isTold = false;
        while (present.calendarNs() < leastNs - TOLERANCE_NS) {
            if (isSameBoot || clocks.nowNs() - startNs >= waitNs) {
                log.error("clock-not-set", "what", "CLOCK_REALTIME is before the journal's last entry: timers of "
                        + "before the boot are taken to be due as long after it as they were; start the daemon after "
                        + "time-sync.target");
                isBehind = true;
                return present.assuming(leastNs);
            }
            if (!isTold) {
                isTold = true;
                log.warn("clock-not-set", "what", "CLOCK_REALTIME is before the journal's last entry, and is waited "
                        + "for", "mostMs", TimeUnit.NANOSECONDS.toMillis(waitNs));
            }
            LockSupport.parkNanos(ASK_CLOCK_NS);
            present = clocks.current();
        }
        isBehind = present.calendarNs() < leastNs;
        return present;
    }

    private void readRings(WriteAheadRing left, JournalClock present) {
        long end = signals.nextSequence();
        long oldest = signals.oldest();
        // One that ends before the journal does has lost what it was: sequences were given a second time.
        boolean isSameHistory = !isEmpty && historyId == signals.historyId() && nextSequence <= end;
        // Without the signals that the last daemon had published last, what is due may have fired.
        isUncertain |= !isEmpty && (!isSameHistory || nextSequence < oldest);
        long[] tickets = ticketsOf(left);
        firstUnwritten = tickets.length == 0 ? nextTicket : tickets[0];
        nextTicket = tickets.length == 0 ? nextTicket : tickets[tickets.length - 1] + 1;
        firstOrdered = isSameHistory ? firstUnwritten : nextTicket;
        nextSequence = isSameHistory ? nextSequence : end;
        long sequence = Math.max(nextSequence, oldest);
        for (long ticket : tickets) {
            left.copy(ticket, entry);
            goOver(entry.clock);
            lastNs = entry.nowNs == 0 ? lastNs : entry.nowNs;
            boolean isOfThisBus = entry.kind() == EntryKind.START && entry.body[0] == signals.historyId()
                    && entry.nextSequence <= end;
            if (isOfThisBus && firstOrdered > ticket) {
                // A daemon that has written no block: from here on it is known what it published.
                firstOrdered = ticket;
                nextSequence = entry.nextSequence;
                sequence = Math.max(nextSequence, oldest);
                isUncertain |= nextSequence < oldest;
            }
            for (; sequence < Math.min(end, entry.nextSequence); sequence++) {
                refire(sequence);
            }
            apply(entry);
            count();
        }
        if (sequence < end && !clock.isSameMonotonic(present)) {
            // This ring's signals are of this process's clock: one with another is never taken over.
            goOver(present);
        }
        for (; sequence < end; sequence++) {
            refire(sequence);
        }
    }

    private void refire(long sequence) {
        if (signals.ring().read(sequence, signal.fields()) == SlotRing.COMMITTED) {
            timers.refire(signal);
        }
        count();
    }

    /** What the ring has and the journal has not: without a gap up to the newest. */
    private long[] ticketsOf(WriteAheadRing left) {
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
        if (!found.isEmpty()) {
            // Where the end of the journal is gone, and more of it than the ring still has.
            expect(found.get(Math.max(0, first)));
        }
        return found.stream().skip(Math.max(0, first)).mapToLong(Long::longValue).toArray();
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

    /** The clock that the timers are in now, and in which this daemon's entries are to be written. */
    JournalClock clock() {
        return clock;
    }
}
