// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;

/**
 * A timer as the daemon listed it.
 *
 * <p><b>Threads:</b> one at a time.
 *
 * @param owner      number of the owner it belongs to
 * @param arming     a command that arms the timer again as it is; its deadline is in the timer's own clock,
 *                   CLOCK_REALTIME for a calendar timer, and 0 for a paused one-shot timer
 * @param deadlineNs when it is due next, CLOCK_MONOTONIC nanoseconds; 0 while it is paused
 * @param occurrence number of the next firing, from 0
 * @param lateCount  late occurrences that with FIRE_ALL will yet fire one by one, or that with SKIP were left out since
 *                   the last firing
 * @param isPaused   whether it is paused
 * @param leftNs     nanoseconds from its resumption to its firing, for a paused one-shot timer; else 0
 * @param schedule   the text of its schedule, see {@code ScheduleDefinition}; empty if it has none. Where this process
 *                   understands it, {@code arming} has it too
 */
public record ArmedTimer(int owner, TimerCommand arming, long deadlineNs, long occurrence, long lateCount,
        boolean isPaused, long leftNs, String schedule) {
    static ArmedTimer of(TimerReply listed, TimerReply rest) {
        long detail = listed.detail();
        boolean isPaused = detail < 0;
        boolean hasTimeLeft = isPaused && listed.periodNs() == 0;
        TimerCommand arming = rest.copyTo(new TimerCommand().arm(listed.key(), listed.signalId(),
                hasTimeLeft ? 0 : rest.deadlineNs()).periodNs(listed.periodNs()));
        return new ArmedTimer(listed.owner(), arming, listed.deadlineNs(), isPaused ? -1 - detail : detail,
                listed.signalSequence(), isPaused, hasTimeLeft ? rest.deadlineNs() : 0, "");
    }

    /** The same with the text of its schedule. */
    ArmedTimer with(String text) {
        TimerCommand copy = new TimerCommand().copyOf(arming);
        try {
            copy.schedule(ScheduleDefinition.parse(text));
        } catch (IllegalArgumentException e) {
            // Another version's, or a zone that is not known here: it can be shown, and not armed by this process.
            copy.copyOf(arming);
        }
        return new ArmedTimer(owner, copy, deadlineNs, occurrence, lateCount, isPaused, leftNs, text);
    }

    /** The owner's key. */
    public long key() {
        return arming.key();
    }

    /** What its signal means. */
    public int signalId() {
        return arming.signalId();
    }

    /** Nanoseconds from one occurrence to the next; 0 for a one-shot timer; below 0 for one with a schedule. */
    public long periodNs() {
        return arming.periodNs();
    }
}
