package io.tickbus.timer;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/**
 * All timers of a host, by owner and key: carries out commands and fires what is due. Usable without any file, in a
 * user's own process, with {@link #arm(long, int, long)} and {@link #expire}.
 *
 * <p>A timer that is due once fires once, however late, and is LATE beyond its grace. A periodic one is due at {@code
 * anchor + n × period} and never drifts; its {@link io.tickbus.core.timer.MisfirePolicy} says what becomes of the
 * occurrences that are late by more than the grace. A deadline in the past is legal and fires at once.
 *
 * <p>Firings are in deadline order, those of equal deadlines in arming order. A periodic timer that is behind by more
 * than 100 µs catches up in turns with whatever else is due, so that nobody waits until another has made up for all.
 *
 * <p>A calendar timer ({@link CommandLayout#FLAG_CALENDAR}) has its deadline in CLOCK_REALTIME, and follows that clock
 * whenever it is set; it never fires before the clock shows its time. What has fired does not fire again when the clock
 * is set back; what becomes due when it is set forwards fires at once. Records and replies say CLOCK_MONOTONIC, as the
 * clocks are then. Of a calendar timer and another that are due in the same nanosecond either may fire first.
 *
 * <p>A held timer that is due once keeps the time that was left: its deadline moves by the pause. A periodic one keeps
 * its phase: occurrences that had not fired when it was held, or that fall into the pause, do not fire and are not
 * missed, but keep their numbers. Arming a key again replaces its timer entirely, paused or not.
 *
 * <p>Owner 0 is the host itself and always there; others are opened and closed. A closed owner's timers end, but for
 * those that were armed to be kept, bit by bit in {@link #doHousekeeping}; none of them fires from the moment of {@link
 * #cancelOwner}.
 *
 * <p>What a firing leaves to do is done in {@link #doHousekeeping} too, which is to be called once a duty cycle.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> never blocks. {@link #execute} and each firing take constant time and, but
 * for making room for a few thousand more timers now and then, allocate nothing; {@link #openOwner} allocates, and so
 * does reading CLOCK_REALTIME: some bytes in a call in which a calendar timer is armed or due.
 * <b>Loss:</b> no firing is lost: occurrences that do not fire on their own are counted in one that does.
 * <b>Errors:</b> none for any command whatever; {@code IllegalArgumentException} for an owner out of range.
 */
public final class TimerEngine implements TimerQueue {
    /** {@link #list}: the timers of every owner. */
    public static final int ALL_OWNERS = -1;
    /** The user of this process, as long as {@link #ownUser(int)} was not told another id. */
    public static final int OWN_USER = -1;

    private static final int FIRED_LOG_ENTRIES = 1 << 16;
    /** A periodic timer that is further behind lets all others that are due go first. */
    private static final long MOST_BEHIND_NS = 100_000;

    private final TimerStore store;
    private final TimerTable table;
    private final OwnerAccounts owners;
    private final FiredTimers fired;
    private final TimerCommands commands;
    private final ExpiryLoop expiry;
    private final MisfireRule misfire;
    private final TimerPages pages;
    private final SignalRecord firing = new SignalRecord();
    private final TimerCommand shortCommand = new TimerCommand();
    private final TimerReply shortReply = new TimerReply();
    private final TimingWheel.ExpiryHandler expiryHandler = (timer, turnNs) -> fire(timer);
    /** Of the host's own latest arming. */
    private int generation = new SecureRandom().nextInt();
    private long ecoSlackNs;
    private FiringHandler expirySink;
    /** Whether the timers may be in disorder: true while this runs, false while a sink does. */
    private boolean isChanging;
    /** Whether the sink may not have published the firing yet. */
    private boolean isOnItsWay;
    private long sequenceBefore;
    private long expiryNowNs;
    /** Whether the last {@link #expire} may have left some that are due. */
    private boolean isBehind;

