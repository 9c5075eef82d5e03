package io.tickbus.timer;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import java.util.function.LongSupplier;

/**
 * Keeps the parts of a {@link TimerEngine} in step: wheels, table, index, accounts and slacks have the same timers.
 *
 * <p>A timer stands in one of two wheels, which share their numbers: calendar timers in one whose time is
 * CLOCK_REALTIME, all others in one whose time is CLOCK_MONOTONIC. Each deadline here, in the table and in an image is
 * in its timer's own clock.
 *
 * <p>A fault can cut any change short. Then the table alone is believed, after what it had of the timer that was being
 * changed was restored, and all the rest is rebuilt from it.
 */
final class TimerStore {
    private static final int NONE = -1;

    private final TimerTable table = new TimerTable(TimerQuotas.MOST_TIMERS);
    private final long[] image = new long[TimerTable.LONGS];
    private final CalendarClock clock;
    private TimingWheel wheel;
    private TimingWheel calendarWheel;
    private KeyIndex index;
    private SlackClasses slacks = new SlackClasses();
    private int imaged = NONE;
    private final OwnerAccounts owners = new OwnerAccounts();
    private int size;
    private long mostBytes = Long.MAX_VALUE;
    private long rebuilds;
    private final FiredTimers fired;

    TimerStore(long seed, int firedLogEntries, LongSupplier calendarOffset) {
        clock = new CalendarClock(calendarOffset);
        wheel = TimingWheel.create(TimerQuotas.MOST_TIMERS);
        calendarWheel = wheel.beside();
        index = new KeyIndex(table, TimerQuotas.MOST_TIMERS, seed);
        fired = new FiredTimers(this, firedLogEntries);
    }

    CalendarClock clock() {
        return clock;
    }

    /** Of all timers but calendar timers. */
    TimingWheel wheel() {
        return wheel;
    }

    /** Of calendar timers. */
    TimingWheel calendarWheel() {
        return calendarWheel;
    }

    /** The wheel of a timer that is in the table. */
    TimingWheel wheelOf(int timer) {
        return table.isCalendar(timer) ? calendarWheel : wheel;
    }

    private TimingWheel wheelFor(TimerCommand command) {
        return isCalendar(command) ? calendarWheel : wheel;
    }

    /** Whether an arming's deadline is CLOCK_REALTIME. */
    static boolean isCalendar(TimerCommand command) {
        return (command.flags() & CommandLayout.FLAG_CALENDAR) != 0;
    }

    /** The time in the timer's clock. */
    long nowOf(int timer, long nowNs) {
        return table.isCalendar(timer) ? clock.realtimeNs(nowNs) : nowNs;
    }

    /** A time in the timer's clock, as CLOCK_MONOTONIC; of a calendar timer 0 for what was before the host began. */
    long monotonicNs(int timer, long timeNs) {
        return table.isCalendar(timer) ? Math.max(0, clock.monotonicNs(timeNs)) : timeNs;
    }

    /** The earliest deadline of all, CLOCK_MONOTONIC; {@link Long#MAX_VALUE} if nothing is pending. */
    long nextDeadlineNs() {
        return Math.min(wheel.nextDeadlineNs(), nextCalendarNs());
    }

    /** That of calendar timers. */
    long nextCalendarNs() {
        return calendarWheel.pending() == 0 ? Long.MAX_VALUE : clock.monotonicNs(calendarWheel.nextDeadlineNs());
    }

    /** Reads how far apart the clocks are. */
    void lookAtClock() {
        clock.look(calendarWheel.pending() > 0);
    }

    /** Does so if that was not done since this time was taken. */
    void lookAtClockOnce(long nowNs) {
        clock.lookOnce(nowNs, calendarWheel.pending() > 0);
    }

    TimerTable table() {
        return table;
    }

    KeyIndex index() {
        return index;
    }

    FiredTimers fired() {
        return fired;
    }

    /** The pending or held timer of a key, or {@link KeyIndex#NONE}. */
    int find(int owner, long key) {
        int timer = index.find(owner, key);
        if (timer != KeyIndex.NONE && table.state(timer) == TimerTable.FIRED) {
            fired.settle(timer);
            return KeyIndex.NONE;
        }
        return timer;
    }

    SlackClasses slacks() {
        return slacks;
    }

    OwnerAccounts owners() {
        return owners;
    }

    /** Timers there are, held ones included. */
    int size() {
        return size;
    }

    OwnerAccount accountOf(int timer) {
        return owners.of(table.owner(timer));
    }

    /** Whether the timer's owner is gone and it must not fire any more. */
    boolean isDying(int timer) {
        return accountOf(timer).isDying() && !table.isKept(timer);
    }

