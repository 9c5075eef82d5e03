// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The durable timers of a {@link TimerEngine}, for a journal: images of them for a snapshot, and their recovery from
 * images, commands and firings in the order in which they happened.
 *
 * <p><b>Threads:</b> the engine's. <b>Progress:</b> {@link #page} is bounded; recovery takes time in proportion to the
 * number of timers and belongs before the engine runs. <b>Errors:</b> none for any image or command; an invalid one is
 * answered with {@code false}.
 */
public final class DurableTimers {
    /** 64-bit words of an image. */
    public static final int IMAGE_WORDS = TimerTable.LONGS;
    private static final int IMAGE_KEY = 0;
    private static final long LARGEST_SHIFT_NS = TimeUnit.HOURS.toNanos(12);

    private final TimerEngine engine;
    private final TimerStore store;
    private final TimerTable table;
    private final TimerWheels wheels;
    private final ScanCursor scan;
    private final TimerReply scratch = new TimerReply();
    private final ScheduleParts parts = new ScheduleParts();
    private final long[] image = new long[IMAGE_WORDS];
    private TimerQuotas quotas;
    private RateQuotas rates;
    private long maxBytes;

    /** Takes the images of a snapshot. */
    @FunctionalInterface
    public interface ImageSink {
        /** Takes one image; the caller reuses the array. */
        void take(int owner, long[] image);
    }

    DurableTimers(TimerEngine engine, TimerStore store, TimerTable table, TimerWheels wheels) {
        this.engine = engine;
        this.store = store;
        this.table = table;
        this.wheels = wheels;
        this.scan = new ScanCursor(table);
    }

    /** The durable timers of an engine. */
    public static DurableTimers of(TimerEngine engine) {
        return engine.durable();
    }

    /** What the pending or paused timer of a key survives; NONE if there is no such timer. */
    public Durability durability(int owner, long key) {
        int timer = store.mayHaveDurable(owner) ? store.peek(owner, key) : TimerStore.NONE;
        return timer == TimerStore.NONE ? Durability.NONE : Durability.of(table.durabilityCode(timer));
    }

    /**
     * Passes images of some durable timers to a sink.
     *
     * @param cursor 0, or what the last call returned
     * @param max    the most images
     * @return the cursor of the next page; −1 at the end
     */
    public int page(int cursor, int max, ImageSink sink) {
        scan.from(cursor, TimerListing.MAX_PAGE_ENTRIES);
        int count = 0;
        while (count < max && scan.next()) {
            int timer = scan.timer();
            if (table.durabilityCode(timer) != 0) {
                table.save(timer, image);
                sink.take(table.owner(timer), image);
                count++;
            }
        }
        return scan.position() > 0 ? scan.position() : -1;
    }

    /** Passes the image of the pending or paused timer of a key, if there is one, to a sink. */
    public void image(int owner, long key, ImageSink sink) {
        int timer = store.peek(owner, key);
        if (timer != TimerStore.NONE) {
            table.save(timer, image);
            sink.take(owner, image);
        }
    }

    /** How often a fault caused all timers to be renumbered: a page's cursor is meaningless after that. */
    public long rebuilds() {
        return store.rebuilds();
    }

    /** Begins to recover: no quota applies until {@link #finish}. */
    public void begin() {
        quotas = engine.quotas();
        engine.quotas(new TimerQuotas(TimerQuotas.MOST_TIMERS, TimerQuotas.MOST_TIMERS));
        rates = engine.rates();
        engine.rates(RateQuotas.NONE);
        maxBytes = store.maxBytes();
        store.maxBytes(Long.MAX_VALUE);
    }

    /**
     * Sets by how much CLOCK_REALTIME was ahead of CLOCK_MONOTONIC when the commands that follow were carried out;
     * until {@link #finish}.
     */
    public void calendarOffsetNs(long offsetNs) {
        wheels.pin(offsetNs);
    }

    /**
     * Counts the parts that {@link #describe} would pass to a sink for the first timer or arming of a schedule; 0 if
     * they were counted in the same round.
     *
     * @param period as for {@link #describe}
     * @param round  a number above 0
     */
    public int countParts(long period, int round) {
        return period < 0 ? store.schedules().countParts(period, round) : 0;
    }

