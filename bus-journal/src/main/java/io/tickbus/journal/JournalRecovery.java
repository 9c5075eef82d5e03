// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
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
 * Restores the durable timers. Recovery starts from the last complete snapshot and repeats, in order, everything that
 * has happened to durable timers since: first what the journal contains; then the entries in the {@code intents} file
 * that the dead daemon had not journalled; then the signals it had published since, which are in the signals file. If
 * both files are still there, nothing is unknown and nothing fires twice. If not, a timer that is due and may have
 * fired is flagged as a possible duplicate.
 *
 * <p>Each block and each entry states the clock of its times. The restored timers are always in the clock of whatever
 * was read last: when the next piece states another clock, the timers are converted to it, and at the end to this
 * process's clock. Calendar timers are in CLOCK_REALTIME everywhere and are never converted.
 *
 * <p>A PENDING entry without an APPLIED or ABORTED one is carried out where the entries of its daemon end: that daemon
 * may have carried it out, as what follows a PENDING entry is not synced.
 */
final class JournalRecovery {
    private static final long LOG_INTERVAL_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long CLOCK_POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    /** How far CLOCK_REALTIME may go back across a boot: a host's hardware clock counts whole seconds. */
    private static final long TOLERANCE_NS = TimeUnit.SECONDS.toNanos(2);
    /** From here on a difference is a step of CLOCK_REALTIME, and not an error of measurement. */
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int LOG_CHECK_EVERY = 1 << 16;
    private static final int MAX_OWNERS = 0xFFFF;
    /** Instead of a ticket: such a command may have been refused. */
    private static final long PENDING = -1;

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
    private final Map<Long, PendingCommand> pending = new LinkedHashMap<>();
    /** The texts of schedules that are not understood here, by their numbers. */
    private final Map<Long, String> unknownSchedules = new HashMap<>();
    /** Timers that have one of those, with its number. */
    private final Map<TimerKey, Long> unknownTimers = new LinkedHashMap<>();
    private final long startedNs = System.nanoTime();
    private long loggedNs = startedNs;
    private long historyId;
    private long nextTicket;
    private long nextSequence;
    private long firstUnwritten;
    private long firstOrdered;
    private long read;
    private long unreadable;
    private boolean uncertain;
    /** Whether CLOCK_REALTIME may be earlier than at the last daemon's death. */
    private boolean clockBehind;
    private boolean journalEmpty = true;
    /** The version of the rules of time zones of the daemon that wrote what was read last; empty if unknown. */
    private String zoneRules = "";
    private boolean fromSnapshot;
    /** The clock of the timers restored so far; null before anything was read. */
    private JournalClock clock;
    /** When the piece that was read last was written, by {@link #clock}. */
    private long lastNs;
    /** The latest time of CLOCK_REALTIME that is on record. */
    private long latestCalendarNs;
    /**
     * Whether anything was written by a clock that was not set. Timers that were due and fired then may not be due now.
     */
    private boolean wasCalendarAssumed;

    private record TimerKey(int owner, long key) {
    }

    /** A command that waited for the disk when the daemon died, or that was carried out without leaving a trace. */
    private record PendingCommand(int owner, TimerCommand command, long nowNs, long calendarNs) {
        static PendingCommand of(Entry from) {
            TimerCommand command = new TimerCommand();
            from.command(command);
            return new PendingCommand(from.owner(), command, from.nowNs, from.clock.calendarNs());
        }
    }

    JournalRecovery(JournalStore store, BusSignals signals, DurableTimers timers, Clocks clocks, DaemonLog log) {
        this.store = store;
        this.signals = signals;
        this.timers = timers;
        this.clocks = clocks;
        this.log = log;
    }

    /** Recovers. {@code previous} is the ring that the previous daemon left, or an unused one. */
    RecoveryResult run(WriteAheadRing previous, JournalOptions options) {
        timers.begin();
        readJournal();
        JournalClock present = currentClock(options.clockWaitNs());
        replayRings(previous, present);
        applyPending(Long.MAX_VALUE);
        changeClock(present);
        refuseUnknownSchedules();
        followZoneRules(ScheduleDefinition.zoneRulesVersion());
        long nowNs = clocks.nowNs();
        long intervalNs = TimeUnit.SECONDS.toNanos(1) / options.recoveryRate();
        int overdue = timers.finish(nowNs, intervalNs, maybeDuplicateUntilNs(nowNs));
        timers.closeOwners();
        List<RecoveryResult.Owner> kept = new ArrayList<>();
        for (int number = 1; number <= MAX_OWNERS; number++) {
            if (timers.count(number) > 0) {
                kept.add(ownerOf(number));
            }
        }
        return new RecoveryResult(kept, timers.count(), overdue, read, unreadable, System.nanoTime() - startedNs);
    }

