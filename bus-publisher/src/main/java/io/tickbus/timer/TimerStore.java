// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.TimerCommand;
import java.util.function.LongSupplier;

/**
 * All timers of a {@link TimerEngine}. Only this class changes the wheels, the table, the key index, the retired
 * entries and the counts of timers, and so it keeps them in step. A timer's number is valid until the next change.
 *
 * <p>Deadlines in the wheels, the table and an image are in the clock of their timer: CLOCK_REALTIME for a calendar
 * timer, else CLOCK_MONOTONIC.
 *
 * <p>A fault can cut any change short. Then {@link #rollBack} restores the table's entry of the timer that was being
 * changed, and {@link #rebuild} makes everything else from the table.
 */
final class TimerStore {
    static final int NONE = KeyIndex.NONE;
    /** Entries examined in one step of cancelling the timers of closing owners; some microseconds. */
    static final int MAX_SWEPT_ENTRIES = 1_024;
    /** Timers cancelled in such a step, each of which may cost several cache misses. */
    static final int MAX_CANCELLED = 64;

    /** A periodic timer that is further behind lets all others that are due go first. */
    private static final long MAX_BEHIND_NS = 100_000;
    /** Commands that are prefetched together. */
    private static final int MAX_PREFETCHED = 64;

    private final TimerTable table = new TimerTable(TimerQuotas.MOST_TIMERS);
    private final Schedules schedules = new Schedules();
    private final Recurrence recurrence = new Recurrence(schedules);
    private final MisfireRule misfire = new MisfireRule(table, recurrence);
    private final ScanCursor sweep = new ScanCursor(table);
    private final TimerWheels wheels;
    private final KeyIndex index;
    private final RetiredTimers retired;
    private final OwnerQuotas owners;
    private final long[] hashes = new long[MAX_PREFETCHED];
    private final int[] prefetching = new int[MAX_PREFETCHED];
    /** Meaningless: stops the JIT from eliminating the loads. */
    @SuppressWarnings("UnusedVariable")
    private long prefetched;
    private final long[] undoImage = new long[TimerTable.LONGS];
    private SlackClasses slacks = new SlackClasses();
    private int size;
    private int undoTimer = NONE;
    private long ecoSlackNs;
    private long maxBytes = Long.MAX_VALUE;
    private long rebuilds;
    /** Of the owner whose one-shot timer is firing; 0 while a periodic one is. */
    private long firingGeneration;
    private int firingOwner;
    private long firingKey;

    TimerStore(long seed, int firedLogEntries, LongSupplier calendarOffset, OwnerQuotas owners) {
        this.owners = owners;
        this.wheels = new TimerWheels(table, calendarOffset);
        this.index = new KeyIndex(table, TimerQuotas.MOST_TIMERS, seed);
        this.retired = new RetiredTimers(table, index, firedLogEntries);
    }

    /** The durable ones of these timers, which share this store's parts. */
    DurableTimers durable(TimerEngine engine) {
        return new DurableTimers(engine, this, table, wheels);
    }

    /** A survey of these timers. */
    TimerSurvey survey() {
        return new TimerSurvey(this, table, wheels);
    }

    /** Lists these timers. */
    TimerListing listing() {
        return new TimerListing(this, table);
    }

    /** The wheels: their time and what is due. Only this class changes which timers they have, except those due. */
    TimerWheels wheels() {
        return wheels;
    }

    /** Whether an arming's deadline is CLOCK_REALTIME. */
    static boolean isCalendar(TimerCommand command) {
        return (command.flags() & CommandLayout.FLAG_CALENDAR) != 0;
    }

    /** What {@link #find} and what follows it need: computed once for a command. */
    long hash(int owner, long key) {
        return index.hash(owner, key);
    }

    /** The pending or paused timer of a key, or {@link #NONE}. Removes a retired entry of the key. */
    int find(long hash, int owner, long key) {
        int timer = index.find(hash, owner, key);
        if (timer != NONE && table.state(timer) == TimerTable.FIRED) {
            retired.remove(hash, timer);
            return NONE;
        }
        return timer;
    }