    /**
     * Passes the parts of the schedule that a timer or an arming has to a sink, as commands that define it; nothing if
     * there is none, or if it was described for the same snapshot.
     *
     * @param period   the timer's period, {@link TimerCommand#periodNs()}
     * @param snapshot a number above 0
     */
    public void describe(long period, int snapshot, Consumer<TimerCommand> sink) {
        if (period < 0) {
            store.schedules().describe(period, snapshot, sink);
        }
    }

    /** Of an image: as {@link TimerCommand#periodNs()}. */
    public static long periodNs(long[] image) {
        return TimerTable.periodNs(image);
    }

    /** Of an image: the timer's key. */
    public static long key(long[] image) {
        return image[IMAGE_KEY];
    }

    /**
     * Takes a part of a schedule, to which commands and images that follow refer.
     *
     * @return the schedule's text if this completes one that is not understood; else null
     */
    public String define(TimerCommand part) {
        if (!parts.add(part) || engine.hasSchedule(parts.id())) {
            return null;
        }
        String text = parts.text();
        CalendarSchedule schedule = ScheduleParts.parse(text);
        if (schedule == null) {
            return String.valueOf(text);
        }
        // Without removing others: a timer of this schedule may be recovered later than thousands of others.
        store.schedules().add(schedule);
        return null;
    }

    /**
     * The rules of time zones have changed: finds the next instants of all schedules again. What was due by a time
     * stays due.
     *
     * @param sinceNs CLOCK_REALTIME nanoseconds: the latest time that is known to have passed under the earlier rules
     * @return how many timers have another deadline now
     */
    public int rederive(long sinceNs) {
        int changed = 0;
        scan.from(0, Integer.MAX_VALUE);
        while (scan.next()) {
            int timer = scan.timer();
            long dueNs = table.dueNs(timer);
            if (table.periodNs(timer) < 0 && dueNs > sinceNs) {
                // No further back than rules move a time, as what is before may have fired before the clock was set
                // back; and not at all if the arming named a time to begin at, which the first one is not before.
                boolean isFixed = table.isNotBefore(timer) && table.occurrence(timer) == 0;
                long firstNs = store.recurrence().firstNs(table.periodNs(timer),
                        isFixed ? dueNs : Math.max(sinceNs + 1, dueNs - LARGEST_SHIFT_NS));
                changed += firstNs == dueNs ? 0 : 1;
                if (firstNs == Saturating.NEVER_NS) {
                    store.cancel(timer);
                } else {
                    reschedule(timer, firstNs, table.occurrence(timer));
                }
            }
        }
        return changed;
    }

    /** Carries out a command again. A volatile arming only cancels the durable timer of its key. */
    public boolean redo(int owner, TimerCommand command, long nowNs) {
        open(owner);
        boolean isVolatileArm =
                command.type() == CommandLayout.TYPE_ARM && command.durability() == Durability.NONE;
        engine.execute(owner, command, nowNs, 0, scratch);
        if (isVolatileArm && scratch.code() == ReplyCode.ARMED) {
            remove(owner, command.key());
        }
        return switch (scratch.code()) {
            case ARMED, CANCELLED, PAUSED, RESUMED, ALREADY_FIRED, UNKNOWN -> true;
            default -> false;
        };
    }

    private void open(int owner) {
        if (!engine.isOpen(owner)) {
            engine.openOwner(owner);
        }
    }

    private void remove(int owner, long key) {
        int timer = store.find(store.hash(owner, key), owner, key);
        if (timer != TimerStore.NONE) {
            store.cancel(timer);
        }
    }

    /** Restores a timer from an image and replaces any other of its key; false if the image is invalid. */
    public boolean restore(int owner, long[] from) {
        long period = TimerTable.periodNs(from);
        if (!TimerTable.isSound(from) || (period < 0 && store.schedules().of(period) == null)) {
            return false;
        }
        open(owner);
        System.arraycopy(from, 0, image, 0, IMAGE_WORDS);
        remove(owner, image[IMAGE_KEY]);
        return store.addImage(owner, image);
    }

