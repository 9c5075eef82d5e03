// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

import java.time.ZoneId;
import java.util.Arrays;

/**
 * The instants at which an expression is due in a time zone. Times are seconds since 1970, UTC.
 *
 * <p>Local times that a day has twice or not at all follow an {@link OverlapPolicy} and a {@link GapPolicy}. Whatever
 * they are, instants are strictly increasing, and unless the policy is {@link OverlapPolicy#BOTH}, no two of them have
 * the same local time.
 *
 * <p><b>Threads:</b> immutable. <b>Progress:</b> {@link #next} is wait-free and allocates nothing.
 */
public final class CalendarSchedule {
    /** There is no further instant before the year 2200. */
    public static final long NONE = Long.MAX_VALUE;

    /** Neighbours of a stretch of one offset that may share local times with it: zones have changed twice a week. */
    private static final int NEIGHBOURS = 3;
    private static final long[] NO_DAYS = {};
    /** Instants that are found faster one by one than by counting. */
    private static final int STEPS = 32;
    private static final int SECONDS_PER_MINUTE = 60;

    private final String text;
    private final ZoneId zone;
    private final LocalTimes times;
    private final ZoneTimeline timeline;
    private final GapPolicy gap;
    private final OverlapPolicy overlap;
    private final long from;
    private final long until;
    /** Days since 1970, sorted. */
    private final long[] excludedDays;
    private final long limit;
    /** Made when it is asked for; two threads may make it twice. */
    private ScheduleDefinition definition;

    private CalendarSchedule(String text, ZoneId zone, LocalTimes times, Terms terms) {
        this.text = text;
        this.zone = zone;
        this.times = times;
        this.timeline = ZoneTimeline.of(zone);
        this.gap = terms.gap;
        this.overlap = terms.overlap;
        this.from = terms.from;
        this.until = terms.until;
        this.excludedDays = terms.excludedDays;
        this.limit = terms.limit;
    }

    /** What there is beside the expression and its zone. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Terms(GapPolicy gap, OverlapPolicy overlap, long from, long until, long[] excludedDays,
            long limit) {
    }

    private CalendarSchedule with(Terms terms) {
        return new CalendarSchedule(text, zone, times, terms);
    }

    /** What led to an instant. */
    public enum Rule {
        /** Its local time is there once. */
        NORMAL,
        /** Its local time is missing; the clocks are set forward at this instant. */
        AT_TRANSITION,
        /** Its local time is missing; this one is as much later as the clocks are set forward by. */
        SHIFTED,
        /** Its local time is there twice; this is the first time. */
        FIRST,
        /** Its local time is there twice; this is the second time. */
        SECOND
    }

    /**
     * Reads an expression: cron's with five fields or, with seconds first, six; or systemd's {@code OnCalendar}. The
     * policies are cron's, see {@link GapPolicy#AT_TRANSITION} and {@link OverlapPolicy#FIRST}.
     *
     * @param defaultZone where the expression does not name one
     * @throws CalendarSyntaxException which shows the character where it went wrong
     */
    public static CalendarSchedule parse(String expression, ZoneId defaultZone) {
        CalendarParser.Parsed parsed = CalendarParser.parse(expression);
        boolean isFrequent = parsed.fields().isFrequent;
        LocalTimes times = new LocalTimes(parsed.fields());
        if (times.next(0, LocalTimes.END) == LocalTimes.NONE) {
            throw new CalendarSyntaxException(expression, 0, "there is no such day before the year 2200");
        }
        return new CalendarSchedule(expression.strip(), parsed.zone() == null ? defaultZone : parsed.zone(), times,
                new Terms(isFrequent ? GapPolicy.SKIP : GapPolicy.AT_TRANSITION,
                        isFrequent ? OverlapPolicy.BOTH : OverlapPolicy.FIRST,
                        Long.MIN_VALUE, Long.MAX_VALUE, NO_DAYS, Long.MAX_VALUE));
    }

    /** Sets what happens to local times that a day does not have. */
    public CalendarSchedule withGap(GapPolicy newGap) {
        return with(new Terms(newGap, overlap, from, until, excludedDays, limit));
    }