    private TimerEngine(TimerStore store, TimerQuotas quotas) {
        this.store = store;
        this.table = store.table();
        this.owners = store.owners();
        this.commands = new TimerCommands(store, quotas);
        this.fired = store.fired();
        this.expiry = new ExpiryLoop(store);
        this.misfire = new MisfireRule(table);
        this.pages = new TimerPages(store);
    }

    /** An engine that remembers some 65,536 firings. */
    public static TimerEngine create(TimerQuotas quotas) {
        return create(quotas, FIRED_LOG_ENTRIES);
    }

    /**
     * An engine without timers.
     *
     * @param quotas          how many timers there may be
     * @param firedLogEntries how many firings are remembered for {@code ALREADY_FIRED}, a power of two up to 2^24; a
     *                        firing is displaced by a later one of the same hash, so it is remembered for a while
     */
    public static TimerEngine create(TimerQuotas quotas, int firedLogEntries) {
        return create(quotas, firedLogEntries, CalendarOffset::measureNs);
    }

    /**
     * An engine for a CLOCK_REALTIME of the caller's.
     *
     * @param calendarOffset by how many nanoseconds it is ahead of CLOCK_MONOTONIC, or less; asked before a calendar
     *                       timer fires and whenever one is armed
     */
    public static TimerEngine create(TimerQuotas quotas, int firedLogEntries, LongSupplier calendarOffset) {
        return new TimerEngine(
                new TimerStore(new SecureRandom().nextLong(), firedLogEntries, calendarOffset), quotas);
    }

    /** Sets how many timers there may be from now on; those there are stay. */
    public void quotas(TimerQuotas newQuotas) {
        commands.quotas(newQuotas);
    }

    /** Sets how much is done in a second for each owner and user from now on; at first there is no limit. */
    public void rates(RateQuotas newRates) {
        commands.rates(newRates);
    }

    /** The limits in force. */
    public RateQuotas rates() {
        return commands.rates();
    }

    /** Says which user this process is of: one whose timers are bound by no limit of users. */
    public void ownUser(int newOwnUser) {
        commands.ownUser(newOwnUser);
    }

    /**
     * Sets how many bytes of memory the timers may take before new ones are refused as beyond the quota; those there
     * are may take some more.
     */
    public void mostBytes(long newMostBytes) {
        store.mostBytes(newMostBytes);
    }

    /** The quotas in force. */
    public TimerQuotas quotas() {
        return commands.quotas();
    }

    /**
     * Sets the longest slack of a firing, nanoseconds, at least 0: how far it may be put off on purpose so that firings
     * share a wake-up. 0, as at first, for none. A firing that uses its slack is not late: its grace counts from there.
     */
    public void ecoSlackNs(long newEcoSlackNs) {
        if (newEcoSlackNs < 0) {
            throw new IllegalArgumentException("a slack must be at least 0: ecoSlackNs=" + newEcoSlackNs);
        }
        ecoSlackNs = newEcoSlackNs;
        misfire.longestSlackNs(newEcoSlackNs);
    }

    /**
     * Lets an owner send commands. A closed owner that still has timers gets them back.
     *
     * @param owner 0 to 65,535
     * @return false while its timers are being cancelled; ask again after some {@link #doHousekeeping}
     */
    public boolean openOwner(int owner) {
        return openOwner(owner, OWN_USER);
    }

    /** As {@link #openOwner(int)}, for an owner of a user: a numeric id. */
    public boolean openOwner(int owner, int user) {
        isChanging = true;
        boolean isOpen = owners.open(owner, user);
        isChanging = false;
        return isOpen;
    }

    /** Says whose an owner is whose timers were recovered. */
    public void assignOwner(int owner, int user) {
        owners.assign(owner, user);
    }

    /**
     * An owner's last client is gone: it may send no more commands, and its timers end, but for those to be kept.
     *
     * @param owner 1 to 65,535
     */
    public void cancelOwner(int owner) {
        isChanging = true;
        owners.cancel(owner);
        isChanging = false;
    }