    /** A daemon without such timers would forget them with its next snapshot. */
    private void refuseUnknownSchedules() {
        if (!unknownTimers.isEmpty()) {
            Map.Entry<TimerKey, Long> first = unknownTimers.entrySet().iterator().next();
            TimerKey timer = first.getKey();
            throw new BusException(BusException.Reason.WRONG_VERSION, store.path().toString(), "the schedule of timer "
                    + timer.key() + " of owner " + timer.owner() + " " + ownerOf(timer.owner()).name() + ", one of "
                    + unknownTimers.size() + ", is not understood here, or its time zone is unknown to this Java: "
                    + unknownSchedules.get(first.getValue()), "start the daemon with a tickbus and a Java that are at "
                    + "least as new as those before; nothing was changed");
        }
    }

    private RecoveryResult.Owner ownerOf(int number) {
        // An owner whose name is unreadable keeps its number, so that no other owner gets its timers.
        return owners.getOrDefault(number, new RecoveryResult.Owner(number, 0, ""));
    }

    /**
     * Up to which deadline a timer may have fired already. If it is unknown which timers fired, that is every timer
     * that is due now, or was due at the latest time that CLOCK_REALTIME is known to have shown, as that clock may have
     * been set back since. If CLOCK_REALTIME may be earlier than at the daemon's death, any timer may have been due
     * then.
     */
    private long maybeDuplicateUntilNs(long nowNs) {
        if (!uncertain) {
            return Long.MIN_VALUE;
        }
        return clockBehind || wasCalendarAssumed ? Long.MAX_VALUE
                : Math.max(nowNs, latestCalendarNs - clock.calendarNs());
    }

    private void readJournal() {
        Position snapshot = store.snapshot();
        if (!readJournal(snapshot)) {
            uncertain = true;
            log.error("snapshot-missing", "segment", snapshot.segment(), "file", snapshot.file(), "offset",
                    snapshot.offset(), "what", "the journal is read from its beginning, and timers may be missing: "
                    + "run 'tickbus journal verify'");
            readJournal(null);
        }
    }

    /** Reads from a position on, or everything if that is null. Returns false if there is no block at the position. */
    private boolean readJournal(Position start) {
        fromSnapshot = start != null;
        try (Blocks blocks = store.read(start, this::setAside)) {
            boolean found = blocks.next();
            if (start != null && !(found && blocks.position().equals(start))) {
                return false;
            }
            while (found) {
                readBlock(blocks.block());
                found = blocks.next();
            }
            return true;
        }
    }

    private void setAside(Position where, byte[] bytes, int length, String why) {
        unreadable++;
        // A daemon that dies while it creates a file leaves one without a block. If the file had blocks, entries are
        // missing.
        uncertain |= where.offset() > 0;
        try {
            if (length > 0) {
                store.setAside(bytes, length);
            }
        } catch (BusException e) {
            // The piece stays in its file; recovering the timers matters more.
            log.warn("journal-not-set-aside", "error", e.getMessage());
        }
        log.warn("journal-unreadable", "segment", where.segment(), "file", where.file(), "offset", where.offset(),
                "why", why);
    }