    /** As {@link #find}, but changes nothing. */
    int peek(int owner, long key) {
        int timer = index.find(index.hash(owner, key), owner, key);
        return timer != NONE && table.isTaken(timer) ? timer : NONE;
    }

    /** The sequence of the signal that the owner's timer of this key fired as, or {@link FiredLog#NONE}. */
    long firedSequence(long hash, int owner, long key) {
        return retired.find(hash, owners.of(owner).generation(), key);
    }

    /** Whether an owner may have durable timers, which are always persistent. */
    boolean mayHaveDurable(int owner) {
        OwnerQuota quota = owners.find(owner);
        return quota != null && quota.timers() > quota.ephemeral();
    }

    int signalId(int timer) {
        return table.signalId(timer);
    }

    /** The schedules that timers have or may have. */
    Schedules schedules() {
        return schedules;
    }

    /** When repeating timers are due. */
    Recurrence recurrence() {
        return recurrence;
    }

    /** 0 for a one-shot timer; below 0, minus the number of its schedule. */
    long periodNs(int timer) {
        return table.periodNs(timer);
    }

    boolean isCalendar(int timer) {
        return table.isCalendar(timer);
    }

    /** When a pending timer is due next, CLOCK_MONOTONIC. */
    long dueNs(int timer) {
        return wheels.monotonicNs(timer, table.dueNs(timer));
    }

    /** The timer's part of its owner's firings. */
    long share(int timer) {
        return recurrence.share(table.periodNs(timer));
    }

    /** Counts a timer as its owner's and its schedule's. */
    private void count(int timer) {
        ownerOf(timer).add(1, table.isPersistent(timer), share(timer));
        schedules.count(table.periodNs(timer), 1);
    }

    private void uncount(int timer) {
        owners.remove(ownerOf(timer), table.isPersistent(timer), share(timer));
        schedules.count(table.periodNs(timer), -1);
    }

    /** Pending and paused timers. */
    int size() {
        return size;
    }

    /** Entries of the key index: timers and retired entries; for tests. */
    int indexed() {
        return index.size();
    }

    /** Whether the firings of two keys share a place in a log of this many entries; for tests. */
    boolean isSameLogPlace(int owner, long key, long other, int logEntries) {
        return ((index.hash(owner, key) ^ index.hash(owner, other)) & (logEntries - 1)) == 0;
    }

    /** Bytes of the arrays: the table's, the index's and the wheels'. */
    long sizeBytes() {
        return table.sizeBytes() + index.sizeBytes() + wheels.sizeBytes() + schedules.sizeBytes();
    }

    long maxBytes() {
        return maxBytes;
    }

    /** Whether the timers fill the memory that they may take. */
    boolean isFull() {
        return sizeBytes() >= maxBytes;
    }

    /** Sets how much memory new timers may fill. */
    void maxBytes(long newMaxBytes) {
        maxBytes = newMaxBytes;
    }

    /** Sets the longest slack of a firing. */
    void ecoSlackNs(long newEcoSlackNs) {
        ecoSlackNs = newEcoSlackNs;
        misfire.longestSlackNs(newEcoSlackNs);
    }

    long shortestSlackNs() {
        return slacks.shortestNs(ecoSlackNs);
    }

    private OwnerQuota ownerOf(int timer) {
        return owners.of(table.owner(timer));
    }

    /** Whether the timer must not fire any more, as its owner is gone. */
    boolean isClosing(int timer) {
        return ownerOf(timer).isClosing() && !table.isPersistent(timer);
    }

    /** Allocates all memory that a new timer needs before anything is changed; false if there is none. */
    private boolean reserve(TimingWheel to) {
        boolean hasEntry = wheels.hasFree() || table.hasSpare();
        if (hasEntry && index.hasSpare() && to.hasSpare()) {
            return true;
        }
        if (isFull()) {
            return hasEntry && index.hasRoom() && to.hasSpare();
        }
        try {
            table.reserve();
            index.reserve();
        } catch (OutOfMemoryError e) {
            return false;
        }
        return reserveAgain(to);
    }

