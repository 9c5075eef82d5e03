// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.MisfirePolicy;

/**
 * What a periodic timer does when it is due: which occurrences its record stands for, and when it is due next. The sum
 * of {@code 1 + missed} over its records is exactly the number of elapsed occurrences.
 *
 * <p>An occurrence is late when {@code now − deadline} exceeds its allowance: the grace, plus the slack by which eco
 * mode may delay it on purpose. An occurrence in time fires on its own. Late ones depend on the policy:
 *
 * <ul>
 *   <li>FIRE_ONCE: all that are due by now become one record with the number and deadline of the earliest.
 *   <li>SKIP: late ones do not fire, but are counted in {@code skippedCount}. The next one in time reports that count
 *       as {@code missed}, with the flag COALESCED and without LATE.
 *   <li>FIRE_ALL: each late one fires on its own, up to {@code cap} of them in one backlog; the last of these stands
 *       for the rest as well. {@code catchUpLeft} is how many may still fire; it is 0 while there is no backlog.
 * </ul>
 *
 * <p>{@code missed} is an int32. 2^31 occurrences and more, which would not fit, become several records. When that
 * many are skipped, or when a schedule ends with occurrences that are skipped, the last of them fires and reports the
 * others as if it were in time.
 *
 * <p>One instance is reused for every firing. Timers never drift: a deadline follows from an occurrence's number by the
 * timer's {@link Recurrence}, and is {@link Saturating#NEVER_NS} if there is no such occurrence.
 */
final class MisfireRule {
    private static final int LATE = SignalRecordLayout.FLAG_LATE;
    private static final int COALESCED = SignalRecordLayout.FLAG_COALESCED;
    private static final long NS_PER_US = 1_000;
    private static final int ONCE = MisfirePolicy.FIRE_ONCE.code();
    private static final int SKIP = MisfirePolicy.SKIP.code();

    private final TimerTable table;
    private final Recurrence recurrence;
    private long longestSlackNs;
    private boolean isFiring;
    private long occurrence;
    private long deadlineNs;
    private int missed;
    private int flags;

    MisfireRule(TimerTable table, Recurrence recurrence) {
        this.table = table;
        this.recurrence = recurrence;
    }

    /** Sets the longest delay on purpose. */
    void longestSlackNs(long newLongestSlackNs) {
        longestSlackNs = newLongestSlackNs;
    }

    /** Whether a due timer is late. */
    boolean isLate(int timer, long nowNs) {
        return Saturating.difference(nowNs, table.dueNs(timer)) > allowanceNs(timer);
    }

    private long allowanceNs(int timer) {
        return table.graceUs(timer) * NS_PER_US + SlackClasses.slackNs(table.slackClass(timer), longestSlackNs);
    }

    /** Works out what a due timer does, and advances it to its next occurrence. */
    void apply(int timer, long nowNs) {
        isFiring = true;
        occurrence = table.occurrence(timer);
        deadlineNs = table.dueNs(timer);
        missed = 0;
        flags = 0;
        int policy = table.policyCode(timer);
        if (!isLate(timer, nowNs)) {
            fireInTime(timer, policy);
            advance(timer, 1);
        } else if (policy == ONCE) {
            long others = countUntil(timer, nowNs);
            fireTogether(others);
            advance(timer, 1L + missed, 1 + others, nowNs);
        } else if (policy == SKIP) {
            skip(timer, 1 + lateAfter(timer, nowNs), nowNs);
        } else {
            catchUp(timer, nowNs);
        }
    }

    /** A pause ends the backlog of a timer that catches up. */
    void onPause(int timer) {
        if (table.policyCode(timer) != SKIP) {
            table.catchUpLeft(timer, 0);
        }
    }

    /** Occurrences that fall into a pause do not fire. */
    void onResume(int timer, long nowNs) {
        long passed = passed(timer, nowNs);
        table.due(timer, nextNs(timer, passed), table.occurrence(timer) + passed);
    }

    /** Whether the schedule of a paused timer has no occurrence left. */
    boolean isOverAfterPause(int timer, long nowNs) {
        return table.periodNs(timer) < 0 && nextNs(timer, passed(timer, nowNs)) == Saturating.NEVER_NS;
    }