    private void readBlock(Block block) {
        long calendarBeforeNs = clock == null ? Long.MIN_VALUE : clock.calendarNs();
        changeClock(block.clock());
        lastNs = block.writtenNs();
        // If the clock was set in between, it kept its old offset until then.
        latestCalendarNs = Math.max(latestCalendarNs, lastNs + Math.max(calendarBeforeNs, clock.calendarNs()));
        boolean otherHistory = !journalEmpty && historyId != block.historyId();
        boolean gap = !journalEmpty && block.firstSequence() > nextSequence;
        // If the bus was created again in between, the last signals of the daemon before are unknown.
        uncertain |= otherHistory || gap;
        historyId = block.historyId();
        for (int at = Block.first(); at >= 0 && at < block.length(); at = block.next(at)) {
            switch (block.kind(at)) {
                case SIGNAL -> {
                    block.copySignal(at, signal.fields());
                    refire();
                }
                case GAP -> uncertain = true;
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
        journalEmpty = false;
        nextSequence = block.nextSequence();
    }

    /** Tickets have no gaps. Returns false for an entry that was read before: its write had failed and was repeated. */
    private boolean expect(long ticket) {
        boolean firstFromSnapshot = journalEmpty && nextTicket == 0 && fromSnapshot;
        if (!firstFromSnapshot && ticket > nextTicket) {
            log.error("journal-hole", "firstTicket", nextTicket, "count", ticket - nextTicket, "what",
                    "entries are missing, and timers may be");
            uncertain = true;
        }
        boolean fresh = ticket >= nextTicket;
        nextTicket = Math.max(nextTicket, ticket + 1);
        return fresh;
    }

    private void count() {
        if (++read % LOG_CHECK_EVERY == 0 && System.nanoTime() - loggedNs > LOG_INTERVAL_NS) {
            loggedNs = System.nanoTime();
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
                redo(done.ticket, done.owner(), command, done.nowNs);
            }
            case PENDING -> pending.put(done.body[Entry.PENDING_TICKET], PendingCommand.of(done));
            case ABORTED -> {
                resolve(done.body[0]);
                if (done.ticket == imageTicket + 1 && done.nextSequence == imageSequence) {
                    // The image shows the timer after this command; earlier commands that were pending come before it.
                    restore();
                }
            }
            case IMAGE -> {
                imageTicket = done.ticket;
                imageSequence = done.nextSequence;
                imageOwner = done.owner();
                System.arraycopy(done.body, 0, image, 0, image.length);
                restore();
            }
            case START -> {
                // That daemon, too, carried out the pending commands before it started.
                applyPending(Long.MAX_VALUE);
                followZoneRules(done.zoneRules());
            }
            case SNAPSHOT_BEGIN -> followZoneRules(done.zoneRules());
            case SCHEDULE -> {
                done.command(command);
                String unknown = timers.define(command);
                if (unknown != null) {
                    unknownSchedules.put(command.key(), unknown);
                }
            }
            default -> {
                // Where a snapshot begins and ends does not matter to recovery.
            }
        }
    }

    /**
     * From here on the journal's times follow these rules of time zones. Where they are others than before, the
     * deadlines of schedules that were not due yet are derived again.
     */
    private void followZoneRules(String version) {
        if (!version.isEmpty() && !zoneRules.isEmpty() && !version.equals(zoneRules)) {
            int changed = timers.rederive(lastNs + clock.calendarNs());
            log.info("zone-rules-changed", "from", zoneRules, "to", version, "timersMoved", changed);
        }
        zoneRules = version.isEmpty() ? zoneRules : version;
    }

    /**
     * A pending command is resolved, and so are those before it, as commands are carried out in order. Those before it
     * are applied here, as they may have left no entry.
     */
    private void resolve(long ticket) {
        pending.remove(ticket);
        applyPending(ticket);
    }

    /** Applies the pending commands with lower tickets, each by the clock it was written in. */
    private void applyPending(long end) {
        Iterator<Map.Entry<Long, PendingCommand>> each = pending.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Long, PendingCommand> first = each.next();
            if (first.getKey() >= end) {
                // They are ordered by ticket.
                break;
            }
            PendingCommand intent = first.getValue();
            timers.calendarOffsetNs(intent.calendarNs());
            redo(PENDING, intent.owner(), intent.command(), intent.nowNs());
            each.remove();
        }
        timers.calendarOffsetNs(clock == null ? 0 : clock.calendarNs());
    }

    /** The next piece is in another clock: converts the restored timers to it. */
    private void changeClock(JournalClock next) {
        if (clock != null && !clock.equals(next)) {
            long deltaNs = clock.deltaTo(next);
            if (deltaNs != 0) {
                applyPending(Long.MAX_VALUE);
                timers.shift(deltaNs);
                lastNs += deltaNs;
            }
        }
        clock = next;
        wasCalendarAssumed |= next.isAssumed();
        timers.calendarOffsetNs(next.calendarNs());
    }

    /**
     * This process's clock. Deadlines of another boot are converted by the calendar, and a CLOCK_REALTIME that is
     * earlier than the journal's last block is not set yet. Recovery waits for it. After that wait it assumes that no
     * time has passed since that block, so that no timer fires early, and each is late by at most as long as the host
     * was down.
     */
    private JournalClock currentClock(long waitNs) {
        JournalClock present = clocks.current();
        boolean sameBoot = clock != null && clock.isSameBoot(present);
        if (clock == null || (sameBoot && !clock.isAssumed())) {
            clockBehind = clock != null && clock.deltaTo(present) + present.calendarNs() < clock.calendarNs() - STEP_NS;
            return present;
        }
        long startNs = clocks.nowNs();
        long leastNs = sameBoot ? clock.calendarNs() : lastNs + clock.calendarNs() - startNs;
        boolean logged = false;
        while (present.calendarNs() < leastNs - TOLERANCE_NS) {
            if (sameBoot || clocks.nowNs() - startNs >= waitNs) {
                log.error("clock-not-set", "what", "CLOCK_REALTIME is before the journal's last entry: timers of "
                        + "before the boot are taken to be due as long after it as they were; start the daemon after "
                        + "time-sync.target");
                clockBehind = true;
                return present.assuming(leastNs);
            }
            if (!logged) {
                logged = true;
                log.warn("clock-not-set", "what", "CLOCK_REALTIME is before the journal's last entry, and is waited "
                        + "for", "mostMs", TimeUnit.NANOSECONDS.toMillis(waitNs));
            }
            LockSupport.parkNanos(CLOCK_POLL_NS);
            present = clocks.current();
        }
        clockBehind = present.calendarNs() < leastNs;
        return present;
    }

