// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.TimerCommand;

/** What the owner of a key expects of its timer: the model of {@link RecoveryHistory}. */
final class ExpectedTimer {
    private static final long TOLERANCE_NS = 1_000_000;

    /** False if a command was in flight when the daemon was killed. */
    boolean isCertain = true;
    boolean isThere;
    boolean isCalendar;
    /** Signals were lost since, so the timer may fire once more, with the flag. */
    boolean mayRepeat;
    /** A command was refused after its PENDING entry. If only the ABORTED entry is lost, the command is carried out. */
    boolean isShaky;
    boolean hasFired;
    Durability durability = Durability.NONE;
    private boolean isPaused;
    /**
     * For a calendar timer in CLOCK_REALTIME, otherwise in the host's CLOCK_MONOTONIC. For a paused one-shot timer, the
     * time left.
     */
    private long dueNs;
    private long periodNs;
    private long nextOccurrence;

    /** Called when a command was answered. */
    void expect(TimerCommand command, long takenNs, SimulatedHost host) {
        long nowNs = takenNs + (isCalendar ? host.calendarNs() : -host.namespaceNs());
        switch (command.type()) {
            case CommandLayout.TYPE_ARM -> arm(command, host);
            case CommandLayout.TYPE_CANCEL -> {
                isCertain = true;
                isThere = false;
                isPaused = false;
                hasFired = false;
                isShaky = false;
            }
            case CommandLayout.TYPE_PAUSE -> {
                if (!isPaused) {
                    isPaused = true;
                    dueNs -= periodNs == 0 ? nowNs : 0;
                }
            }
            default -> {
                if (isPaused) {
                    isPaused = false;
                    dueNs += periodNs == 0 ? nowNs : 0;
                    skipPaused(nowNs);
                }
            }
        }
    }

    private void arm(TimerCommand command, SimulatedHost host) {
        isCertain = true;
        isThere = true;
        isPaused = false;
        // The journal does not know a volatile timer: if the firing of the durable one before it is lost, that one
        // comes back.
        hasFired &= command.durability() == Durability.NONE;
        mayRepeat &= hasFired;
        isShaky = false;
        isCalendar = (command.flags() & CommandLayout.FLAG_CALENDAR) != 0;
        durability = command.durability();
        periodNs = command.periodNs();
        nextOccurrence = 0;
        dueNs = command.deadlineNs() - (isCalendar ? 0 : host.namespaceNs());
    }

    private void skipPaused(long nowNs) {
        if (periodNs > 0) {
            long nextNs = dueNs + nextOccurrence * periodNs;
            nextOccurrence += nextNs < nowNs ? (nowNs - nextNs - 1) / periodNs + 1 : 0;
        }
    }

    /** Called when CLOCK_MONOTONIC has started again. */
    void move(long deltaNs) {
        if (!isCalendar && !(isPaused && periodNs == 0)) {
            dueNs += deltaNs;
        }
    }

    /** Called when the daemon was killed: volatile timers are gone. */
    void forgetVolatile() {
        if (durability == Durability.NONE && isCertain) {
            isThere = false;
            isPaused = false;
        }
    }

    boolean isOnce() {
        return periodNs == 0;
    }

    /** Whether it should have fired by now. */
    boolean isLost(SimulatedHost host) {
        long leftNs = dueNs + nextOccurrence * periodNs - (isCalendar ? host.realtimeNs() : host.hostNs());
        return isCertain && isThere && !isPaused && leftNs < -TOLERANCE_NS / 2;
    }

    /** Called when the timer has fired; throws if it must not have, or not then. */
    void judge(SignalRecord firing, SimulatedHost host, boolean isUncertain) {
        if (!isCertain) {
            hasFired = true;
            return;
        }
        boolean isFlagged = (firing.flags() & SignalRecordLayout.FLAG_MAYBE_DUPLICATE) != 0;
        long occurrence = periodNs == 0 ? 0 : firing.occurrence();
        // The timer that is gone may have been a volatile one that replaced a durable one.
        boolean isRepeat = !isThere || (periodNs > 0 && occurrence < nextOccurrence);
        require(!isPaused, "fired though paused");
        require(!isFlagged || isUncertain || mayRepeat, "flagged after nothing but kills");
        require(!isRepeat || (isFlagged && mayRepeat && (hasFired || periodNs > 0)),
                "fired twice, or after it was cancelled");
        require(isRepeat || occurrence <= nextOccurrence, "occurrences lost");
        if (!isRepeat) {
            checkTime(firing, dueNs + occurrence * periodNs, host);
        }
        hasFired = true;
        if (periodNs == 0) {
            isThere = false;
        } else {
            nextOccurrence = Math.max(nextOccurrence, occurrence + 1 + firing.missed());
        }
    }

    private void checkTime(SignalRecord firing, long atNs, SimulatedHost host) {
        long hereNs = isCalendar ? atNs - host.calendarNs() : atNs + host.namespaceNs();
        // A time before the host's boot is stated as the time of the boot.
        boolean isClipped = hereNs < 0 && firing.deadlineNs() == 0;
        require(Math.abs(firing.deadlineNs() - hereNs) <= TOLERANCE_NS || isClipped,
                "states another time than " + hereNs);
        require(hereNs - host.nowNs() <= (isCalendar ? 0 : TOLERANCE_NS), "early by " + (hereNs - host.nowNs()));
    }

    private void require(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new AssertionError(otherwise + ": " + this);
        }
    }

    @Override
    public String toString() {
        return "there=" + isThere + " calendar=" + isCalendar + " paused=" + isPaused + " mayRepeat=" + mayRepeat
                + " fired=" + hasFired + " " + durability + " due=" + dueNs + " period=" + periodNs + " next="
                + nextOccurrence;
    }
}