    /** Sets what happens at local times that a day has twice. */
    public CalendarSchedule withOverlap(OverlapPolicy newOverlap) {
        return with(new Terms(gap, newOverlap, from, until, excludedDays, limit));
    }

    /** Sets the first and the last second at which it may be due; both belong to the range. */
    public CalendarSchedule between(long newFrom, long newUntil) {
        if (newFrom > newUntil) {
            throw new IllegalArgumentException("it ends before it begins: from=" + newFrom + " until=" + newUntil);
        }
        return with(new Terms(gap, overlap, newFrom, newUntil, excludedDays, limit));
    }

    /** Sets the local dates, as days since 1970, on which it is not due. */
    public CalendarSchedule without(long... newExcludedDays) {
        long[] sorted = Arrays.stream(newExcludedDays).sorted().distinct().toArray();
        return with(new Terms(gap, overlap, from, until, sorted, limit));
    }

    /**
     * Sets after how many occurrences a timer of this schedule ends, at least 1. Which instant is the first depends on
     * when the timer is armed, so {@link #next} knows nothing of it.
     */
    public CalendarSchedule limit(long newLimit) {
        if (newLimit < 1) {
            throw new IllegalArgumentException("a timer is due at least once: limit=" + newLimit);
        }
        return with(new Terms(gap, overlap, from, until, excludedDays, newLimit));
    }

    /** After how many occurrences a timer of it ends; {@code Long.MAX_VALUE} for never. */
    public long limit() {
        return limit;
    }

    /** Everything that was set, as text, and the number of that text. */
    public ScheduleDefinition definition() {
        if (definition == null) {
            definition = ScheduleDefinition.of(this, from, until, excludedDays);
        }
        return definition;
    }

    /** Sets the text that it was read from; before anybody else has this schedule. */
    CalendarSchedule withDefinition(ScheduleDefinition newDefinition) {
        definition = newDefinition;
        return this;
    }

    /** How often it is due on a day on which it is due, by the expression. */
    public int perDay() {
        return times.perDay();
    }

    /** The expression as it was given. */
    public String text() {
        return text;
    }

    /** The time zone. */
    public ZoneId zone() {
        return zone;
    }

    /** What happens to local times that a day does not have. */
    public GapPolicy gap() {
        return gap;
    }

    /** What happens at local times that a day has twice. */
    public OverlapPolicy overlap() {
        return overlap;
    }

    /** The first instant later than {@code after}, or {@link #NONE}. */
    public long next(long after) {
        long earliest = Math.max(0, after >= from ? after + 1 : from);
        if (after == Long.MAX_VALUE || earliest > until) {
            return NONE;
        }
        int stretch = timeline.at(earliest);
        while (stretch < timeline.count()) {
            long found = nextWithin(stretch, Math.max(earliest, timeline.start(stretch)));
            if (found != NONE || timeline.end(stretch) > until) {
                return found <= until ? found : NONE;
            }
            stretch = Math.max(stretch + 1, stretchOfMatch(timeline.end(stretch)));
        }
        return NONE;
    }

    /** The first stretch with an instant that may stand for a match, from a time on: no offset is a day long. */
    private int stretchOfMatch(long from) {
        long match = nextLocal(from - LocalTimes.SECONDS_PER_DAY, LocalTimes.END);
        return match == LocalTimes.NONE ? timeline.count() : timeline.at(match - LocalTimes.SECONDS_PER_DAY);
    }

    /**
     * The {@code n}-th instant later than {@code after}, or {@link #NONE}. Takes time in proportion to {@code n} up to
     * 32, and to the months in between beyond that.
     */
    public long next(long after, long n) {
        if (n <= STEPS) {
            long found = after;
            for (long i = 0; i < n && found != NONE; i++) {
                found = next(found);
            }
            return found;
        }
        if (after >= LocalTimes.END) {
            return NONE;
        }
        // Counts each part once: the n-th one is the left-th that is later than low, and not later than high.
        long left = n;
        long low = Math.max(after, -1);
        long length = LocalTimes.SECONDS_PER_DAY;
        for (long count = count(low, low + length); count < left; count = count(low, low + length)) {
            left -= count;
            low += length;
            length *= 2;
            if (low > LocalTimes.END) {
                return NONE;
            }
        }
        while (length > 1) {
            long half = length / 2;
            long count = count(low, low + half);
            if (count < left) {
                left -= count;
                low += half;
                length -= half;
            } else {
                length = half;
            }
        }
        return low + 1;
    }

