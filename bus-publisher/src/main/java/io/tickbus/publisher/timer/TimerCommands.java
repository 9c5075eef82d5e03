package io.tickbus.publisher.timer;

import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;

/** Carries out what owners command, within their quotas, and answers. */
final class TimerCommands {
    private final TimerStore store;
    private final TimerTable table;
    private TimerQuotas quotas;

    TimerCommands(TimerStore store, TimerQuotas quotas) {
        this.store = store;
        this.table = store.table();
        this.quotas = quotas;
    }

    TimerQuotas quotas() {
        return quotas;
    }

    void quotas(TimerQuotas newQuotas) {
        quotas = newQuotas;
    }

    /** As {@link TimerEngine#execute(int, TimerCommand, long, long, TimerReply)}. */
    void execute(int owner, TimerCommand command, long nowNs, long nextSignalSequence, TimerReply reply) {
        OwnerAccount account = store.owners().find(owner);
        boolean isArming = command.type() == CommandLayout.TYPE_ARM;
        long clockNs = isArming && TimerStore.isCalendar(command) ? realtimeNs(nowNs) : nowNs;
        ReplyReason reason = account == null || !account.serves(command.type()) ? ReplyReason.CLOSED
                : CommandCheck.reasonAgainst(command, clockNs);
        if (reason != ReplyReason.NONE) {
            reply.answer(ReplyCode.INVALID, reason, command.key()).timer(owner, 0, 0);
            return;
        }
        int timer = store.find(owner, command.key());
        if (isArming) {
            ReplyReason refusal = arm(owner, account, timer, command, clockNs);
            reply.answer(refusal == ReplyReason.NONE ? ReplyCode.ARMED : ReplyCode.FULL, refusal, command.key())
                    .timer(owner, command.signalId(), command.periodNs());
            if (refusal == ReplyReason.NONE) {
                // By the difference of the clocks, which is 0 but for a calendar timer.
                long deadlineNs = Math.max(0, command.deadlineNs() - (clockNs - nowNs));
                reply.deadlineNs(deadlineNs).signalSequence(nextSignalSequence);
            }
        } else if (timer == KeyIndex.NONE) {
            long hash = store.index().hash(owner, command.key());
            long sequence = store.fired().log().find(hash, account.generation(), command.key());
            boolean hasFired = sequence != FiredLog.NONE;
            reply.answer(hasFired ? ReplyCode.ALREADY_FIRED : ReplyCode.UNKNOWN, ReplyReason.NONE, command.key())
                    .timer(owner, 0, 0).signalSequence(hasFired ? sequence : nextSignalSequence);
        } else {
            boolean isAsked = command.type() != CommandLayout.TYPE_CANCEL && table.isCalendar(timer);
            change(timer, account, command, isAsked ? realtimeNs(nowNs) : nowNs, reply);
            reply.signalSequence(nextSignalSequence);
        }
    }

    private long realtimeNs(long nowNs) {
        store.lookAtClock();
        return store.clock().realtimeNs(nowNs);
    }

    private ReplyReason arm(int owner, OwnerAccount account, int timer, TimerCommand command, long nowNs) {
        if (timer != KeyIndex.NONE) {
            store.replace(timer, command, nowNs);
            return ReplyReason.NONE;
        }
        if (owner != OwnerAccounts.HOST && account.timers() >= quotas.maxTimersPerOwner()) {
            return ReplyReason.OWNER_QUOTA;
        }
        boolean isAdded = store.size() < quotas.maxTimers() && store.add(owner, command, nowNs);
        return isAdded ? ReplyReason.NONE : ReplyReason.DAEMON_QUOTA;
    }

    private void change(int timer, OwnerAccount account, TimerCommand command, long nowNs, TimerReply reply) {
        long key = command.key();
        int owner = table.owner(timer);
        int signalId = table.signalId(timer);
        long periodNs = table.periodNs(timer);
        switch (command.type()) {
            case CommandLayout.TYPE_CANCEL -> {
                // Of an earlier arming: the answer to one more cancellation must not be that this one fired.
                store.fired().log().remove(store.index().hash(owner, key), account.generation(), key);
                store.cancel(timer);
                reply.answer(ReplyCode.CANCELLED, ReplyReason.NONE, key);
            }
            case CommandLayout.TYPE_PAUSE -> {
                store.pause(timer, nowNs);
                reply.answer(ReplyCode.PAUSED, ReplyReason.NONE, key);
            }
            default -> {
                store.resume(timer, nowNs);
                reply.answer(ReplyCode.RESUMED, ReplyReason.NONE, key)
                        .deadlineNs(store.monotonicNs(timer, table.dueNs(timer)));
            }
        }
        reply.timer(owner, signalId, periodNs);
    }
}
