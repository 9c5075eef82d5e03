// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A time zone from 1970 to 2199 as stretches of time with one offset each: what {@link ZoneRules} compute at each call
 * is looked up here, without allocating. Times are seconds since 1970, UTC unless they are called local.
 *
 * <p><b>Threads:</b> immutable; one for each zone whose offset changes, shared. <b>Progress:</b> wait-free.
 */
final class ZoneTimeline {
    /** Of regions, which the JDK has a list of; but of fixed offsets there are more than should be kept. */
    private static final ConcurrentHashMap<ZoneId, ZoneTimeline> KNOWN = new ConcurrentHashMap<>();
    private static final Instant END = LocalDate.of(LocalTimes.LAST_YEAR + 1, 1, 1)
            .atStartOfDay(ZoneOffset.UTC).toInstant();
    /** Beyond every time, with room for an offset. */
    private static final long FOREVER = Long.MAX_VALUE / 4;

    /** Where each stretch begins; the first begins before 1970. */
    private final long[] starts;
    private final int[] offsets;

    private ZoneTimeline(ZoneRules rules) {
        long[] newStarts = new long[16];
        int[] newOffsets = new int[16];
        // A day before, so that each local time of 1970 is in it.
        Instant time = Instant.EPOCH.minusSeconds(LocalTimes.SECONDS_PER_DAY);
        newStarts[0] = -FOREVER;
        newOffsets[0] = rules.getOffset(time).getTotalSeconds();
        int count = 1;
        for (ZoneOffsetTransition next = rules.nextTransition(time); next != null && next.getInstant().isBefore(END);
                next = rules.nextTransition(next.getInstant())) {
            if (count == newStarts.length) {
                newStarts = Arrays.copyOf(newStarts, 2 * count);
                newOffsets = Arrays.copyOf(newOffsets, 2 * count);
            }
            newStarts[count] = next.toEpochSecond();
            newOffsets[count] = next.getOffsetAfter().getTotalSeconds();
            count++;
        }
        starts = Arrays.copyOf(newStarts, count);
        offsets = Arrays.copyOf(newOffsets, count);
    }

    static ZoneTimeline of(ZoneId zone) {
        ZoneRules rules = zone.getRules();
        return rules.isFixedOffset() ? new ZoneTimeline(rules)
                : KNOWN.computeIfAbsent(zone, id -> new ZoneTimeline(rules));
    }

    int count() {
        return starts.length;
    }

    /** The stretch that contains a time. */
    int at(long time) {
        int found = Arrays.binarySearch(starts, time);
        return found >= 0 ? found : -found - 2;
    }

    long start(int stretch) {
        return starts[stretch];
    }

    long end(int stretch) {
        return stretch + 1 < starts.length ? starts[stretch + 1] : FOREVER;
    }

    /** Seconds that local time is ahead of UTC. */
    int offset(int stretch) {
        return offsets[stretch];
    }

    /** The local time when a stretch begins. */
    long localStart(int stretch) {
        return starts[stretch] + offsets[stretch];
    }

    /** The local time when it ends. */
    long localEnd(int stretch) {
        return end(stretch) + offsets[stretch];
    }

    boolean hasLocal(int stretch, long local) {
        return stretch >= 0 && stretch < starts.length && local >= localStart(stretch) && local < localEnd(stretch);
    }
}
