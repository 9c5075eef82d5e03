package io.tickbus.daemon;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.daemon.journal.Journal;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.DurableTimers;
import io.tickbus.timer.TimerEngine;

/**
 * Carries out the commands of clients and answers them: at once; or, where the promise is that it is on the disk, when
 * it is. The timer thread's.
 *
 * <p>{@code none}: engine, reply. {@code process}: engine, journal, reply: what is handed to the journal outlives the
 * process. {@code disk}: journal, wait for the disk, engine, journal, reply; nothing of such a timer can be seen before
 * its reply. What a client sends behind a command that waits for the disk waits too, since replies come in the order of
 * the commands; other clients do not notice.
 */
final class CommandDesk {
    private static final int MOST_IN_FLIGHT = 1 << 12;
    private static final int MASK = MOST_IN_FLIGHT - 1;
    /** Entries that one command may need: who the owner is, the command, and that it is done. */
    private static final int MOST_ENTRIES = 3;
    private static final int MOST_COMPLETED = 256;

    private final TimerEngine engine;
    private final SignalPublisher publisher;
    private final DaemonCounters counters;
    private final TimerReply reply = new TimerReply();
    private final DurableTimers durable;
    /** Null for none. */
    private final Journal journal;
    private final CrashPoint crash;
    private final Waiting[] waiting;
    /** The command that does not wait. */
    private final Waiting now = new Waiting();
    private final Snapshots snapshots;
    private long first;
    private long next;

    /** A command on its way, perhaps waiting for the disk. */
    private static final class Waiting {
        private final TimerCommand copy = new TimerCommand();
        private TimerCommand command;
        private ClientSession session;
        private int owner;
        private long sequence;
        private long nowNs;
        private long ticket;

        Waiting of(
                ClientSession newSession, int newOwner, TimerCommand newCommand, long newSequence, long newNowNs) {
            session = newSession;
            owner = newOwner;
            command = newCommand;
            sequence = newSequence;
            nowNs = newNowNs;
            ticket = Journal.NO_TICKET;
            return this;
        }
    }

    CommandDesk(TimerEngine engine, SignalPublisher publisher, DaemonCounters counters, Journal journal,
            CrashPoint crash) {
        this.engine = engine;
        this.publisher = publisher;
        this.counters = counters;
        this.journal = journal;
        this.crash = crash;
        this.durable = DurableTimers.of(engine);
        this.snapshots = journal == null ? null : new Snapshots(durable, journal, this);
        this.waiting = new Waiting[journal == null ? 0 : MOST_IN_FLIGHT];
        for (int i = 0; i < waiting.length; i++) {
            waiting[i] = new Waiting();
        }
    }

    /** Commands that wait for the disk. */
    int inFlight() {
        return (int) (next - first);
    }

    /**
     * Carries out a command, or lets it wait for the disk.
     *
     * @return false where there is no room in the journal: the command stays with its client, and nothing was done
     */
    boolean take(ClientSession session, TimerCommand command, long sequence, long nowNs) {
        int owner = ownerOf(session, command);
        Durability wanted =
                command.type() == CommandLayout.TYPE_ARM ? command.durability() : Durability.NONE;
        ReplyReason objection = wanted == Durability.NONE ? ReplyReason.NONE : objection(session);
        if (objection != ReplyReason.NONE) {
            return refuse(session, command, sequence, ReplyCode.INVALID, objection);
        }
        Durability level = journal == null ? Durability.NONE
                : Durability.stronger(wanted, durable.durability(owner, command.key()));
        if (level == Durability.NONE && session.inFlight() == 0) {
            execute(now.of(session, owner, command, sequence, nowNs));
            return true;
        }
        if (!journal.isWritable()) {
            return refuse(session, command, sequence, ReplyCode.FULL, ReplyReason.JOURNAL_UNAVAILABLE);
        }
        if (!journal.hasRoom(MOST_ENTRIES) || inFlight() == MOST_IN_FLIGHT) {
            return false;
        }
        introduce(session);
        if (level == Durability.DISK || session.inFlight() > 0) {
            enqueue(session, owner, command, sequence, nowNs);
        } else if (execute(now.of(session, owner, command, sequence, nowNs))) {
            crash.reach("acknowledge");
        }
        return true;
    }

    /** Everybody who may connect may cancel what everybody else armed, if he says so: operators clear up. */
    private static int ownerOf(ClientSession session, TimerCommand command) {
        boolean isForOther = command.type() == CommandLayout.TYPE_CANCEL
                && command.flags() == CommandLayout.FLAG_ALL_OWNERS;
        if (isForOther) {
            command.flags(0);
            return (int) command.payloadLow() & Owners.MAX_OWNERS;
        }
        return session.owner();
    }