    private void replayRings(WriteAheadRing previous, JournalClock present) {
        long end = signals.nextSequence();
        long oldest = signals.oldest();
        // If the ring ends before the journal does, it is not the same history: sequences were used a second time.
        boolean sameHistory = !journalEmpty && historyId == signals.historyId() && nextSequence <= end;
        // Without the last signals of the previous daemon, a timer that is due may have fired.
        uncertain |= !journalEmpty && (!sameHistory || nextSequence < oldest);
        long[] tickets = ticketsOf(previous);
        firstUnwritten = tickets.length == 0 ? nextTicket : tickets[0];
        nextTicket = tickets.length == 0 ? nextTicket : tickets[tickets.length - 1] + 1;
        firstOrdered = sameHistory ? firstUnwritten : nextTicket;
        nextSequence = sameHistory ? nextSequence : end;
        long sequence = Math.max(nextSequence, oldest);
        for (long ticket : tickets) {
            previous.copy(ticket, entry);
            changeClock(entry.clock);
            lastNs = entry.nowNs == 0 ? lastNs : entry.nowNs;
            boolean ofThisBus = entry.kind() == EntryKind.START && entry.body[0] == signals.historyId()
                    && entry.nextSequence <= end;
            if (ofThisBus && firstOrdered > ticket) {
                // A daemon that has written no block: from its START on it is known what was published.
                firstOrdered = ticket;
                nextSequence = entry.nextSequence;
                sequence = Math.max(nextSequence, oldest);
                uncertain |= nextSequence < oldest;
            }
            for (; sequence < Math.min(end, entry.nextSequence); sequence++) {
                refire(sequence);
            }
            apply(entry);
            count();
        }
        if (sequence < end && !clock.isSameMonotonic(present)) {
            // The signals of this ring are in this process's clock, as a bus with another clock is never continued.
            changeClock(present);
        }
        for (; sequence < end; sequence++) {
            refire(sequence);
        }
    }

    private void refire(long sequence) {
        if (signals.ring().read(sequence, signal.fields()) == SlotRing.COMMITTED) {
            refire();
        }
        count();
    }

    private void refire() {
        timers.refire(signal);
        if (!unknownTimers.isEmpty() && (signal.flags() & SignalRecordLayout.FLAG_LAST) != 0) {
            unknownTimers.remove(new TimerKey(signal.owner(), signal.key()));
        }
    }

    private void restore() {
        boolean isDone = timers.restore(imageOwner, image);
        done(isDone, imageTicket, imageOwner, DurableTimers.key(image), DurableTimers.periodNs(image));
    }

    private void redo(long ticket, int owner, TimerCommand again, long nowNs) {
        boolean isDone = timers.redo(owner, again, nowNs);
        done(isDone, ticket, owner, again.key(), again.type() == CommandLayout.TYPE_ARM ? again.periodNs() : 0);
    }

    /** Notes whether a timer has a schedule that is not understood; says what could not be done for another reason. */
    private void done(boolean isDone, long ticket, int owner, long key, long period) {
        if (isDone && unknownTimers.isEmpty()) {
            return;
        }
        TimerKey timer = new TimerKey(owner, key);
        if (isDone) {
            unknownTimers.remove(timer);
        } else if (unknownSchedules.containsKey(-period)) {
            unknownTimers.put(timer, -period);
        } else if (ticket != PENDING) {
            log.error("journal-not-applied", "ticket", ticket, "owner", owner, "key", key, "what", "what was carried "
                    + "out once cannot be carried out again, and a timer is missing");
        }
    }

    /** The tickets that are in the ring and not in the journal: those up to the newest without a gap. */
    private long[] ticketsOf(WriteAheadRing previous) {
        List<Long> found = new ArrayList<>();
        for (int slot = 0; slot < previous.slotCount(); slot++) {
            long ticket = previous.ticketAt(slot);
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
            // Reports a hole if the journal has lost its end, and the ring does not reach back far enough.
            expect(found.get(Math.max(0, first)));
        }
        return found.stream().skip(Math.max(0, first)).mapToLong(Long::longValue).toArray();
    }

    /** The first ticket that is not in the journal. */
    long firstUnwritten() {
        return firstUnwritten;
    }

    /** The ticket of the next entry. */
    long nextTicket() {
        return nextTicket;
    }

    /** The first ticket whose entry states a sequence of this bus's history. */
    long firstOrdered() {
        return firstOrdered;
    }

    /** The first signal that is not in the journal. */
    long nextSequence() {
        return nextSequence;
    }

    /** The clock of the restored timers, in which this daemon's entries must be written. */
    JournalClock clock() {
        return clock;
    }
}
