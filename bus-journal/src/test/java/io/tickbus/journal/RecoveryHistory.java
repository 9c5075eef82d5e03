// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.Journal;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.timer.DurableTimers;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * One random history of a daemon with a journal, on a {@link SimulatedHost} and a {@link MemoryStore}, beside a simple
 * model: each key's timer as its owner sees it. The daemon's own classes do the work, in one thread and in the order of
 * a duty cycle: engine, journal, ring, writer, recovery.
 *
 * <p>If a command was not answered before a kill, its key is not checked until the next command for it is answered.
 */
final class RecoveryHistory {
    private static final int OWNER = 3;
    private static final int KEYS = 6;
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final long HOUR = 3_600 * SECOND;
    private static final long START_REALTIME = 1_700_000_000 * SECOND;
    private static final int GRACE_US = 1_000;
    private static final TimerQuotas QUOTAS = new TimerQuotas(64, 64);
    private static final JournalOptions OPTIONS = JournalOptions.defaults(Path.of("/memory/journal"))
            .withRecoveryRate(1_000_000_000).withSnapshotBytes(4_096).withClockWaitNs(0);

    private final Random random;
    private final DaemonLog log;
    private final Retention retention;
    private final MemoryStore store = new MemoryStore();
    private final SimulatedHost host;
    private final ExpectedTimer[] expected = new ExpectedTimer[KEYS];
    private final List<String> story = new ArrayList<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final TimerReply reply = new TimerReply();
    private TimerEngine engine;
    private DurableTimers timers;
    private WriteAheadRing ring;
    private JournalWriter writer;
    private ChronicleJournal journal;
    private int generation;
    private int firings;
    private int recoveries;
    private int flagged;
    private int cursor = -1;
    private boolean isSnapshotWanted;
    private JournalClock startClock;
    private long latestRealtimeNs;
    private boolean isClockStated;
    private JournalStore.Position knownSnapshot;
    /** Whether signals were lost since the last complete snapshot, so that due timers are flagged. */
    private boolean isUncertain;
    private int fatalFiring = -1;
    /** How far CLOCK_REALTIME is behind, as it was not set after the boot. */
    private long clockBehindNs;

    /** A command that waits for the disk. */
    private record Waiting(TimerCommand command, long nowNs, long ticket) {
    }

    /** The process was killed. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    RecoveryHistory(long seed, DaemonLog log, Retention retention) {
        random = new Random(seed);
        this.log = log;
        this.retention = retention;
        host = new SimulatedHost(random, START_REALTIME);
        for (int key = 0; key < KEYS; key++) {
            expected[key] = new ExpectedTimer();
        }
    }

    /** Runs the history; throws an AssertionError with all events if anything is wrong. */
    void run() {
        try {
            start();
            int steps = 20 + random.nextInt(40);
            for (int i = 0; i < steps; i++) {
                step();
            }
            settle();
        } catch (RuntimeException | Error e) {
            throw new AssertionError(String.join("\n", story) + "\n" + e.getMessage(), e);
        }
    }

    int firings() {
        return firings;
    }

    int recoveries() {
        return recoveries;
    }

    int flagged() {
        return flagged;
    }

    private void tell(String what) {
        story.add("t=" + host.nowNs() + " rt=" + host.realtimeNs() + " " + what);
    }

    private void fail(String what) {
        throw new AssertionError("t=" + host.nowNs() + " rt=" + host.realtimeNs() + " " + what);
    }

    private void start() {
        engine = TimerEngine.create(QUOTAS, 64, host::calendarNs);
        timers = DurableTimers.of(engine);
        ring = host.intents();
        BusSignals signals = host.signals();
        writer = new JournalWriter(store, ring, signals, retention, OPTIONS, host, log);
        journal = new ChronicleJournal(store, ring, writer, signals, OPTIONS, host, log);
        journal.recover(timers);
        for (int i = 0; i < 100 && writer.runCycle(); i++) {
            // Writes START, and so the daemon's clock, before anything fires.
        }
        recoveries++;
        engine.openOwner(OWNER);
        journal.nameOwner(OWNER, 1_000, "app");
        waiting.clear();
        cursor = -1;
        isSnapshotWanted = false;
        fatalFiring = -1;
        startClock = ring.clock();
        tell("started " + ring.clock() + " timers=" + timers.count());
    }

    private void step() {
        try {
            act();
            passTime();
        } catch (Killed e) {
            die();
        }
        if (store.isDead()) {
            die();
        }
    }