    /**
     * Forgets an owner that has no timers left.
     *
     * @param owner 1 to 65,535
     * @return whether the number may be given to somebody else; false as long as there are timers
     */
    public boolean closeOwner(int owner) {
        isChanging = true;
        boolean isClosed = owners.close(owner);
        isChanging = false;
        return isClosed;
    }

    /** Timers of an owner, held ones and those that are about to be cancelled included. */
    public int pending(int owner) {
        OwnerAccount account = owners.find(owner);
        return account == null ? 0 : account.timers();
    }

    /** Timers of all owners, held ones and those that are about to be cancelled included. */
    public int pending() {
        return store.size();
    }

    /** Bytes of memory that the timers have taken, the wheel's and the index's included; it is not given back. */
    public long sizeBytes() {
        return store.sizeBytes();
    }

    /** Arms a timer of the host itself that is due once. */
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
     * Carries out any command for the host itself, and gives it the next generation. What it arms for once has no slack
     * in eco mode.
     */
    public ReplyCode execute(TimerCommand command) {
        generation = generation == -1 ? 1 : generation + 1;
        command.generation(generation);
        long nowNs = command.deadlineNs();
        if (command.type() == CommandLayout.TYPE_ARM && TimerStore.isCalendar(command)) {
            store.lookAtClock();
            nowNs = store.clock().monotonicNs(nowNs);
        }
        execute(OwnerAccounts.HOST, command, nowNs, 0, shortReply);
        return shortReply.code();
    }

    /**
     * Carries out ARM, CANCEL, PAUSE or RESUME; any other command is INVALID. Of a command that is FULL or INVALID
     * nothing is carried out.
     *
     * @param owner              whose timer it is; INVALID, as CLOSED, where that owner is not open; its timers can be
     *                           cancelled as long as there are some
     * @param nowNs              CLOCK_MONOTONIC nanoseconds
     * @param nextSignalSequence the sequence that the next signal will get
     * @param reply              filled in, all but {@code commandSequence}
     */
    public void execute(int owner, TimerCommand command, long nowNs, long nextSignalSequence, TimerReply reply) {
        isChanging = true;
        commands.execute(owner, command, nowNs, nextSignalSequence, reply);
        isChanging = false;
    }

    @Override
    public long nextDeadlineNs() {
        isChanging = true;
        long next = store.nextDeadlineNs();
        isChanging = false;
        return next;
    }

    @Override
    public long shortestSlackNs() {
        return store.slacks().shortestNs(ecoSlackNs);
    }

    @Override
    public void prepare(long untilNs) {
        isChanging = true;
        expiry.prepare(untilNs);
        isChanging = false;
    }

    /** {@inheritDoc} What needs no signal, as its owner is gone or it is too late to be one, counts too. */
    @Override
    public int expire(long nowNs, int limit, FiringHandler sink) {
        expirySink = sink;
        expiryNowNs = Math.min(nowNs, Saturating.NEVER_NS - 1);
        isChanging = true;
        int count = expiry.expire(expiryNowNs, limit, expiryHandler);
        isBehind = count == limit && store.nextDeadlineNs() <= expiryNowNs;
        isChanging = false;
        return count;
    }

    private void fire(int timer) {
        if (store.isDying(timer)) {
            store.forget(timer);
        } else if (table.periodNs(timer) == 0) {
            fireOnce(timer);
        } else {
            store.remember(timer);
            long nowNs = store.nowOf(timer, expiryNowNs);
            misfire.apply(timer, nowNs);
            long dueNs = table.dueNs(timer);
            store.wheelOf(timer).rearm(timer, dueNs < nowNs - MOST_BEHIND_NS ? nowNs : dueNs);
            if (misfire.isFiring()) {
                describe(timer, misfire.deadlineNs(), misfire.flags(), dueNs <= nowNs);
                firing.occurrence((int) misfire.occurrence(), misfire.missed());
                handOver();
            }
            store.changed();
        }
    }

