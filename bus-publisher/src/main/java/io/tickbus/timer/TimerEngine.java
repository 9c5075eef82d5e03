// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/**
 * Timers by owner and key: carries out commands and fires what is due. It needs no file and no thread: a user's own
 * loop drives it with {@link #arm(long, int, long)} and {@link #expire}.
 *
 * <p>A one-shot timer fires once, however late, and is LATE beyond its grace. A periodic one is due at {@code anchor +
 * n × period} and never drifts; its {@link io.tickbus.core.timer.MisfirePolicy} decides what happens to occurrences
 * that are later than the grace. A deadline in the past is legal: the timer fires at once.
 *
 * <p>Firings are in deadline order, those of equal deadlines in arming order. A periodic timer that is behind by more
 * than 100 µs takes turns with other due timers while it catches up, so that it does not delay them all.
 *
 * <p>A calendar timer ({@link CommandLayout#FLAG_CALENDAR}) has its deadline in CLOCK_REALTIME, follows that clock
 * whenever it is set, and never fires before the clock shows its time. A timer that has fired does not fire again when
 * the clock is set back; one that becomes due when the clock is set forward fires at once. Records and replies are in
 * CLOCK_MONOTONIC, converted by the present difference of the clocks. If a calendar timer and another are due in the
 * same nanosecond, either may fire first.
 *
 * <p>A calendar timer may have a schedule instead of a period ({@link TimerCommand#calendar}). It is due at the
 * schedule's instants, numbered as they come: a number that has fired does not fire again, however the clock is set.
 * Its last firing is marked LAST. One that is resumed after its last occurrence ends, and is answered CANCELLED.
 *
 * <p>A paused one-shot timer keeps the time that was left, so the pause moves its deadline. A paused periodic timer
 * keeps its phase: occurrences that had not fired when it was paused, or that fall into the pause, neither fire nor
 * count as missed, but keep their numbers. Arming a key replaces its timer entirely, paused or not.
 *
 * <p>Owner 0 is the host itself and always open; other owners are opened and closed. When an owner's last client is
 * gone, {@link #cancelOwner} stops its ephemeral timers at once; {@link #doHousekeeping} removes them step by step. Its
 * persistent timers continue.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> never blocks. {@link #execute} and each firing take constant time and
 * allocate nothing, except when the arrays grow by a few thousand timers; {@link #openOwner} allocates, and so does
 * reading CLOCK_REALTIME: some bytes in a call in which a calendar timer is armed or due.
 * <b>Loss:</b> no firing is lost: occurrences that do not fire on their own are counted in one that does.
 * <b>Errors:</b> none for any command; {@code IllegalArgumentException} for an owner out of range.
 */
public final class TimerEngine implements TimerQueue {
    /** {@link #list}: the timers of every owner. */
    public static final int ALL_OWNERS = -1;
    /** The user of this process, until {@link #ownUser(int)} sets another id. */
    public static final int OWN_USER = -1;

    private static final int FIRED_LOG_ENTRIES = 1 << 16;
    private final OwnerQuotas owners;
    private final TimerStore store;
    private final TimerWheels wheels;
    private final TimerListing listing;
    private final SignalRecord firing = new SignalRecord();
    private final TimerCommand shortCommand = new TimerCommand();
    /** An arming by a schedule, with the deadline of its first occurrence. */
    private final TimerCommand scheduled = new TimerCommand();
    private final TimerReply shortReply = new TimerReply();
    /** The generation of the host's own latest command. */
    private int generation = new SecureRandom().nextInt();
    /** Whether the store may be inconsistent: true while a change runs, false while a handler does. */
    private boolean isChanging;
    /** Whether the handler may not have published the firing yet. */
    private boolean inFlight;
    private long sequenceBefore;
    private boolean isExpiring;
    /** Whether the last {@link #expire} may have left due timers. */
    private boolean isBehind;

    private TimerEngine(TimerQuotas quotas, int firedLogEntries, LongSupplier calendarOffset) {
        owners = new OwnerQuotas(quotas);
        store = new TimerStore(new SecureRandom().nextLong(), firedLogEntries, calendarOffset, owners);
        wheels = store.wheels();
        listing = store.listing();
    }

    /** An engine that remembers about 65,536 firings. */
    public static TimerEngine create(TimerQuotas quotas) {
        return create(quotas, FIRED_LOG_ENTRIES);
    }

    /**
     * An engine without timers.
     *
     * @param quotas          how many timers there may be
     * @param firedLogEntries how many firings are remembered for {@code ALREADY_FIRED}, a power of two up to 2^24; a
     *                        later firing of the same hash displaces an earlier one
     */
    public static TimerEngine create(TimerQuotas quotas, int firedLogEntries) {
        return create(quotas, firedLogEntries, CalendarOffset::measureNs);
    }

    /**
     * An engine with the caller's own CLOCK_REALTIME.
     *
     * @param calendarOffset by how many nanoseconds it is ahead of CLOCK_MONOTONIC, or less; read before a calendar
     *                       timer fires and whenever one is armed
     */
    public static TimerEngine create(TimerQuotas quotas, int firedLogEntries, LongSupplier calendarOffset) {
        return new TimerEngine(quotas, firedLogEntries, calendarOffset);
    }

    /** Sets how many timers there may be from now on; existing timers stay. */
    public void quotas(TimerQuotas newQuotas) {
        owners.limits(newQuotas);
    }

    /** Sets the rates of each owner and user from now on; initially there is no limit. */
    public void rates(RateQuotas newRates) {
        owners.rates(newRates);
    }

    /** The rates in force. */
    public RateQuotas rates() {
        return owners.rates();
    }

    /** Sets the user of this process, whose timers no limit of users applies to. */
    public void ownUser(int newOwnUser) {
        owners.ownUser(newOwnUser);
    }

    /**
     * Sets how many bytes of memory the timers may take before new ones are rejected as beyond the quota; existing
     * timers may take a little more.
     */
    public void maxBytes(long newMaxBytes) {
        store.maxBytes(newMaxBytes);
    }

    /** The quotas in force. */
    public TimerQuotas quotas() {
        return owners.limits();
    }

    /**
     * Sets the longest slack of a firing in nanoseconds, at least 0: how far it may be delayed on purpose so that
     * firings share a wake-up. Initially 0. A firing that uses its slack is not late: its grace begins after the slack.
     */
    public void ecoSlackNs(long newEcoSlackNs) {
        if (newEcoSlackNs < 0) {
            throw new IllegalArgumentException("a slack must be at least 0: ecoSlackNs=" + newEcoSlackNs);
        }
        store.ecoSlackNs(newEcoSlackNs);
    }

    /**
     * Allows an owner to send commands. A closed owner that still has timers gets them back.
     *
     * @param owner 0 to 65,535
     * @return false while its timers are being cancelled; try again after some {@link #doHousekeeping}
     */
    public boolean openOwner(int owner) {
        return openOwner(owner, OWN_USER);
    }

    /** As {@link #openOwner(int)}, for an owner that belongs to a user, by numeric id. */
    public boolean openOwner(int owner, int user) {
        isChanging = true;
        boolean isOpen = owners.open(owner, user);
        isChanging = false;
        return isOpen;
    }

    /** Sets the user of an owner whose timers were recovered. */
    public void assignOwner(int owner, int user) {
        owners.assign(owner, user);
    }

    /**
     * An owner's last client is gone: it may send no more commands, and its ephemeral timers end.
     *
     * @param owner 1 to 65,535
     */
    public void cancelOwner(int owner) {
        isChanging = true;
        owners.cancel(owner);
        isChanging = false;
    }

    /**
     * Removes an owner that has no timers left.
     *
     * @param owner 1 to 65,535
     * @return whether the number may be reused; false as long as there are timers
     */
    public boolean closeOwner(int owner) {
        isChanging = true;
        boolean isClosed = owners.close(owner);
        isChanging = false;
        return isClosed;
    }

    /** Timers of an owner, including paused ones and those that are about to be cancelled. */
    public int pending(int owner) {
        OwnerQuota quota = owners.find(owner);
        return quota == null ? 0 : quota.timers();
    }

    /** Whether an owner may send commands. */
    boolean isOpen(int owner) {
        OwnerQuota quota = owners.find(owner);
        return quota != null && quota.isOpen();
    }

    /** Timers of all owners, including paused ones and those that are about to be cancelled. */
    public int pending() {
        return store.size();
    }

    /** Bytes of memory that the timers have taken, including the wheel's and the index's; it is never released. */
    public long sizeBytes() {
        return store.sizeBytes();
    }

    /** Arms a one-shot timer of the host itself. */
    public ReplyCode arm(long key, int signalId, long deadlineNs) {
        return execute(shortCommand.arm(key, signalId, deadlineNs));
    }

    /** Arms a periodic timer of the host itself: FIRE_ONCE, with the grace of {@link TimerCommand#DEFAULT_GRACE_US}. */
    public ReplyCode armEvery(long key, int signalId, long anchorNs, long periodNs) {
        return execute(shortCommand.arm(key, signalId, anchorNs).periodNs(periodNs));
    }

    /** Cancels a timer of the host itself. */
    public ReplyCode cancel(long key) {
        return execute(shortCommand.cancel(key));
    }

    /**
     * Carries out any command for the host itself, and gives it the next generation. A one-shot timer armed this way
     * has no slack in eco mode.
     */
    public ReplyCode execute(TimerCommand command) {
        if (command.schedule() != null && !hasSchedule(command.schedule().id())) {
            define(ScheduleParts.parse(command.schedule().text()));
        }
        generation = generation == -1 ? 1 : generation + 1;
        command.generation(generation);
        long nowNs = command.deadlineNs();
        if (command.type() == CommandLayout.TYPE_ARM && TimerStore.isCalendar(command)) {
            nowNs = command.periodNs() < 0 && nowNs == 0 ? System.nanoTime() : wheels.readMonotonicNs(nowNs);
        }
        execute(OwnerQuotas.HOST, command, nowNs, 0, shortReply);
        return shortReply.code();
    }

    /**
     * Carries out ARM, CANCEL, PAUSE or RESUME; any other command is INVALID. A command that is FULL or INVALID changes
     * nothing.
     *
     * @param owner              the timer's owner. If it is not open, the command is INVALID with the reason CLOSED,
     *                           except that its persistent timers can still be cancelled
     * @param nowNs              CLOCK_MONOTONIC nanoseconds
     * @param nextSignalSequence the sequence that the next signal will get
     * @param reply              filled in, except for {@code commandSequence}
     */
    public void execute(int owner, TimerCommand command, long nowNs, long nextSignalSequence, TimerReply reply) {
        isChanging = true;
        OwnerQuota quota = owners.find(owner);
        boolean isArming = command.type() == CommandLayout.TYPE_ARM;
        long clockNs = isArming && TimerStore.isCalendar(command) ? wheels.readRealtimeNs(nowNs) : nowNs;
        ReplyReason reason = quota == null || !quota.accepts(command.type()) ? ReplyReason.CLOSED
                : CommandCheck.reasonAgainst(command, clockNs);
        TimerCommand arming = command;
        if (reason == ReplyReason.NONE && isArming && command.periodNs() < 0) {
            arming = scheduled;
            reason = resolveFirst(command, clockNs);
        }
        if (reason != ReplyReason.NONE) {
            reply.answer(reason == ReplyReason.DAEMON_QUOTA ? ReplyCode.FULL : ReplyCode.INVALID, reason, command.key())
                    .timer(owner, 0, 0);
        } else {
            long hash = store.hash(owner, command.key());
            int timer = store.find(hash, owner, command.key());
            if (isArming) {
                ReplyReason refusal = arm(hash, owner, quota, timer, arming, nowNs, clockNs);
                answerArming(owner, arming, refusal, clockNs - nowNs, reply);
                reply.signalSequence(refusal == ReplyReason.NONE ? nextSignalSequence : 0);
            } else if (timer == TimerStore.NONE) {
                answerMissing(hash, owner, command.key(), nextSignalSequence, reply);
            } else {
                change(hash, owner, timer, command, nowNs, reply);
                reply.signalSequence(nextSignalSequence);
            }
        }
        isChanging = false;
    }

    /** Makes {@link #scheduled} an arming with the deadline of its first occurrence, or says why there is none. */
    private ReplyReason resolveFirst(TimerCommand command, long clockNs) {
        if (store.schedules().of(command.periodNs()) == null) {
            return store.isFull() ? ReplyReason.DAEMON_QUOTA : ReplyReason.BAD_SCHEDULE;
        }
        long firstNs = store.recurrence().firstNs(command.periodNs(),
                command.deadlineNs() == 0 ? clockNs : command.deadlineNs());
        if (firstNs == Saturating.NEVER_NS) {
            return ReplyReason.NEVER_DUE;
        }
        // With a time to begin at, it is not due before that, even if the rules of its time zone change.
        scheduled.copyOf(command).deadlineNs(firstNs).notBefore(command.deadlineNs() != 0);
        return ReplyReason.NONE;
    }

    /** Whether a schedule is there that armings may name by its number; it then stays a while longer. */
    public boolean hasSchedule(long id) {
        return store.schedules().want(id);
    }

    /**
     * Makes a schedule known, so that armings may name it by its number, unless the memory of {@link #maxBytes} is
     * full: such an arming is FULL. It stays while timers have it, and a while longer. Allocates.
     */
    public void define(CalendarSchedule schedule) {
        isChanging = true;
        Schedules schedules = store.schedules();
        if (store.isFull()) {
            schedules.removeUnused(0);
        }
        if (!store.isFull()) {
            schedules.add(schedule);
            schedules.removeUnused(Schedules.MAX_UNUSED);
        }
        isChanging = false;
    }

    /** Passes the text of a schedule in parts, each as LISTED_TEXT, and LIST_END; only that if it is not there. */
    public void describe(long id, ReplySink sink, TimerReply scratch) {
        store.schedules().list(id, sink, scratch);
    }

    /** Arms a new timer or replaces one of the same key; returns why that is rejected, or {@link ReplyReason#NONE}. */
    private ReplyReason arm(long hash, int owner, OwnerQuota quota, int timer, TimerCommand command, long nowNs,
            long clockNs) {
        boolean isNew = timer == TimerStore.NONE;
        if (owner != OwnerQuotas.HOST) {
            ReplyReason refusal =
                    owners.admit(quota, isNew, store.recurrence().share(command.periodNs())
                            - (isNew ? 0 : store.share(timer)), nowNs);
            if (refusal != ReplyReason.NONE) {
                return refusal;
            }
        }
        boolean isArmed = isNew ? store.size() < owners.limits().maxTimers() && store.arm(hash, owner, command, clockNs)
                : store.rearm(timer, command, clockNs);
        return isArmed ? ReplyReason.NONE : ReplyReason.DAEMON_QUOTA;
    }

    /** The difference of the clocks is 0 except for a calendar timer. */
    private static void answerArming(int owner, TimerCommand command, ReplyReason refusal, long differenceNs,
            TimerReply reply) {
        boolean isArmed = refusal == ReplyReason.NONE;
        reply.answer(isArmed ? ReplyCode.ARMED : ReplyCode.FULL, refusal, command.key())
                .timer(owner, command.signalId(), command.periodNs());
        if (isArmed) {
            reply.deadlineNs(Math.max(0, command.deadlineNs() - differenceNs));
        }
    }

    private void answerMissing(long hash, int owner, long key, long nextSignalSequence, TimerReply reply) {
        long sequence = store.firedSequence(hash, owner, key);
        boolean hasFired = sequence != FiredLog.NONE;
        reply.answer(hasFired ? ReplyCode.ALREADY_FIRED : ReplyCode.UNKNOWN, ReplyReason.NONE, key)
                .timer(owner, 0, 0).signalSequence(hasFired ? sequence : nextSignalSequence);
    }

    private void change(long hash, int owner, int timer, TimerCommand command, long nowNs, TimerReply reply) {
        long key = command.key();
        int signalId = store.signalId(timer);
        long periodNs = store.periodNs(timer);
        if (command.type() == CommandLayout.TYPE_CANCEL) {
            store.cancelForgetting(hash, timer);
            reply.answer(ReplyCode.CANCELLED, ReplyReason.NONE, key);
        } else {
            long clockNs = store.isCalendar(timer) ? wheels.readRealtimeNs(nowNs) : nowNs;
            if (command.type() == CommandLayout.TYPE_PAUSE) {
                store.pause(timer, clockNs);
                reply.answer(ReplyCode.PAUSED, ReplyReason.NONE, key);
            } else if (store.isOverAfterPause(timer, clockNs)) {
                store.cancelForgetting(hash, timer);
                reply.answer(ReplyCode.CANCELLED, ReplyReason.NONE, key);
            } else if (store.resume(timer, clockNs)) {
                reply.answer(ReplyCode.RESUMED, ReplyReason.NONE, key).deadlineNs(store.dueNs(timer));
            } else {
                reply.answer(ReplyCode.FULL, ReplyReason.DAEMON_QUOTA, key);
            }
        }
        reply.timer(owner, signalId, periodNs);
    }

    /**
     * Prefetches what the following {@link #execute} calls for these commands will use. Changes nothing.
     *
     * @param count how many of the commands, from the first on; at most 64 are prefetched
     */
    public void prefetch(int owner, TimerCommand[] commands, int count) {
        store.prefetch(owner, commands, count);
    }

    @Override
    public long nextDeadlineNs() {
        isChanging = true;
        long next = wheels.nextDeadlineNs();
        isChanging = false;
        return next;
    }

    @Override
    public long shortestSlackNs() {
        return store.shortestSlackNs();
    }

    @Override
    public void prefetch(long untilNs) {
        isChanging = true;
        wheels.prefetch(untilNs, Integer.MAX_VALUE);
        wheels.prefetchClock(untilNs);
        isChanging = false;
    }

    /** {@inheritDoc} Timers of closing owners and skipped occurrences, which become no signal, count too. */
    @Override
    public int expire(long nowNs, int limit, FiringHandler handler) {
        if (isExpiring) {
            throw new IllegalStateException("a handler must not expire timers: nowNs=" + nowNs);
        }
        isExpiring = true;
        isChanging = true;
        long dueNs = Math.min(nowNs, Saturating.NEVER_NS - 1);
        int count = 0;
        try {
            wheels.beginExpiry(dueNs);
            while (count < limit) {
                int timer = wheels.pollDue(dueNs, limit - count);
                if (timer == TimerStore.NONE) {
                    break;
                }
                fire(timer, dueNs, handler);
                count++;
            }
        } finally {
            isExpiring = false;
        }
        isBehind = count == limit && wheels.nextDeadlineNs() <= dueNs;
        isChanging = false;
        return count;
    }

    private void fire(int timer, long nowNs, FiringHandler handler) {
        try {
            if (store.beginFiring(timer, nowNs, firing)) {
                long sequence = FiredLog.NONE;
                try {
                    sequence = handle(handler);
                } finally {
                    store.endFiring(timer, sequence);
                }
            }
        } finally {
            wheels.endFiring(timer);
        }
    }

    /** Passes the firing to the handler. The store is consistent then, and the handler may change it. */
    private long handle(FiringHandler handler) {
        sequenceBefore = handler.nextSequence();
        inFlight = true;
        store.endChange();
        isChanging = false;
        long sequence = handler.fire(firing);
        isChanging = true;
        inFlight = false;
        return sequence;
    }

    @Override
    public void repair(FiringHandler handler) {
        isExpiring = false;
        if (isChanging) {
            inFlight &= !store.rollBack();
            store.rebuild();
            isChanging = false;
        }
        if (inFlight && sequenceBefore != FiringHandler.UNPUBLISHED && handler.nextSequence() == sequenceBefore) {
            handler.fire(firing);
        }
        inFlight = false;
    }

    /**
     * Cancels some timers of closing owners and, if no firing waits for it, removes some entries of fired timers and
     * prepares a schedule for its next firing.
     */
    @Override
    public int doHousekeeping() {
        boolean hasRetired = store.hasRetired() && !isBehind;
        boolean hasToPrepare = store.schedules().hasToPrepare() && !isBehind;
        boolean hasClosing = owners.hasClosing();
        if (!hasRetired && !hasToPrepare && !hasClosing) {
            return 0;
        }
        isChanging = true;
        int done = hasRetired ? store.removeRetired() : 0;
        if (hasToPrepare) {
            store.schedules().prepareOne();
            done++;
        }
        if (hasClosing) {
            done += store.cancelClosing();
        }
        isChanging = false;
        return done;
    }

    /** Whether timers are armed that follow CLOCK_REALTIME, paused ones aside. */
    public boolean hasCalendarTimers() {
        return wheels.hasCalendarTimers();
    }

    @Override
    public long pollCalendar(long nowNs) {
        return wheels.pollCalendar(nowNs);
    }

    /**
     * A deadline that no pending timer is due after, CLOCK_MONOTONIC nanoseconds: the latest there is, or was before
     * timers were cancelled or re-armed; {@link Long#MIN_VALUE} if nothing is pending.
     */
    public long latestDeadlineNs() {
        return wheels.latestDeadlineNs();
    }

    /** How often CLOCK_REALTIME was found set by a millisecond or more while there were calendar timers. */
    public long clockSteps() {
        return wheels.clockSteps();
    }

    /**
     * Lists one page of timers, each as LISTED and LISTED_REST, then LIST_END with the cursor of the next page, 0 at
     * the end. Examines a few thousand timers at most, so a page may be short or empty before the end. A timer that is
     * armed or fires between two pages may be on one of them or on none, never on both.
     *
     * @param owner  an owner, or {@link #ALL_OWNERS}
     * @param cursor 0, or that of the last LIST_END
     * @param max    the most timers on the page, at least 1
     */
    public void list(int owner, long cursor, int max, ReplySink sink, TimerReply scratch) {
        listing.list(owner, cursor, max, sink, scratch);
    }

    /** A survey of this engine's timers. */
    public TimerSurvey survey() {
        return store.survey();
    }

    /** The durable timers of this engine. */
    DurableTimers durable() {
        return store.durable(this);
    }

    /** For tests. */
    TimerStore store() {
        return store;
    }
}