    /**
     * Repeats what a firing did: removes a one-shot timer, or advances a periodic one to its next occurrence. A firing
     * of another arming of the key, or one that was repeated already, changes nothing. So the signals of a daemon that
     * did not have these timers do them no harm.
     */
    public void refire(SignalRecord firing) {
        int timer = store.find(store.hash(firing.owner(), firing.key()), firing.owner(), firing.key());
        if (timer == TimerStore.NONE || table.durabilityCode(timer) == 0
                || table.generation(timer) != firing.generation()) {
            return;
        }
        long period = table.periodNs(timer);
        if (period == 0) {
            store.cancel(timer);
            return;
        }
        long occurrence = table.occurrence(timer);
        // As int32, since the record has only the low half of the number.
        int ahead = firing.occurrence() - (int) occurrence;
        long count = 1L + ahead + (firing.isLate() ? firing.missed() : 0);
        if (count > 0) {
            long nextNs = store.recurrence().deadlineNs(period, occurrence, table.dueNs(timer), count);
            if (period < 0 && nextNs == Saturating.NEVER_NS) {
                store.cancel(timer);
                return;
            }
            table.resetMisfire(timer);
            if (nextNs > wheels.nowOf(timer, firing.publishedNs())) {
                table.firedSince(timer);
            }
            reschedule(timer, nextNs, occurrence + count);
        }
    }

    private void reschedule(int timer, long nextNs, long occurrence) {
        table.due(timer, nextNs, occurrence);
        if (table.state(timer) == TimerTable.PENDING) {
            wheels.of(timer).rearm(timer, nextNs);
        }
    }

    /**
     * Moves all deadlines except those of calendar timers, as CLOCK_MONOTONIC restarted with the host.
     *
     * @param deltaNs added to each deadline
     */
    public void shift(long deltaNs) {
        scan.from(0, Integer.MAX_VALUE);
        while (scan.next()) {
            if (!table.isCalendar(scan.timer())) {
                shift(scan.timer(), deltaNs);
            }
        }
    }

    private void shift(int timer, long deltaNs) {
        boolean isPaused = table.state(timer) == TimerTable.PAUSED;
        if (isPaused && table.periodNs(timer) == 0) {
            // The time that is left does not depend on any clock.
            return;
        }
        store.beginChange(timer);
        long dueNs = Saturating.deadlineNs(table.dueNs(timer), deltaNs);
        table.due(timer, dueNs, table.occurrence(timer));
        if (!isPaused) {
            wheels.of(timer).rearm(timer, dueNs);
        }
        store.endChange();
    }

    /**
     * Ends the recovery. Every timer's next firing is marked RECOVERED; overdue timers fire one after the other, in the
     * order of their deadlines.
     *
     * @param nowNs               CLOCK_MONOTONIC nanoseconds
     * @param intervalNs          from one overdue firing to the next, in nanoseconds
     * @param mayHaveFiredUntilNs timers that were due by this time may have fired before
     * @return how many are overdue
     */
    public int finish(long nowNs, long intervalNs, long mayHaveFiredUntilNs) {
        wheels.unpin();
        scan.from(0, Integer.MAX_VALUE);
        while (scan.next()) {
            int timer = scan.timer();
            table.recovered(timer, table.state(timer) == TimerTable.PENDING
                    && table.dueNs(timer) <= wheels.nowOf(timer, mayHaveFiredUntilNs));
        }
        int overdue = 0;
        wheels.beginExpiry(nowNs);
        for (int timer = wheels.pollDue(nowNs, Integer.MAX_VALUE); timer != TimerStore.NONE;
                timer = wheels.pollDue(nowNs, Integer.MAX_VALUE)) {
            overdue++;
            wheels.of(timer).rearm(timer, wheels.nowOf(timer, nowNs) + 1 + overdue * intervalNs);
        }
        engine.quotas(quotas);
        engine.rates(rates);
        store.maxBytes(maxBytes);
        return overdue;
    }

    /** Timers of an owner. */
    public int count(int owner) {
        return engine.pending(owner);
    }

    /** All timers. */
    public int count() {
        return engine.pending();
    }

    /** Closes the owners of recovered timers until their clients are back. */
    public void closeOwners() {
        for (int owner = 1; owner <= 0xFFFF; owner++) {
            if (engine.isOpen(owner)) {
                engine.cancelOwner(owner);
            }
        }
    }
}
