package io.tickbus.timer;

import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.MisfirePolicy;

/**
 * What a periodic timer does when it is due: which occurrences its record stands for and when it is due next. The sum
 * of {@code 1 + missed} over its records is the number of elapsed occurrences, exactly.
 *
 * <p>An occurrence is late when {@code now − deadline} is more than its allowance: the grace, and on top of it the
 * slack by which a mode that saves power may put it off on purpose. In time, each fires on its own. Late:
 *
 * <ul>
 *   <li>FIRE_ONCE: all that are due by now are one record, which carries the number and deadline of the earliest.
 *   <li>SKIP: the late ones are dropped and counted in {@code arrears}; the next in time carries their number in
 *       {@code missed} with the flag COALESCED, without LATE.
 *   <li>FIRE_ALL: each late one fires on its own, but of one run of late ones only {@code cap}: the last of them stands
 *       for the rest as well. {@code arrears} is how many may still fire, 0 outside of a run.
 * </ul>
 *
 * <p>{@code missed} is an int32. What would not fit, 2^31 occurrences and more, becomes several records.
 *
 * <p>Made once, and filled for each firing. Never drifts: a deadline is {@code anchor + n × period}; where that is
 * beyond the largest time it is {@link Saturating#NEVER_NS}.
 */
final class MisfireRule {
    private static final int LATE = SignalRecordLayout.FLAG_LATE;
    private static final int COALESCED = SignalRecordLayout.FLAG_COALESCED;
    private static final long NS_PER_US = 1_000;
    private static final int ONCE = MisfirePolicy.FIRE_ONCE.code();
    private static final int SKIP = MisfirePolicy.SKIP.code();

    private final TimerTable table;
    private long longestSlackNs;
    private boolean isFiring;
    private long occurrence;
    private long deadlineNs;
    private int missed;
    private int flags;

    MisfireRule(TimerTable table) {
        this.table = table;
    }

    /** Sets how far a firing may be put off on purpose, at most. */
    void longestSlackNs(long newLongestSlackNs) {
        longestSlackNs = newLongestSlackNs;
    }

    /** Whether a timer is late that is due. */
    boolean isLate(int timer, long nowNs) {
        return Saturating.difference(nowNs, table.dueNs(timer)) > allowanceNs(timer);
    }

    private long allowanceNs(int timer) {
        return table.graceUs(timer) * NS_PER_US + SlackClasses.slackNs(table.slackClass(timer), longestSlackNs);
    }

    /** Works out what a timer does that is due now, and moves it on to its next occurrence. */
    void apply(int timer, long nowNs) {
        isFiring = true;
        occurrence = table.occurrence(timer);
        deadlineNs = table.dueNs(timer);
        missed = 0;
        flags = 0;
        int policy = table.policyCode(timer);
        if (!isLate(timer, nowNs)) {
            fireInTime(timer, policy);
            moveOn(timer, 1);
        } else if (policy == ONCE) {
            fireTogether(Saturating.difference(nowNs, deadlineNs) / table.periodNs(timer));
            moveOn(timer, 1L + missed);
        } else if (policy == SKIP) {
            skip(timer, 1 + lateAfter(timer, nowNs));
        } else {
            catchUp(timer, nowNs);
            moveOn(timer, 1L + missed);
        }
    }

    /** A pause ends a run of late ones. */
    static void onPause(TimerTable table, int timer) {
        if (table.policyCode(timer) != SKIP) {
            table.arrears(timer, 0);
        }
    }

    private void fireInTime(int timer, int policy) {
        int arrears = table.arrears(timer);
        if (arrears != 0) {
            if (policy == SKIP) {
                missed = arrears;
                flags = COALESCED;
            }
            table.arrears(timer, 0);
        }
    }

    private void fireTogether(long others) {
        missed = (int) Math.min(others, Integer.MAX_VALUE);
        flags = missed == 0 ? LATE : LATE | COALESCED;
    }

    private void skip(int timer, long late) {
        int arrears = table.arrears(timer);
        if (arrears + late <= Integer.MAX_VALUE) {
            isFiring = false;
            table.arrears(timer, arrears + (int) late);
            moveOn(timer, late);
            return;
        }
        // More than the next record could carry: what was skipped last, with as many of these as go into one record.
        occurrence -= arrears;
        deadlineNs -= arrears * table.periodNs(timer);
        fireTogether(Integer.MAX_VALUE);
        table.arrears(timer, 0);
        moveOn(timer, 1L + missed);
    }

    private void catchUp(int timer, long nowNs) {
        int left = table.arrears(timer);
        if (left == 0) {
            left = table.cap(timer);
        }
        if (left > 1) {
            flags = LATE;
            table.arrears(timer, left - 1);
            return;
        }
        long others = lateAfter(timer, nowNs);
        fireTogether(others);
        table.arrears(timer, others > Integer.MAX_VALUE ? 1 : 0);
    }

    /** How many that come after a late one are late as well. */
    private long lateAfter(int timer, long nowNs) {
        long overdueNs = Saturating.difference(nowNs, deadlineNs) - allowanceNs(timer) - 1;
        return overdueNs / table.periodNs(timer);
    }

    private void moveOn(int timer, long count) {
        table.due(timer, Saturating.deadlineNs(deadlineNs, Saturating.product(count, table.periodNs(timer))),
                occurrence + count);
    }

    /** Whether there is a record at all. */
    boolean isFiring() {
        return isFiring;
    }

    /** Number of the occurrence that the record is of. */
    long occurrence() {
        return occurrence;
    }

    /** The deadline of {@link #occurrence()}. */
    long deadlineNs() {
        return deadlineNs;
    }

    /** How many more it stands for. */
    int missed() {
        return missed;
    }

    /** LATE and COALESCED, as they apply. */
    int flags() {
        return flags;
    }
}