    private void fireOnce(int timer) {
        store.remember(timer);
        int late = misfire.isLate(timer, store.nowOf(timer, expiryNowNs)) ? SignalRecordLayout.FLAG_LATE : 0;
        describe(timer, table.dueNs(timer), late | SignalRecordLayout.FLAG_LAST, false);
        int owner = table.owner(timer);
        long key = table.key(timer);
        // First, as the handler may arm the same key again.
        store.fire(timer);
        long generation = table.firedGeneration(timer);
        long sequence = FiredLog.NONE;
        try {
            sequence = handOver();
        } finally {
            if (table.state(timer) == TimerTable.FIRED) {
                fired.fired(timer, sequence);
            } else {
                fired.put(owner, generation, key, sequence);
            }
        }
    }

    /** Gives the firing to the sink. The timers are in order then, and may be changed by the sink. */
    private long handOver() {
        sequenceBefore = expirySink.nextSequence();
        isOnItsWay = true;
        store.changed();
        isChanging = false;
        long sequence = expirySink.fire(firing);
        isChanging = true;
        isOnItsWay = false;
        return sequence;
    }

    @Override
    public void repair(FiringHandler sink) {
        if (isChanging) {
            isOnItsWay &= !store.restore();
            store.rebuild();
            isChanging = false;
        }
        if (isOnItsWay && sequenceBefore != FiringHandler.UNPUBLISHED && sink.nextSequence() == sequenceBefore) {
            sink.fire(firing);
        }
        isOnItsWay = false;
    }

    private void describe(int timer, long deadlineNs, int flags, boolean areMoreOverdue) {
        firing.clear().signalId(table.signalId(timer)).key(table.key(timer)).owner(table.owner(timer))
                .deadlineNs(store.monotonicNs(timer, deadlineNs))
                .flags(flags | table.takeRecoveryFlags(timer, areMoreOverdue))
                .generation(table.generation(timer))
                .payload(table.payloadLow(timer), table.payloadHigh(timer), table.payloadLength(timer));
    }

    /** Cancels some more timers of owners that are gone; if no firing waits for it, forgets some that have fired. */
    @Override
    public int doHousekeeping() {
        boolean isToSettle = fired.areSomeWaiting() && !isBehind;
        boolean areSomeDying = owners.areSomeDying();
        if (!isToSettle && !areSomeDying) {
            return 0;
        }
        isChanging = true;
        int done = isToSettle ? fired.settle() : 0;
        if (areSomeDying) {
            done += pages.sweep();
        }
        isChanging = false;
        return done;
    }

    @Override
    public long lookAtCalendar(long nowNs) {
        if (store.calendarWheel().pending() == 0) {
            return Long.MAX_VALUE;
        }
        if (nowNs - store.clock().lookedNs() >= CalendarClock.LOOK_NS) {
            store.lookAtClockOnce(nowNs);
        }
        return store.clock().lookedNs() + CalendarClock.LOOK_NS;
    }

    /** How often CLOCK_REALTIME was found set by a millisecond or more while there were calendar timers. */
    public long clockSteps() {
        return store.clock().steps();
    }

    /**
     * Lists one page of timers, each as LISTED, then LIST_END with the cursor of the next page, 0 at the end. Looks at
     * a few thousand timers at most, so that a page may be short, or empty, before the end. Timers armed or fired
     * between two pages may be in none or in one of them, never in two.
     *
     * @param owner  whose, or {@link #ALL_OWNERS}
     * @param cursor 0, or that of the last LIST_END
     * @param max    the most timers on the page, at least 1
     */
    public void list(int owner, long cursor, int max, ReplySink sink, TimerReply scratch) {
        pages.list(owner, cursor, max, sink, scratch);
    }

    /** Where the timers are; for tests. */
    TimerStore store() {
        return store;
    }
}
