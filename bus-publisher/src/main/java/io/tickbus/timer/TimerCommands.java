package io.tickbus.timer;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;

/** Carries out what owners command, within their quotas, and answers. */
final class TimerCommands {
    private final TimerStore store;
    private final TimerTable table;
    private TimerQuotas quotas;
    private RateQuotas rates = RateQuotas.NONE;
    private int ownUser = TimerEngine.OWN_USER;

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

    RateQuotas rates() {
        return rates;
    }

    void rates(RateQuotas newRates) {
        rates = newRates;
    }

    void ownUser(int newOwnUser) {
        ownUser = newOwnUser;
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
            ReplyReason refusal = owner == OwnerAccounts.HOST ? ReplyReason.NONE
                    : objection(account, timer, command.periodNs(), nowNs);
            refusal = refusal == ReplyReason.NONE ? arm(owner, timer, command, clockNs) : refusal;
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

    /** What an arming would go beyond of the limits of its owner and its user. */
    private ReplyReason objection(OwnerAccount account, int timer, long periodNs, long nowNs) {
        UserAccount user = account.user();
        if (timer == KeyIndex.NONE && account.timers() >= quotas.maxTimersPerOwner()) {
            return ReplyReason.OWNER_QUOTA;
        }
        if (timer == KeyIndex.NONE && user.user() != ownUser && user.timers() >= quotas.maxTimersPerUser()) {
            return ReplyReason.USER_QUOTA;
        }
        long share = RateMeter.share(periodNs) - (timer == KeyIndex.NONE ? 0 : RateMeter.share(table.periodNs(timer)));
        if (share > 0 && !(account.rates().hasRoom(share, rates.firingsPerOwner())
                && user.rates().hasRoom(share, rates.firingsPerUser()))) {
            return ReplyReason.RATE_QUOTA;
        }
        boolean mayArm = account.rates().mayArm(nowNs, rates.armsPerOwner(), rates.armsBurst())
                && user.rates().mayArm(nowNs, rates.armsPerUser(), rates.armsBurst());
        if (!mayArm) {
            return ReplyReason.ARMING_QUOTA;
        }
        account.rates().armed();
        user.rates().armed();
        return ReplyReason.NONE;
    }

    private ReplyReason arm(int owner, int timer, TimerCommand command, long nowNs) {
        boolean isDone = timer != KeyIndex.NONE ? store.replace(timer, command, nowNs)
                : store.size() < quotas.maxTimers() && store.add(owner, command, nowNs);
        return isDone ? ReplyReason.NONE : ReplyReason.DAEMON_QUOTA;
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
                if (store.resume(timer, nowNs)) {
                    reply.answer(ReplyCode.RESUMED, ReplyReason.NONE, key)
                            .deadlineNs(store.monotonicNs(timer, table.dueNs(timer)));
                } else {
                    reply.answer(ReplyCode.FULL, ReplyReason.DAEMON_QUOTA, key);
                }
            }
        }
        reply.timer(owner, signalId, periodNs);
    }
}