    /** The same for an existing timer, which may use a little of the memory that new ones must leave free. */
    private static boolean reserveAgain(TimingWheel to) {
        try {
            to.reserve();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /** Takes a number, armed in a wheel; {@link #NONE} if there is no room. */
    private int take(TimingWheel to, long deadlineNs) {
        int timer = reserve(to) ? to.arm(deadlineNs) : TimingWheel.FULL;
        if (timer == TimingWheel.FULL) {
            return NONE;
        }
        // The wheel reuses a number as soon as its timer has fired.
        if (table.state(timer) == TimerTable.FIRED) {
            retired.remove(timer);
        }
        return timer;
    }

    /**
     * Adds a timer by a checked command, for a key that the owner has no timer of; false if there is no room.
     *
     * @param hash  of owner and key
     * @param nowNs in the clock of the command, as for the other changes
     */
    boolean arm(long hash, int owner, TimerCommand command, long nowNs) {
        int timer = take(wheels.of(isCalendar(command)), command.deadlineNs());
        if (timer == NONE) {
            return false;
        }
        fill(timer, owner, command, nowNs);
        index.add(hash, timer);
        size++;
        return true;
    }

    /** Replaces a pending or paused timer by another of the same key; without room returns false and does nothing. */
    boolean rearm(int timer, TimerCommand command, long nowNs) {
        TimingWheel to = wheels.of(isCalendar(command));
        if (!reserveAgain(to)) {
            return false;
        }
        int owner = table.owner(timer);
        uncountSlack(timer);
        uncount(timer);
        TimingWheel from = wheels.of(timer);
        if (from != to && from.isPending(timer)) {
            from.pause(timer);
        }
        to.rearm(timer, command.deadlineNs());
        // A fault leaves no timer rather than half of both; the unanswered command is then carried out again.
        table.free(timer);
        fill(timer, owner, command, nowNs);
        return true;
    }

    private void fill(int timer, int owner, TimerCommand command, long nowNs) {
        int slackClass = SlackClasses.classOf(command.periodNs() != 0 ? recurrence.intervalNs(command.periodNs())
                : Saturating.difference(command.deadlineNs(), nowNs));
        table.fill(timer, owner, command, slackClass);
        slacks.add(slackClass);
        count(timer);
    }

    /** Adds a timer from an image, for a key that the owner has no timer of; false if there is no room. */
    boolean addImage(int owner, long[] image) {
        TimingWheel to = wheels.of(TimerTable.isCalendar(image));
        int timer = take(to, TimerTable.dueNs(image));
        if (timer == NONE) {
            return false;
        }
        table.fillImage(timer, owner, image);
        addFilled(timer, to);
        return true;
    }

    /** Adds a timer that is in the table and armed in its wheel to everything else. */
    private void addFilled(int timer, TimingWheel to) {
        if (table.state(timer) == TimerTable.PAUSED) {
            to.pause(timer);
        } else {
            slacks.add(table.slackClass(timer));
        }
        index.add(index.hashOf(timer), timer);
        count(timer);
        size++;
    }

    void cancel(int timer) {
        cancel(index.hashOf(timer), timer);
    }

    /**
     * As {@link #cancel(int)}, by a command. Forgets that an earlier timer of the same key fired: it must not be the
     * answer once this one is cancelled.
     */
    void cancelForgetting(long hash, int timer) {
        retired.forget(hash, ownerOf(timer).generation(), table.key(timer));
        cancel(hash, timer);
    }

    private void cancel(long hash, int timer) {
        TimingWheel from = wheels.of(timer);
        remove(hash, timer);
        from.cancel(timer);
    }

    /** Removes a timer from everything but the wheel, which itself frees a timer that it fires. */
    private void remove(long hash, int timer) {
        uncountSlack(timer);
        index.remove(hash, timer);
        uncount(timer);
        table.free(timer);
        size--;
    }

    private void uncountSlack(int timer) {
        if (table.state(timer) == TimerTable.PENDING) {
            slacks.remove(table.slackClass(timer));
        }
    }

    void pause(int timer, long nowNs) {
        if (table.state(timer) == TimerTable.PAUSED) {
            return;
        }
        beginChange(timer);
        uncountSlack(timer);
        table.state(timer, TimerTable.PAUSED);
        if (table.periodNs(timer) == 0) {
            table.due(timer, Saturating.difference(table.dueNs(timer), nowNs), table.occurrence(timer));
        } else {
            misfire.onPause(timer);
        }
        wheels.of(timer).pause(timer);
        endChange();
    }

    /** Whether a paused timer has a schedule that has no occurrence left after its pause. */
    boolean isOverAfterPause(int timer, long nowNs) {
        return table.state(timer) == TimerTable.PAUSED && misfire.isOverAfterPause(timer, nowNs);
    }

    /** Resumes a paused timer; without room returns false and does nothing. */
    boolean resume(int timer, long nowNs) {
        if (table.state(timer) != TimerTable.PAUSED) {
            return true;
        }
        if (!reserveAgain(wheels.of(timer))) {
            return false;
        }
        beginChange(timer);
        endPause(timer, nowNs);
        wheels.of(timer).rearm(timer, table.dueNs(timer));
        table.state(timer, TimerTable.PENDING);
        slacks.add(table.slackClass(timer));
        endChange();
        return true;
    }

    private void endPause(int timer, long nowNs) {
        if (table.periodNs(timer) == 0) {
            // A timer that was overdue when it was paused stays overdue; clamped to 0, as the clock may be set back.
            table.due(timer, Math.max(0, Saturating.deadlineNs(nowNs, table.dueNs(timer))), table.occurrence(timer));
        } else {
            misfire.onResume(timer, nowNs);
        }
    }

    /**
     * Loads what some commands are about to use, all at once. Among millions of timers neither a timer, nor its key's
     * place in the index, in the wheel and in the log of firings is in the cache, and one by one the commands would
     * wait for each cache miss. Changes nothing.
     */
    void prefetch(int owner, TimerCommand[] commands, int count) {
        int length = Math.min(count, MAX_PREFETCHED);
        long sum = 0;
        for (int i = 0; i < length; i++) {
            hashes[i] = index.hash(owner, commands[i].key());
            sum += index.prefetch(hashes[i]);
            // Arming does not ask whether a timer of the key has fired.
            sum += commands[i].type() == CommandLayout.TYPE_ARM ? 0 : retired.prefetch(hashes[i]);
        }
        prefetched = sum;
        int found = 0;
        for (int i = 0; i < length; i++) {
            int timer = index.first(hashes[i]);
            prefetching[found] = timer;
            found += timer == NONE ? 0 : 1;
        }
        table.prefetch(prefetching, found);
        wheels.prefetch(prefetching, found);
    }

    /**
     * A due timer, which is in no wheel now, fires: advances or retires it, and describes its firing.
     *
     * @return whether there is a firing; {@link #endFiring} must follow then
     */
    boolean beginFiring(int timer, long nowNs, SignalRecord firing) {
        if (isClosing(timer)) {
            remove(index.hashOf(timer), timer);
            return false;
        }
        beginChange(timer);
        long clockNs = wheels.nowOf(timer, nowNs);
        if (table.periodNs(timer) == 0) {
            int late = misfire.isLate(timer, clockNs) ? SignalRecordLayout.FLAG_LATE : 0;
            describe(timer, table.dueNs(timer), late | SignalRecordLayout.FLAG_LAST, false, firing);
            firing.occurrence((int) table.occurrence(timer), 0);
            retire(timer);
            return true;
        }
        firingGeneration = 0;
        misfire.apply(timer, clockNs);
        if (misfire.isOver(timer)) {
            describe(timer, misfire.deadlineNs(), misfire.flags() | SignalRecordLayout.FLAG_LAST, false, firing);
            firing.occurrence((int) misfire.occurrence(), misfire.missed());
            retire(timer);
            return true;
        }
        long dueNs = table.dueNs(timer);
        wheels.of(timer).rearm(timer, dueNs < clockNs - MAX_BEHIND_NS ? clockNs : dueNs);
        if (misfire.isFiring()) {
            describe(timer, misfire.deadlineNs(), misfire.flags(), dueNs <= clockNs, firing);
            firing.occurrence((int) misfire.occurrence(), misfire.missed());
            return true;
        }
        endChange();
        return false;
    }

    /**
     * Retires a timer before its firing is handled, as the handler may arm the same key. The wheel frees the number.
     */
    private void retire(int timer) {
        OwnerQuota owner = ownerOf(timer);
        firingGeneration = owner.generation();
        firingOwner = table.owner(timer);
        firingKey = table.key(timer);
        uncountSlack(timer);
        uncount(timer);
        table.retire(timer, firingGeneration);
        size--;
    }

    /** The firing was handled: as a signal with this sequence, or {@link FiredLog#NONE}. */
    void endFiring(int timer, long sequence) {
        if (firingGeneration == 0) {
            return;
        }
        if (table.state(timer) == TimerTable.FIRED) {
            retired.add(timer, sequence);
        } else {
            retired.log(index.hash(firingOwner, firingKey), firingGeneration, firingKey, sequence);
        }
    }

    private void describe(int timer, long deadlineNs, int flags, boolean moreOverdue, SignalRecord firing) {
        firing.clear().signalId(table.signalId(timer)).key(table.key(timer)).owner(table.owner(timer))
                .deadlineNs(wheels.monotonicNs(timer, deadlineNs))
                .flags(flags | table.takeRecoveryFlags(timer, moreOverdue))
                .generation(table.generation(timer))
                .payload(table.payloadLow(timer), table.payloadHigh(timer), table.payloadLength(timer));
    }

    boolean hasRetired() {
        return !retired.isEmpty();
    }

    /** Removes the oldest retired entries; returns how many. */
    int removeRetired() {
        return retired.removeOldest();
    }

    /** Cancels some timers of closing owners; returns how many entries were examined. */
    int cancelClosing() {
        sweep.from(sweep.position(), MAX_SWEPT_ENTRIES);
        int cancelled = 0;
        while (cancelled < MAX_CANCELLED && owners.hasClosing() && sweep.next()) {
            if (isClosing(sweep.timer())) {
                cancel(sweep.timer());
                cancelled++;
            }
        }
        return sweep.examined();
    }

    /** Saves a timer's entry of the table, to be restored by {@link #rollBack} until {@link #endChange}. */
    void beginChange(int timer) {
        table.save(timer, undoImage);
        undoTimer = timer;
    }

    /** The change is complete. */
    void endChange() {
        undoTimer = NONE;
    }

    /** Restores the entry of a timer whose change was cut short; returns whether there was one. */
    boolean rollBack() {
        if (undoTimer == NONE) {
            return false;
        }
        table.restore(undoTimer, undoImage);
        return true;
    }

    /** How often everything was rebuilt. */
    long rebuilds() {
        return rebuilds;
    }

    /**
     * Rebuilds everything from the table. Timers of equal deadlines may change their order. If a fault cuts this short,
     * it can be called again.
     */
    void rebuild() {
        rebuilds++;
        undoTimer = NONE;
        wheels.clear();
        index.clear();
        retired.rebuild();
        slacks = new SlackClasses();
        owners.clear();
        schedules.clearCounts();
        size = 0;
        int length = table.usedEver();
        for (int entry = 0; entry < length; entry++) {
            if (table.isTaken(entry)) {
                rebuild(entry);
            }
        }
        owners.recount();
        schedules.recount();
    }

    private void rebuild(int entry) {
        if (index.find(index.hashOf(entry), table.owner(entry), table.key(entry)) != NONE) {
            // A move was cut short before the old entry was free.
            table.free(entry);
            return;
        }
        boolean isPaused = table.state(entry) == TimerTable.PAUSED;
        TimingWheel to = wheels.of(entry);
        // The wheels take numbers from 0 without gaps, so this is never above the entry's own.
        int timer = to.arm(isPaused ? Saturating.NEVER_NS : table.dueNs(entry));
        if (timer != entry) {
            table.move(entry, timer);
        }
        index.reserve();
        addFilled(timer, to);
    }
}