    /** How many instants are later than {@code after} but not than {@code last}. Examines months, not instants. */
    public long count(long after, long last) {
        long first = Math.max(0, after >= from ? after + 1 : from);
        long end = Math.min(Math.min(last, until), LocalTimes.END);
        if (after == Long.MAX_VALUE || first > end) {
            return 0;
        }
        long count = 0;
        int stretch = timeline.at(first);
        for (; stretch < timeline.count() && timeline.start(stretch) <= end; stretch++) {
            count += countWithin(stretch, Math.max(first, timeline.start(stretch)),
                    Math.min(end, timeline.end(stretch) - 1));
        }
        return count;
    }

    /** From one second of a stretch to another, both included. */
    private long countWithin(int stretch, long first, long last) {
        int offset = timeline.offset(stretch);
        long count = countRegular(stretch, first + offset, last + 1 + offset);
        if (stretch > 0 && gap != GapPolicy.SKIP && timeline.offset(stretch - 1) < offset) {
            count += gap == GapPolicy.SHIFT ? countShifted(stretch, first, last) : countAtTransition(stretch, first);
        }
        return count;
    }

    /** One more if the beginning of a stretch stands for what it leaves out, and is not due on its own. */
    private int countAtTransition(int stretch, long first) {
        long start = timeline.start(stretch);
        return first == start && nextMissing(stretch, start) == start
                && !isRegular(stretch, timeline.localStart(stretch)) ? 1 : 0;
    }

    /** Instants that stand for missing local times and are not due on their own, minute by minute. */
    private long countShifted(int stretch, long first, long last) {
        int before = timeline.offset(stretch - 1);
        int length = timeline.offset(stretch) - before;
        // Within a minute all seconds are due on their own, or none: but for a few clocks before 1973.
        int step = length % SECONDS_PER_MINUTE == 0 ? SECONDS_PER_MINUTE : 1;
        long end = Math.min(last + 1 + before, timeline.localStart(stretch));
        long count = 0;
        long found = nextLocal(first + before, end);
        while (found < end) {
            long free = skipExisting(stretch, found);
            if (free == found) {
                free = Math.min(end, (Math.floorDiv(found, step) + 1L) * step);
                count += isRegular(stretch, found + length) ? 0 : countLocal(found, free);
            }
            found = nextLocal(free, end);
        }
        return count;
    }

    /** Whether a local time of a stretch is due because it is there. */
    private boolean isRegular(int stretch, long local) {
        return nextLocal(local, local + 1) == local && skipRepeated(stretch, local) == local;
    }

    /** As {@link #nextRegular}, for the local times from one on and before another. */
    private long countRegular(int stretch, long from, long end) {
        long count = 0;
        long local = from;
        while (local < end) {
            long free = skipRepeated(stretch, local);
            if (free == local) {
                free = nextRepeated(stretch, local, end);
                count += countLocal(local, free);
            }
            local = free;
        }
        return count;
    }

    /** Where the next part begins that another stretch is to fire, or {@code end}. */
    private long nextRepeated(int stretch, long local, long end) {
        long nearest = end;
        int step = overlap == OverlapPolicy.FIRST ? -1 : 1;
        for (int i = 1; i <= NEIGHBOURS && overlap != OverlapPolicy.BOTH; i++) {
            int other = stretch + i * step;
            if (other >= 0 && other < timeline.count() && timeline.localStart(other) > local) {
                nearest = Math.min(nearest, timeline.localStart(other));
            }
        }
        return nearest;
    }

    private long countLocal(long from, long end) {
        long count = times.count(from, end);
        for (long day : excludedDays) {
            count -= times.count(Math.max(from, day * LocalTimes.SECONDS_PER_DAY),
                    Math.min(end, (day + 1) * LocalTimes.SECONDS_PER_DAY));
        }
        return count;
    }