    private ReplyReason objection(ClientSession session) {
        if (journal == null) {
            return ReplyReason.NO_JOURNAL;
        }
        return session.name().isEmpty() ? ReplyReason.NO_CLIENT_NAME : ReplyReason.NONE;
    }

    private boolean refuse(ClientSession session, TimerCommand command, long sequence, ReplyCode code,
            ReplyReason reason) {
        if (session.inFlight() > 0) {
            // Replies come in the order of the commands.
            return false;
        }
        counters.countCommand(command.type());
        answer(session, sequence, code, reason, command);
        return true;
    }

    private void answer(
            ClientSession session, long sequence, ReplyCode code, ReplyReason reason, TimerCommand command) {
        reply.answer(code, reason, command.key()).timer(session.owner(), 0, 0);
        counters.countReply(reply);
        session.answer(reply.commandSequence(sequence));
    }

    private void introduce(ClientSession session) {
        if (!session.isIntroduced()) {
            journal.owner(session.owner(), session.user(), session.name());
            session.introduced();
        }
    }

    /** Returns whether the journal was told. */
    private boolean execute(Waiting entry) {
        ClientSession session = entry.session;
        int owner = entry.owner;
        TimerCommand command = entry.command;
        counters.countCommand(command.type());
        boolean wasDurable = journal != null && durable.durability(owner, command.key()) != Durability.NONE;
        crash.reach("accept");
        engine.execute(owner, command, entry.nowNs, publisher.nextSequence(), reply);
        ReplyCode code = reply.code();
        boolean isChange = code == ReplyCode.ARMED || code == ReplyCode.CANCELLED || code == ReplyCode.PAUSED
                || code == ReplyCode.RESUMED;
        boolean isTold = journal != null && isChange && (wasDurable || command.durability() != Durability.NONE);
        if (isTold) {
            crash.reach("journal");
            tell(entry);
            crash.reach("journalled");
        }
        counters.countReply(reply);
        session.answer(reply.commandSequence(entry.sequence));
        return isTold;
    }

    private void tell(Waiting entry) {
        boolean isOfClock = entry.command.type() == CommandLayout.TYPE_PAUSE
                || entry.command.type() == CommandLayout.TYPE_RESUME;
        if (!isOfClock) {
            journal.applied(entry.owner, entry.command, entry.nowNs, entry.ticket);
            return;
        }
        // What comes of it depends on what the clocks show now, and must not on what they show to a recovery.
        durable.image(entry.owner, entry.command.key(), journal::image);
        if (entry.ticket != Journal.NO_TICKET) {
            journal.dropped(entry.ticket);
        }
    }

    private void enqueue(ClientSession session, int owner, TimerCommand command, long sequence, long nowNs) {
        Waiting entry = waiting[(int) next & MASK].of(session, owner, null, sequence, nowNs);
        entry.command = entry.copy.copyOf(command);
        crash.reach("intend");
        entry.ticket = journal.intended(owner, command, nowNs, Journal.NO_TICKET);
        next++;
        session.inFlight(1);
    }

    /** Carries out what is on the disk by now; returns how many commands were done. */
    int complete() {
        int count = 0;
        while (first < next && count < MOST_COMPLETED) {
            Waiting entry = waiting[(int) first & MASK];
            boolean isSynced = entry.ticket <= journal.syncedTicket();
            if ((!isSynced && journal.isWritable()) || (isSynced && !journal.hasRoom(MOST_ENTRIES))) {
                break;
            }
            first++;
            count++;
            entry.session.inFlight(-1);
            finish(entry, isSynced);
            entry.session = null;
        }
        return count;
    }

    private void finish(Waiting entry, boolean isSynced) {
        ClientSession session = entry.session;
        if (session.isDismissed() || !session.isTrusted()) {
            journal.dropped(entry.ticket);
        } else if (!isSynced) {
            journal.dropped(entry.ticket);
            answer(session, entry.sequence, ReplyCode.FULL, ReplyReason.JOURNAL_UNAVAILABLE, entry.command);
        } else {
            crash.reach("synced");
            if (!execute(entry)) {
                journal.dropped(entry.ticket);
            }
            crash.reach("acknowledge");
        }
    }

    /** Says once more what waits for the disk, so that it stands behind the beginning of a snapshot. */
    void restate() {
        for (long i = first; i < next; i++) {
            Waiting entry = waiting[(int) i & MASK];
            journal.intended(entry.owner, entry.command, entry.nowNs, entry.ticket);
        }
    }

    /** A bounded piece of what can wait. */
    int doHousekeeping() {
        return snapshots == null ? 0 : snapshots.doWork();
    }
}
