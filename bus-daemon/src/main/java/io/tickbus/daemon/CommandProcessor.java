// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.core.timer.TimerScope;
import io.tickbus.daemon.journal.Journal;
import io.tickbus.daemon.late.CommandHistory;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.DurableTimers;
import io.tickbus.timer.TimerEngine;

/**
 * Carries out the commands of clients and answers them: at once, or, if the command must be on the disk first, when it
 * is. The timer thread's.
 *
 * <p>{@code none}: engine, reply. {@code process}: engine, journal, reply; what is handed to the journal outlives the
 * process. {@code disk}: journal, wait for the disk, engine, journal, reply; nothing of such a timer can be seen before
 * its reply. Commands of the same client behind one that waits for the disk wait too, since replies come in the order
 * of the commands; other clients do not notice.
 */
final class CommandProcessor {
    /** Journal entries that one command may need: its owner, its schedule, the command, and that it is done. */
    private static final int MAX_JOURNAL_ENTRIES = 3 + Journal.MAX_SCHEDULE_ENTRIES;

    private final TimerEngine engine;
    private final SignalPublisher publisher;
    private final DaemonCounters counters;
    private final CrashPoint crash;
    private final CommandHistory history;
    private final TimerReply reply = new TimerReply();
    private final DurableTimers durable;
    private final ClusterGateway gateway;
    private final ScheduleIntake schedules;
    /** Null for none; so are the next two. */
    private final Journal journal;
    private final DurableCommandQueue waiting;
    private final SnapshotTaker snapshots;

    CommandProcessor(TimerEngine engine, SignalPublisher publisher, DaemonCounters counters, Journal journal,
            CrashPoint crash, CommandHistory history, TaskMailboxes tasks) {
        this.history = history;
        this.engine = engine;
        this.publisher = publisher;
        this.counters = counters;
        this.journal = journal;
        this.crash = crash;
        this.durable = DurableTimers.of(engine);
        this.gateway = new ClusterGateway(counters);
        this.schedules = new ScheduleIntake(engine, tasks);
        this.waiting = journal == null ? null : new DurableCommandQueue(journal, durable, this::complete);
        this.snapshots = journal == null ? null : new SnapshotTaker(durable, journal, waiting);
    }

    /** Commands that wait for the disk. */
    int waiting() {
        return waiting == null ? 0 : waiting.size();
    }

    /**
     * Carries out a command, or keeps it until it is on the disk.
     *
     * @return false if the journal has no room: the command stays with its client, and nothing was done
     */
    boolean process(ServedClient client, TimerCommand command, long sequence, long nowNs) {
        if (command.type() == CommandLayout.TYPE_DEFINE) {
            return define(client, command);
        }
        boolean isQuiet = command.isQuiet();
        command.quiet(false);
        if (ClusterGateway.isFor(command)) {
            return submit(client, command, sequence, nowNs);
        }
        int owner = ownerOf(client, command);
        Durability wanted = command.type() == CommandLayout.TYPE_ARM ? command.durability() : Durability.NONE;
        ReplyReason objection = wanted == Durability.NONE ? ReplyReason.NONE : objection(client);
        if (objection != ReplyReason.NONE) {
            return refuse(client, command, sequence, ReplyCode.INVALID, objection);
        }
        Durability level = journal == null ? Durability.NONE
                : Durability.stronger(wanted, durable.durability(owner, command.key()));
        if (level == Durability.NONE && client.inFlight() == 0) {
            execute(owner, command, nowNs, Journal.NO_TICKET, false);
            if (!isQuiet || isRefusal(reply.code())) {
                reply(client, sequence);
            }
            return true;
        }
        if (!journal.isWritable()) {
            return refuse(client, command, sequence, ReplyCode.FULL, ReplyReason.JOURNAL_UNAVAILABLE);
        }
        if (!journal.hasRoom(MAX_JOURNAL_ENTRIES) || waiting.isFull()) {
            history.journalBlocked(nowNs);
            return false;
        }
        introduce(client);
        if (level == Durability.DISK || client.inFlight() > 0) {
            crash.reach("intend");
            waiting.add(client, owner, command, sequence, nowNs);
            return true;
        }
        boolean isRecorded = execute(owner, command, nowNs, Journal.NO_TICKET, true);
        reply(client, sequence);
        if (isRecorded) {
            crash.reach("acknowledge");
        }
        return true;
    }

    /** A command with a scope is answered twice, and not in the order of the commands the second time. */
    private boolean submit(ServedClient client, TimerCommand command, long sequence, long nowNs) {
        if (client.inFlight() > 0) {
            return false;
        }
        // Schedules are of one host.
        boolean hasSchedule = command.type() == CommandLayout.TYPE_ARM && command.periodNs() < 0;
        ReplyReason objection = hasSchedule ? ReplyReason.BAD_SCOPE
                : gateway.take(client, command, sequence, publisher.nextSequence(), nowNs);
        if (objection != ReplyReason.NONE) {
            return refuse(client, command, sequence, objection == ReplyReason.CLUSTER_FULL ? ReplyCode.FULL
                    : ReplyCode.INVALID, objection);
        }
        if (command.scope() != TimerScope.HOST) {
            counters.countCommand(command.type());
            reply.answer(ReplyCode.SUBMITTED, ReplyReason.NONE, command.key())
                    .timer(client.owner(), command.signalId(), command.periodNs());
            reply(client, sequence);
        }
        return true;
    }

    /** A part of a schedule, which is never answered, but must not overtake commands of its client that wait. */
    private boolean define(ServedClient client, TimerCommand part) {
        boolean isBehind = client.inFlight() > 0;
        if ((isBehind && waiting.isFull()) || !schedules.take(client.schedules(), part)) {
            return false;
        }
        if (isBehind) {
            waiting.addDone(client);
        }
        return true;
    }