    private long nextWithin(int stretch, long earliest) {
        long regular = nextRegular(stretch, earliest + timeline.offset(stretch));
        long missing = stretch == 0 || gap == GapPolicy.SKIP ? NONE : nextMissing(stretch, earliest);
        return Math.min(regular, missing);
    }

    /** The first instant of a stretch whose local time is there, from the local time {@code local} on. */
    private long nextRegular(int stretch, long local) {
        long end = timeline.localEnd(stretch);
        long found = nextLocal(local, end);
        while (found < end) {
            long free = skipRepeated(stretch, found);
            if (free == found) {
                return found - timeline.offset(stretch);
            }
            found = nextLocal(free, end);
        }
        return NONE;
    }

    /** The local time itself, or the end of the part of it that another stretch is to fire. */
    private long skipRepeated(int stretch, long local) {
        if (overlap != OverlapPolicy.BOTH) {
            int step = overlap == OverlapPolicy.FIRST ? -1 : 1;
            for (int i = 1; i <= NEIGHBOURS; i++) {
                int other = stretch + i * step;
                if (timeline.hasLocal(other, local)) {
                    return timeline.localEnd(other);
                }
            }
        }
        return local;
    }

    /** The first instant that stands for a local time which the beginning of this stretch leaves out. */
    private long nextMissing(int stretch, long earliest) {
        int before = timeline.offset(stretch - 1);
        boolean isAtTransition = gap == GapPolicy.AT_TRANSITION;
        if (before >= timeline.offset(stretch) || (isAtTransition && earliest > timeline.start(stretch))) {
            return NONE;
        }
        long end = timeline.localStart(stretch);
        long found = nextLocal(earliest + before, end);
        while (found < end) {
            long free = skipExisting(stretch, found);
            if (free == found) {
                return isAtTransition ? timeline.start(stretch) : shifted(stretch, found - before);
            }
            found = nextLocal(free, end);
        }
        return NONE;
    }

    /** An instant that is as much later as the clocks are set forward by, unless they are set again by then. */
    private long shifted(int stretch, long instant) {
        return instant < timeline.end(stretch) ? instant : NONE;
    }

    private long skipExisting(int stretch, long local) {
        for (int other = stretch - NEIGHBOURS; other <= stretch + NEIGHBOURS; other++) {
            if (timeline.hasLocal(other, local)) {
                return timeline.localEnd(other);
            }
        }
        return local;
    }

    /** As {@link LocalTimes#next(long, long)}, on a day that is not excluded. */
    private long nextLocal(long local, long end) {
        long found = times.next(local, end);
        while (found < end && excludedDays.length > 0) {
            long day = Math.floorDiv(found, LocalTimes.SECONDS_PER_DAY);
            if (Arrays.binarySearch(excludedDays, day) < 0) {
                return found;
            }
            found = times.next((day + 1) * LocalTimes.SECONDS_PER_DAY, end);
        }
        return found;
    }

    /** What led to an instant that {@link #next} returned. */
    public Rule ruleOf(long instant) {
        int stretch = timeline.at(instant);
        long local = instant + timeline.offset(stretch);
        if (nextLocal(local, local + 1) != local) {
            return instant == timeline.start(stretch) && gap == GapPolicy.AT_TRANSITION
                    ? Rule.AT_TRANSITION : Rule.SHIFTED;
        }
        for (int i = 1; i <= NEIGHBOURS; i++) {
            if (timeline.hasLocal(stretch - i, local)) {
                return Rule.SECOND;
            }
            if (timeline.hasLocal(stretch + i, local)) {
                return Rule.FIRST;
            }
        }
        return Rule.NORMAL;
    }

    /** Seconds that local time is ahead of UTC at an instant. */
    public int offsetAt(long instant) {
        return timeline.offset(timeline.at(instant));
    }

    /** The expression, its zone and its policies. */
    @Override
    public String toString() {
        return text + " " + zone.getId() + " gap=" + gap + " overlap=" + overlap;
    }
}