    long mostBytes() {
        return mostBytes;
    }

    /** Sets how much memory new timers may fill. */
    void mostBytes(long newMostBytes) {
        mostBytes = newMostBytes;
    }

    /** Gets all the memory that a new timer needs before anything is changed; false where there is none. */
    private boolean reserve(TimingWheel to) {
        boolean hasEntry = wheel.hasFree() || table.hasSpare();
        if (hasEntry && index.hasSpare() && to.hasSpare()) {
            return true;
        }
        if (sizeBytes() >= mostBytes) {
            return false;
        }
        try {
            table.reserve();
            index.reserve();
            to.reserve();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /** The same for a timer that there is: it may take a little of what is kept back from new ones. */
    private static boolean reserveAgain(TimingWheel to) {
        try {
            to.reserve();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /**
     * A new timer by a checked command, whose key the owner does not have yet; false when there is no room.
     *
     * @param nowNs in the clock of the command, as in what follows
     */
    boolean add(int owner, TimerCommand command, long nowNs) {
        TimingWheel to = wheelFor(command);
        if (!reserve(to)) {
            return false;
        }
        int timer = to.arm(command.deadlineNs());
        if (timer == TimingWheel.FULL) {
            return false;
        }
        settlePlace(timer);
        fill(timer, owner, command, nowNs);
        index.add(timer);
        size++;
        return true;
    }

    /** Makes another timer of the same key of a pending or paused one; without room false, and nothing is done. */
    boolean replace(int timer, TimerCommand command, long nowNs) {
        TimingWheel to = wheelFor(command);
        if (!reserveAgain(to)) {
            return false;
        }
        int owner = table.owner(timer);
        forgetSlack(timer);
        owners.remove(owners.of(owner), table.isKept(timer), shareOf(timer));
        TimingWheel from = wheelOf(timer);
        if (from != to && from.isPending(timer)) {
            from.hold(timer);
        }
        to.rearm(timer, command.deadlineNs());
        // A fault leaves none rather than half of both: the command is not answered then, and is carried out again.
        table.free(timer);
        fill(timer, owner, command, nowNs);
        return true;
    }

    private void fill(int timer, int owner, TimerCommand command, long nowNs) {
        int slackClass = SlackClasses.classOf(command.periodNs() > 0 ? command.periodNs()
                : Saturating.difference(command.deadlineNs(), nowNs));
        table.fill(timer, owner, command, slackClass);
        slacks.add(slackClass);
        owners.of(owner).add(1, table.isKept(timer), shareOf(timer));
    }

    /** Of the firings of its owner. */
    private long shareOf(int timer) {
        return RateMeter.share(table.periodNs(timer));
    }

    /** A timer as an image shows it, whose key the owner does not have; {@link KeyIndex#NONE} when there is no room. */
    int addImage(int owner, long[] entry) {
        TimingWheel to = TimerTable.isCalendar(entry) ? calendarWheel : wheel;
        if (!reserve(to)) {
            return KeyIndex.NONE;
        }
        int timer = to.arm(TimerTable.dueNs(entry));
        if (timer == TimingWheel.FULL) {
            return KeyIndex.NONE;
        }
        settlePlace(timer);
        table.fillImage(timer, owner, entry);
        if (table.state(timer) == TimerTable.PAUSED) {
            to.hold(timer);
        } else {
            slacks.add(table.slackClass(timer));
        }
        owners.of(owner).add(1, table.isKept(timer), shareOf(timer));
        index.add(timer);
        size++;
        return timer;
    }

    /** The wheel gives a place away again as soon as its timer has fired. */
    private void settlePlace(int timer) {
        if (table.state(timer) == TimerTable.FIRED) {
            fired.settle(timer);
        }
    }

    void cancel(int timer) {
        TimingWheel from = wheelOf(timer);
        forget(timer);
        from.cancel(timer);
    }

    /** How often it was rebuilt. */
    long rebuilds() {
        return rebuilds;
    }

    /** Moves a deadline, as its clock started over. */
    void shift(int timer, long deltaNs) {
        remember(timer);
        boolean isPaused = table.state(timer) == TimerTable.PAUSED;
        if (isPaused && table.periodNs(timer) == 0) {
            // The time that is left, which no clock moves.
            changed();
            return;
        }
        long dueNs = Saturating.deadlineNs(table.dueNs(timer), deltaNs);
        table.due(timer, dueNs, table.occurrence(timer));
        if (!isPaused) {
            wheelOf(timer).rearm(timer, dueNs);
        }
        changed();
    }

    /** Takes a timer out of everything but the wheel, which frees a timer that it fires. */
    void forget(int timer) {
        forgetSlack(timer);
        index.remove(timer);
        owners.remove(accountOf(timer), table.isKept(timer), shareOf(timer));
        table.free(timer);
        size--;
    }

    /** A timer that is due once fires, and is retired from now on; the wheel frees it by itself. */
    void fire(int timer) {
        OwnerAccount account = accountOf(timer);
        forgetSlack(timer);
        owners.remove(account, table.isKept(timer), 0);
        table.fire(timer, account.generation());
        size--;
    }

    private void forgetSlack(int timer) {
        if (table.state(timer) == TimerTable.PENDING) {
            slacks.remove(table.slackClass(timer));
        }
    }

    void pause(int timer, long nowNs) {
        if (table.state(timer) == TimerTable.PAUSED) {
            return;
        }
        remember(timer);
        forgetSlack(timer);
        table.state(timer, TimerTable.PAUSED);
        if (table.periodNs(timer) == 0) {
            table.due(timer, Saturating.difference(table.dueNs(timer), nowNs), 0);
        } else {
            MisfireRule.onPause(table, timer);
        }
        wheelOf(timer).hold(timer);
        changed();
    }

    /** False when there is no room, and nothing is done. */
    boolean resume(int timer, long nowNs) {
        if (table.state(timer) != TimerTable.PAUSED) {
            return true;
        }
        if (!reserveAgain(wheelOf(timer))) {
            return false;
        }
        remember(timer);
        endPause(timer, nowNs);
        wheelOf(timer).rearm(timer, table.dueNs(timer));
        table.state(timer, TimerTable.PENDING);
        slacks.add(table.slackClass(timer));
        changed();
        return true;
    }

    private void endPause(int timer, long nowNs) {
        long periodNs = table.periodNs(timer);
        long dueNs = table.dueNs(timer);
        if (periodNs == 0) {
            // What was overdue when it was held is so still; but not from before time began, should the clock go back.
            table.due(timer, Math.max(0, Saturating.deadlineNs(nowNs, dueNs)), 0);
        } else if (dueNs < nowNs) {
            long passed = (Saturating.difference(nowNs, dueNs) - 1) / periodNs + 1;
            table.due(timer, Saturating.deadlineNs(dueNs, Saturating.product(passed, periodNs)),
                    table.occurrence(timer) + passed);
        }
    }

    /** Keeps what the table has of a timer, until {@link #changed}. */
    void remember(int timer) {
        table.save(timer, image);
        imaged = timer;
    }

    /** What was remembered is not needed any more. */
    void changed() {
        imaged = NONE;
    }

    /**
     * A change was cut short: puts a timer that was remembered back as it was then.
     *
     * @return whether there was one
     */
    boolean restore() {
        if (imaged == NONE) {
            return false;
        }
        table.restore(imaged, image);
        return true;
    }

    /**
     * Rebuilds everything but the table. Timers of equal deadlines may change their order. Can be cut short itself,
     * and begun again.
     */
    void rebuild() {
        rebuilds++;
        imaged = NONE;
        wheel = TimingWheel.create(TimerQuotas.MOST_TIMERS);
        calendarWheel = wheel.beside();
        index = index.emptied();
        fired.rebuild();
        slacks = new SlackClasses();
        owners.clear();
        size = 0;
        int length = table.usedEver();
        for (int entry = 0; entry < length; entry++) {
            if (table.isTaken(entry)) {
                rebuild(entry);
            }
        }
        owners.recount();
    }

    private void rebuild(int entry) {
        if (index.find(table.owner(entry), table.key(entry)) != KeyIndex.NONE) {
            // A move was cut short before the old place was free.
            table.free(entry);
            return;
        }
        boolean isPaused = table.state(entry) == TimerTable.PAUSED;
        // The wheels give out indexes from 0 without gaps: never above the entry's own.
        TimingWheel to = wheelOf(entry);
        int timer = to.arm(isPaused ? Saturating.NEVER_NS : table.dueNs(entry));
        if (timer != entry) {
            table.move(entry, timer);
        }
        if (isPaused) {
            to.hold(timer);
        } else {
            slacks.add(table.slackClass(timer));
        }
        index.add(timer);
        accountOf(timer).add(1, table.isKept(timer), shareOf(timer));
        size++;
    }

    /** Bytes of the arrays that hold the timers, the wheels' included. */
    long sizeBytes() {
        return table.sizeBytes() + index.sizeBytes() + wheel.sizeBytes() + calendarWheel.tree().sizeBytes();
    }
}