    private long passed(int timer, long nowNs) {
        long dueNs = table.dueNs(timer);
        return dueNs >= nowNs ? 0
                : 1 + recurrence.countUntil(table.periodNs(timer), table.occurrence(timer), dueNs, nowNs - 1);
    }

    private long nextNs(int timer, long count) {
        return recurrence.deadlineNs(table.periodNs(timer), table.occurrence(timer), table.dueNs(timer), count);
    }

    private void fireInTime(int timer, int policy) {
        if (policy == SKIP) {
            int skipped = table.skippedCount(timer);
            if (skipped != 0) {
                missed = skipped;
                flags = COALESCED;
                table.skippedCount(timer, 0);
            }
        } else if (table.catchUpLeft(timer) != 0) {
            table.catchUpLeft(timer, 0);
        }
    }

    private void fireTogether(long others) {
        missed = (int) Math.min(others, Integer.MAX_VALUE);
        flags = missed == 0 ? LATE : LATE | COALESCED;
    }

    private void skip(int timer, long late, long nowNs) {
        int skipped = table.skippedCount(timer);
        long fitting = Math.min(late, Integer.MAX_VALUE + 1L - skipped);
        advance(timer, fitting, late, latestLateNs(timer, nowNs));
        if (skipped + fitting <= Integer.MAX_VALUE && !isOver(timer)) {
            isFiring = false;
            table.skippedCount(timer, skipped + (int) fitting);
            return;
        }
        // The next record could not report them all, or there is none.
        deadlineNs = deadlineNs(timer, fitting - 1);
        occurrence += fitting - 1;
        missed = (int) (skipped + fitting - 1);
        flags = missed == 0 ? 0 : COALESCED;
        table.skippedCount(timer, 0);
    }

    private void catchUp(int timer, long nowNs) {
        int left = table.catchUpLeft(timer);
        if (left == 0) {
            left = table.cap(timer);
        }
        if (left > 1) {
            flags = LATE;
            table.catchUpLeft(timer, left - 1);
            advance(timer, 1);
            return;
        }
        long others = lateAfter(timer, nowNs);
        fireTogether(others);
        table.catchUpLeft(timer, others > Integer.MAX_VALUE ? 1 : 0);
        advance(timer, 1L + missed, 1 + others, latestLateNs(timer, nowNs));
    }

    /** How many of the occurrences after a late one are late as well. */
    private long lateAfter(int timer, long nowNs) {
        return countUntil(timer, latestLateNs(timer, nowNs));
    }

    private long latestLateNs(int timer, long nowNs) {
        return nowNs - allowanceNs(timer) - 1;
    }

    private long countUntil(int timer, long untilNs) {
        return recurrence.countUntil(table.periodNs(timer), occurrence, deadlineNs, untilNs);
    }

    private long deadlineNs(int timer, long count) {
        return count == 0 ? deadlineNs : recurrence.deadlineNs(table.periodNs(timer), occurrence, deadlineNs, count);
    }

    private void advance(int timer, long count) {
        table.due(timer, deadlineNs(timer, count), occurrence + count);
    }

    /** Beyond {@code count} occurrences. Where these are all up to a time, a schedule is asked for the one after it. */
    private void advance(int timer, long count, long all, long untilNs) {
        long period = table.periodNs(timer);
        if (period < 0 && count == all) {
            table.due(timer, recurrence.firstAfterNs(period, occurrence + count, untilNs), occurrence + count);
        } else {
            advance(timer, count);
        }
    }

    /** Whether a timer has a schedule that has no further occurrence. */
    boolean isOver(int timer) {
        return table.periodNs(timer) < 0 && table.dueNs(timer) == Saturating.NEVER_NS;
    }

    /** Whether there is a record: false if the occurrences are skipped. */
    boolean isFiring() {
        return isFiring;
    }

    /** Number of the record's occurrence. */
    long occurrence() {
        return occurrence;
    }

    /** The deadline of {@link #occurrence()}. */
    long deadlineNs() {
        return deadlineNs;
    }

    /** How many more occurrences the record stands for. */
    int missed() {
        return missed;
    }

    /** LATE and COALESCED, as they apply. */
    int flags() {
        return flags;
    }
}