    private void act() {
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4 -> arm();
            case 5 -> change(CommandLayout.TYPE_CANCEL);
            case 6 -> change(CommandLayout.TYPE_PAUSE);
            case 7 -> change(CommandLayout.TYPE_RESUME);
            case 8 -> stepClock(clockBehindNs != 0 ? clockBehindNs : (random.nextBoolean() ? 1 : -1) * distance());
            case 9 -> {
                tell("kill is near");
                store.dieIn(1 + random.nextInt(8));
            }
            case 10 -> fatalFiring = random.nextInt(4);
            case 11 -> throw new Killed();
            case 12 -> stopCleanly();
            case 13 -> {
                store.refuse(new IOException("no space"));
                write();
                store.refuse(null);
                tell("the disk has refused");
            }
            default -> snapshot();
        }
        if (random.nextInt(3) > 0) {
            write();
        }
        complete();
        if (random.nextInt(4) == 0) {
            snapshot();
        }
    }

    private long distance() {
        return switch (random.nextInt(4)) {
            case 0 -> 1 + random.nextInt((int) MS);
            case 1 -> 1 + random.nextInt((int) SECOND);
            case 2 -> SECOND + (long) (random.nextDouble() * HOUR);
            default -> HOUR + (long) (random.nextDouble() * 100 * HOUR);
        };
    }

    private void arm() {
        TimerCommand command = new TimerCommand();
        boolean isCalendar = random.nextInt(3) == 0;
        long nowNs = isCalendar ? host.realtimeNs() : host.nowNs();
        command.arm(random.nextInt(KEYS), 7, nowNs + distance() - (random.nextInt(8) == 0 ? HOUR / 8 : 0));
        if (random.nextInt(3) == 0) {
            command.periodNs(SECOND + distance()).graceUs(GRACE_US);
            if (random.nextBoolean()) {
                command.misfire(MisfirePolicy.FIRE_ALL, 3);
            }
        }
        Durability durability = switch (random.nextInt(5)) {
            case 0 -> Durability.NONE;
            case 1, 2 -> Durability.PROCESS;
            default -> Durability.DISK;
        };
        if (isCalendar) {
            command.flags(CommandLayout.FLAG_CALENDAR);
        }
        take(command.durability(durability).generation(++generation));
    }

    private void change(int type) {
        take(new TimerCommand().reset(type, random.nextInt(KEYS)));
    }

    /** Handles a command as the daemon does. */
    private void take(TimerCommand command) {
        boolean isArm = command.type() == CommandLayout.TYPE_ARM;
        Durability wanted = isArm ? command.durability() : Durability.NONE;
        Durability level = Durability.stronger(wanted, timers.durability(OWNER, command.key()));
        if (level == Durability.NONE && waiting.isEmpty()) {
            execute(new Waiting(command, host.nowNs(), Journal.NO_TICKET));
        } else if (!journal.isWritable() || !journal.hasRoom(3)) {
            tell("refused " + command);
        } else if (level == Durability.DISK || !waiting.isEmpty()) {
            long ticket = journal.appendPending(OWNER, command, host.nowNs(), Journal.NO_TICKET);
            waiting.add(new Waiting(command, host.nowNs(), ticket));
            tell("pending " + command);
        } else {
            execute(new Waiting(command, host.nowNs(), Journal.NO_TICKET));
        }
    }

    private void complete() {
        while (!waiting.isEmpty()) {
            Waiting first = waiting.peek();
            boolean isSynced = first.ticket() <= journal.syncedTicket();
            if (!isSynced && journal.isWritable()) {
                return;
            }
            waiting.remove();
            if (isSynced) {
                if (!execute(first)) {
                    journal.appendAborted(first.ticket());
                }
            } else {
                journal.appendAborted(first.ticket());
                // If this entry is lost and the PENDING one is not, recovery carries the command out.
                expected[(int) first.command().key()].isShaky = true;
                tell("unavailable " + first.command());
            }
        }
    }

    private boolean execute(Waiting entry) {
        TimerCommand command = entry.command();
        ExpectedTimer key = expected[(int) command.key()];
        Durability before = timers.durability(OWNER, command.key());
        boolean wasDurable = before != Durability.NONE;
        maybeDie(key);
        engine.execute(OWNER, command, entry.nowNs(), host.nextSequence(), reply);
        ReplyCode code = reply.code();
        boolean changed = code == ReplyCode.ARMED || code == ReplyCode.CANCELLED || code == ReplyCode.PAUSED
                || code == ReplyCode.RESUMED;
        boolean journalled = changed && (wasDurable || command.durability() != Durability.NONE);
        if (journalled) {
            maybeDie(key);
            appendToJournal(entry);
        }
        maybeDie(key);
        tell(code + " " + command);
        if (changed) {
            key.durability = before;
            key.expect(command, entry.nowNs(), host);
        } else if (code != ReplyCode.INVALID && key.isCertain && key.isThere) {
            fail("answered " + code + " and should be there: " + key);
        }
        return journalled;
    }

    private void appendToJournal(Waiting entry) {
        int type = entry.command().type();
        if (type != CommandLayout.TYPE_PAUSE && type != CommandLayout.TYPE_RESUME) {
            journal.appendApplied(OWNER, entry.command(), entry.nowNs(), entry.ticket());
            return;
        }
        timers.image(OWNER, entry.command().key(), journal::appendImage);
        if (entry.ticket() != Journal.NO_TICKET) {
            journal.appendAborted(entry.ticket());
        }
    }

    private void maybeDie(ExpectedTimer key) {
        if (random.nextInt(150) == 0) {
            key.isCertain = false;
            throw new Killed();
        }
    }

    private void snapshot() {
        isSnapshotWanted |= journal.wantsSnapshot();
        if (!isSnapshotWanted || !journal.isWritable() || !journal.hasRoom(64)) {
            return;
        }
        if (cursor < 0) {
            cursor = 0;
            journal.beginSnapshot();
            for (Waiting entry : waiting) {
                journal.appendPending(OWNER, entry.command(), entry.nowNs(), entry.ticket());
            }
            tell("snapshot begins");
        }
        cursor = timers.page(cursor, 1 + random.nextInt(3), journal::appendImage);
        if (cursor < 0) {
            isSnapshotWanted = false;
            journal.endSnapshot();
            tell("snapshot ends");
        }
    }

    private void write() {
        if (journal.isWritable()) {
            int cycles = 1 + random.nextInt(2);
            for (int i = 0; i < cycles; i++) {
                writer.runCycle();
            }
        } else {
            host.advance(SECOND);
            writer.runCycle();
        }
    }

    private void passTime() {
        if (random.nextInt(3) == 0) {
            host.advance(distance());
        }
        host.advance(1L + random.nextInt(2 * (int) MS));
        expire();
    }

    private void stepClock(long ns) {
        clockBehindNs = 0;
        host.step(ns);
        host.advance(100 * MS);
        isClockStated = false;
        tell("clock set by " + ns);
        engine.pollCalendar(host.nowNs());
        if (random.nextInt(4) > 0) {
            expire();
            for (int i = 0; i < 100 && writer.runCycle(); i++) {
                // Writes what precedes the change.
            }
            isClockStated = !store.isDead() && journal.isWritable();
        }
    }

    private void expire() {
        latestRealtimeNs = Math.max(latestRealtimeNs, host.realtimeNs());
        engine.pollCalendar(host.nowNs());
        long nowNs = host.nowNs();
        int limit = 10_000;
        while (engine.expire(nowNs, limit, this::fire) == limit) {
            limit = 10_000;
        }
        for (int i = 0; i < KEYS; i++) {
            ExpectedTimer key = expected[i];
            if (key.isLost(host)) {
                fail("lost: key=" + i + " " + key);
            }
        }
    }

    private long fire(SignalRecord firing) {
        if (fatalFiring == 0) {
            fatalFiring = -1;
            throw new Killed();
        }
        ExpectedTimer key = expected[(int) firing.key()];
        firing.publishedNs(host.nowNs());
        long sequence = host.publish(firing.fields());
        firings++;
        flagged += (firing.flags() & SignalRecordLayout.FLAG_MAYBE_DUPLICATE) != 0 ? 1 : 0;
        tell("fires " + firing);
        key.judge(firing, host, isUncertain);
        if (fatalFiring > 0 && --fatalFiring == 0) {
            fatalFiring = -1;
            throw new Killed();
        }
        return sequence;
    }

    private void stopCleanly() {
        for (int i = 0; i < 100 && writer.runCycle(); i++) {
            // Writes the rest.
        }
        complete();
        for (int i = 0; i < 100 && writer.runCycle(); i++) {
            // Writes what was completed.
        }
        boolean complete = !store.isDead() && journal.isWritable() && ring.backlog() == 0;
        journal.close();
        tell("stopped cleanly: " + complete);
        rest(complete);
    }

    private void die() {
        tell("killed");
        rest(false);
    }

    /** No daemon runs for a while; then another starts, in the same boot or the next. */
    private void rest(boolean complete) {
        store.revive();
        isUncertain &= Objects.equals(knownSnapshot, store.snapshot());
        knownSnapshot = store.snapshot();
        if (isUncertain) {
            maybeRepeated();
        }
        waiting.forEach(entry -> expected[(int) entry.command().key()].isCertain = false);
        for (ExpectedTimer key : expected) {
            key.forgetVolatile();
        }
        JournalClock before = null;
        boolean boots = random.nextInt(3) == 0;
        if (boots) {
            before = losePowerOrNot(complete);
            bootAgain();
        } else {
            if (random.nextInt(3) == 0) {
                host.advance(distance());
            }
            if (random.nextInt(3) == 0) {
                host.step((random.nextBoolean() ? 1 : -1) * distance());
            }
            if (random.nextInt(5) == 0) {
                tell("another namespace");
                host.enterNamespace(40 * SECOND * random.nextInt(3));
                maybeRepeated();
            }
        }
        start();
        if (before != null) {
            move(before, ring.clock());
            // Not checked: calendar timers while the clock is that wrong, and which occurrences a periodic timer
            // repeats without the flag, which only its first firing has.
            for (ExpectedTimer key : expected) {
                key.isCertain &= !ring.clock().isAssumed() || (key.isOnce() && !key.isCalendar);
            }
        }
        if (random.nextInt(6) == 0 && !boots) {
            // Two starts in a row, before anything was written.
            start();
        }
        isClockStated = false;
        host.advance(20_000);
        try {
            expire();
        } catch (Killed e) {
            die();
        }
    }

    private void maybeRepeated() {
        isUncertain = true;
        for (ExpectedTimer key : expected) {
            key.mayRepeat = true;
            // A timer that is no longer due may have fired.
            key.isCertain &= !key.isCalendar || host.realtimeNs() >= latestRealtimeNs;
        }
    }

    private JournalClock losePowerOrNot(boolean complete) {
        for (ExpectedTimer key : expected) {
            key.isCertain &= complete || (key.durability == Durability.DISK && !key.isShaky);
        }
        maybeRepeated();
        if (!complete && random.nextInt(4) > 0) {
            tell("power lost");
            store.losePower(random);
        }
        JournalClock last = store.lastClock();
        // A daemon that wrote nothing changed nothing, as if its boot had not happened.
        JournalClock before = last != null && last.isSameBoot(host.current()) ? last : startClock;
        long offNs = before.calendarNs() + before.namespaceNs() - host.calendarNs() - host.namespaceNs();
        if (Math.abs(offNs) > 2 * MS) {
            if (isClockStated && !before.isAssumed()) {
                fail("the clock was set and is not in the journal: " + before + " " + host.current());
            }
            // By another offset, a timer that has fired may not be due now; if the offset was assumed, recovery knows
            // and flags one-shot timers.
            for (ExpectedTimer key : expected) {
                key.isCertain &= key.isCalendar || (before.isAssumed() && key.isOnce());
            }
        }
        return before;
    }

    private void bootAgain() {
        setClock();
        host.advance(distance());
        host.boot(SECOND * (1 + random.nextInt(100)), (int) Math.min(Integer.MAX_VALUE, ring.nextTicket()));
        boolean clockUnset = random.nextInt(8) == 0;
        tell("boot " + clockUnset);
        if (clockUnset) {
            clockBehindNs = host.realtimeNs() - SECOND;
            host.step(-clockBehindNs);
        } else if (random.nextInt(3) == 0) {
            host.step(distance());
        }
    }

    /** Sets the clock if it was not set after the boot. */
    private void setClock() {
        host.step(clockBehindNs);
        clockBehindNs = 0;
    }

    private void move(JournalClock before, JournalClock present) {
        for (ExpectedTimer key : expected) {
            key.move(before.namespaceNs() + before.deltaTo(present) - present.namespaceNs());
        }
    }

    private void settle() {
        host.advance(300 * HOUR);
        try {
            expire();
        } catch (Killed e) {
            die();
        }
    }
}