    /** Hands commands to the cluster. */
    void pollGateway(long nowNs) {
        gateway.poll(nowNs);
    }

    /** Every client may cancel the timers of any other if it says so, so that operators can clean up. */
    private static int ownerOf(ServedClient client, TimerCommand command) {
        boolean isForOther = command.type() == CommandLayout.TYPE_CANCEL
                && command.flags() == CommandLayout.FLAG_ALL_OWNERS;
        if (isForOther) {
            command.flags(0);
            return (int) command.payloadLow() & OwnerRegistry.MAX_OWNERS;
        }
        return client.owner();
    }

    private ReplyReason objection(ServedClient client) {
        if (journal == null) {
            return ReplyReason.NO_JOURNAL;
        }
        return client.name().isEmpty() ? ReplyReason.NO_CLIENT_NAME : ReplyReason.NONE;
    }

    private void introduce(ServedClient client) {
        if (!client.isIntroduced()) {
            journal.nameOwner(client.owner(), client.user(), client.name());
            client.introduced();
        }
    }

    /** Refuses a command, unless others of its client wait: replies come in the order of the commands. */
    private boolean refuse(ServedClient client, TimerCommand command, long sequence, ReplyCode code,
            ReplyReason reason) {
        if (client.inFlight() > 0) {
            return false;
        }
        counters.countCommand(command.type());
        replyRefused(client, command, sequence, code, reason);
        return true;
    }

    private void replyRefused(ServedClient client, TimerCommand command, long sequence, ReplyCode code,
            ReplyReason reason) {
        reply.answer(code, reason, command.key()).timer(client.owner(), 0, 0);
        reply(client, sequence);
    }

    /**
     * Has the engine carry a command out, whose answer is in {@link #reply} then, and tells the journal what has
     * changed of a durable timer.
     *
     * @return whether there was something to tell
     */
    private boolean execute(int owner, TimerCommand command, long nowNs, long ticket, boolean isDurable) {
        counters.countCommand(command.type());
        crash.reach("accept");
        history.count();
        engine.execute(owner, command, nowNs, publisher.nextSequence(), reply);
        if (reply.code() == ReplyCode.ARMED && reply.deadlineNs() < nowNs) {
            history.armedLate(owner, command.generation(), nowNs, nowNs);
        }
        boolean isRecorded = isDurable && isChange(reply.code());
        if (isRecorded) {
            crash.reach("journal");
            record(owner, command, nowNs, ticket);
            crash.reach("journalled");
        }
        return isRecorded;
    }

    private static boolean isRefusal(ReplyCode code) {
        return code == ReplyCode.FULL || code == ReplyCode.INVALID;
    }

    private static boolean isChange(ReplyCode code) {
        return code == ReplyCode.ARMED || code == ReplyCode.CANCELLED || code == ReplyCode.PAUSED
                || code == ReplyCode.RESUMED;
    }

    private void record(int owner, TimerCommand command, long nowNs, long ticket) {
        boolean isScheduled = command.type() == CommandLayout.TYPE_ARM && command.periodNs() < 0;
        boolean dependsOnClock = isScheduled || command.type() == CommandLayout.TYPE_PAUSE
                || command.type() == CommandLayout.TYPE_RESUME;
        // A volatile timer in place of a durable one, or one whose schedule was over after its pause.
        boolean hasEnded = dependsOnClock && (isScheduled ? command.durability() == Durability.NONE
                : reply.code() == ReplyCode.CANCELLED);
        if (hasEnded) {
            command.cancel(command.key());
        }
        if (!dependsOnClock || hasEnded) {
            journal.appendApplied(owner, command, nowNs, ticket);
            return;
        }
        // Its outcome depends on what the clocks show now and, with a schedule, on the rules of time zones that this
        // JVM has. A recovery must not depend on those of then.
        durable.image(owner, command.key(), journal::appendImage);
        if (ticket != Journal.NO_TICKET) {
            journal.appendAborted(ticket);
        }
    }

    private void reply(ServedClient client, long sequence) {
        counters.countReply(reply);
        client.answer(reply.commandSequence(sequence));
    }

    /** Carries out what is on the disk by now. */
    void completeWaiting() {
        if (waiting != null) {
            waiting.poll(MAX_JOURNAL_ENTRIES);
        }
    }

    private void complete(DurableCommandQueue.Entry entry, boolean isSynced) {
        ServedClient client = entry.client;
        TimerCommand command = entry.command;
        if (command.type() == CommandLayout.TYPE_DEFINE) {
            return;
        }
        if (client.isClosed() || !client.isTrusted()) {
            journal.appendAborted(entry.ticket);
        } else if (!isSynced) {
            journal.appendAborted(entry.ticket);
            replyRefused(client, command, entry.sequence, ReplyCode.FULL, ReplyReason.JOURNAL_UNAVAILABLE);
        } else {
            crash.reach("synced");
            boolean isDurable = command.durability() != Durability.NONE
                    || durable.durability(entry.owner, command.key()) != Durability.NONE;
            boolean isRecorded = execute(entry.owner, command, entry.nowNs, entry.ticket, isDurable);
            long executedNs = System.nanoTime();
            if (reply.code() == ReplyCode.ARMED && reply.deadlineNs() < executedNs) {
                history.armedLate(entry.owner, command.generation(), entry.nowNs, executedNs);
            }
            reply(client, entry.sequence);
            if (!isRecorded) {
                journal.appendAborted(entry.ticket);
            }
            crash.reach("acknowledge");
        }
    }

    /** A bounded piece of what can wait. */
    int doHousekeeping() {
        return snapshots == null ? 0 : snapshots.doWork();
    }
}
