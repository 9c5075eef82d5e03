// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.ReplyLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The schedules of calendar timers, by the numbers of their texts. The same text is the same schedule, whoever sent it,
 * and is there once. One that timers use stays; of those that none uses, the latest {@value #MAX_UNUSED} stay, so that
 * a schedule is there when the arming arrives that was sent behind it. Only a client's new schedule removes others:
 * while a command is carried out, and while timers are recovered, none disappears.
 *
 * <p>What a schedule will be asked when its timer fires, the instant after that one, is found beforehand, when nothing
 * is due ({@link #prepareOne}): a firing does not wait for it.
 */
final class Schedules {
    static final int MAX_UNUSED = 1 << 13;
    /** About what a schedule takes beside its text. */
    private static final int OBJECT_LENGTH = 768;
    /** The text, its bytes, the expression, and eight bytes for each eleven of its excluded dates. */
    private static final int BYTES_PER_CHARACTER = 4;

    private final Long2ObjectHashMap<Entry> entries = new Long2ObjectHashMap<>();
    /** Those that no timer uses, and some that timers use again; the longest unused is the first. */
    private final ArrayDeque<Entry> unused = new ArrayDeque<>();
    private final ArrayDeque<Entry> toPrepare = new ArrayDeque<>();
    private final TimerCommand scratch = new TimerCommand();
    private long sizeBytes;

    private static final class Entry {
        private final CalendarSchedule schedule;
        private long timers;
        private boolean isAmongUnused;
        /** Sent again since it was last about to be removed. */
        private boolean isWanted;
        private int journalledIn;
        /** An instant, and the one after it; {@link CalendarSchedule#NONE} while none is prepared. */
        private long prepared = CalendarSchedule.NONE;
        private long afterPrepared;
        /** The instant that a timer of it is due at, which is to be prepared. */
        private long due;
        private boolean isToPrepare;
        private int countedIn;

        Entry(CalendarSchedule schedule) {
            this.schedule = schedule;
        }

        int sizeBytes() {
            return OBJECT_LENGTH + BYTES_PER_CHARACTER * schedule.definition().length();
        }
    }

    /** The schedule that a timer's period, which is below 0, means; null if it is not there. */
    CalendarSchedule of(long period) {
        Entry entry = entries.get(-period);
        return entry == null ? null : entry.schedule;
    }

    /**
     * The n-th instant of a period's schedule that is later than another, or {@link CalendarSchedule#NONE}. A timer
     * will be due then.
     */
    long next(long period, long after, long n) {
        Entry entry = entries.get(-period);
        long next = n == 1 && entry.prepared == after ? entry.afterPrepared : entry.schedule.next(after, n);
        prepareLater(entry, next);
        return next;
    }

    private void prepareLater(Entry entry, long due) {
        entry.due = due;
        if (!entry.isToPrepare && due != CalendarSchedule.NONE) {
            entry.isToPrepare = true;
            toPrepare.add(entry);
        }
    }

    /** Whether some instants are to be prepared. */
    boolean hasToPrepare() {
        return !toPrepare.isEmpty();
    }

    /** Finds the instant after one that a timer is due at. */
    void prepareOne() {
        Entry entry = toPrepare.remove();
        entry.isToPrepare = false;
        if (entry.prepared != entry.due) {
            entry.prepared = CalendarSchedule.NONE;
            entry.afterPrepared = entry.schedule.next(entry.due);
            entry.prepared = entry.due;
        }
    }

    /** Whether a schedule is there; one that is outlives the next removal. */
    boolean want(long id) {
        Entry entry = entries.get(id);
        if (entry != null) {
            entry.isWanted = true;
        }
        return entry != null;
    }

    /** Adds a schedule, unless it is there. */
    void add(CalendarSchedule schedule) {
        long id = schedule.definition().id();
        if (!entries.containsKey(id)) {
            Entry entry = new Entry(schedule);
            entries.put(id, entry);
            sizeBytes += entry.sizeBytes();
            addUnused(entry);
        }
    }

    /** Removes the longest unused, beyond a number. */
    void removeUnused(int most) {
        while (unused.size() > most) {
            Entry oldest = unused.remove();
            oldest.isAmongUnused = false;
            if (oldest.timers == 0 && oldest.isWanted) {
                oldest.isWanted = false;
                addUnused(oldest);
            } else if (oldest.timers == 0) {
                entries.remove(oldest.schedule.definition().id());
                sizeBytes -= oldest.sizeBytes();
            }
        }
    }

    private void addUnused(Entry entry) {
        if (!entry.isAmongUnused) {
            entry.isAmongUnused = true;
            unused.add(entry);
        }
    }

    /** Counts a timer of this period, or one less (−1). */
    void count(long period, int one) {
        if (period < 0) {
            Entry entry = entries.get(-period);
            entry.timers += one;
            if (entry.timers == 0) {
                addUnused(entry);
            }
        }
    }

    /** Before all timers are counted again. */
    void clearCounts() {
        entries.values().forEach(entry -> entry.timers = 0);
    }

    /** All timers are counted. */
    void recount() {
        for (Entry entry : entries.values()) {
            if (entry.timers == 0) {
                addUnused(entry);
            }
        }
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /** As {@link DurableTimers#countParts}. */
    int countParts(long period, int round) {
        Entry entry = entries.get(-period);
        if (entry == null || entry.countedIn == round) {
            return 0;
        }
        entry.countedIn = round;
        return TimerCommand.parts(entry.schedule.definition());
    }

    /** As {@link DurableTimers#describe}. */
    void describe(long period, int snapshot, Consumer<TimerCommand> sink) {
        Entry entry = entries.get(-period);
        if (entry != null && entry.journalledIn != snapshot) {
            entry.journalledIn = snapshot;
            ScheduleDefinition definition = entry.schedule.definition();
            for (int part = 0; part < TimerCommand.parts(definition); part++) {
                sink.accept(scratch.define(definition, part));
            }
        }
    }

    /** As {@link TimerEngine#describe}. */
    void list(long id, ReplySink sink, TimerReply reply) {
        CalendarSchedule schedule = of(-id);
        int length = schedule == null ? 0 : schedule.definition().length();
        for (int offset = 0; offset < length; offset += ReplyLayout.TEXT_LENGTH) {
            sink.reply(reply.answer(ReplyCode.LISTED_TEXT, ReplyReason.NONE, id).text(schedule.definition(), offset));
        }
        sink.reply(reply.answer(ReplyCode.LIST_END, ReplyReason.NONE, 0));
    }
}
