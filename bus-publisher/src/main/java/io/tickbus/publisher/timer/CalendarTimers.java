package io.tickbus.publisher.timer;

/**
 * Moves the deadlines of calendar timers when CLOCK_REALTIME was set, a few at a time. Each timer says which of two
 * offsets it was reckoned with, so that one that is armed meanwhile is not moved twice; steps that come while one is
 * being made are added up and made after it.
 */
final class CalendarTimers {
    private static final int MOST_LOOKED_AT = 1_024;
    private static final int MOST_MOVED = 64;

    private final TimerStore store;
    private long stepNs;
    private long nextStepNs;
    private int cursor;
    private boolean isMoving;
    private long rebuildsSeen;

    CalendarTimers(TimerStore store) {
        this.store = store;
    }

    void step(long forwardsNs) {
        if (isMoving) {
            nextStepNs += forwardsNs;
            return;
        }
        stepNs = forwardsNs;
        cursor = 0;
        isMoving = true;
        store.calendarParity(!store.calendarParity());
    }

    boolean isMoving() {
        return isMoving;
    }

    /** Goes on; returns how many timers were looked at. */
    int move() {
        if (rebuildsSeen != store.rebuilds()) {
            // Timers have other indexes now, perhaps ones that were passed.
            rebuildsSeen = store.rebuilds();
            cursor = 0;
        }
        TimerTable table = store.table();
        int end = Math.min(table.usedEver(), cursor + MOST_LOOKED_AT);
        int first = cursor;
        int moved = 0;
        while (cursor < end && moved < MOST_MOVED) {
            boolean isBehind = table.isTaken(cursor) && table.isCalendar(cursor)
                    && table.shiftParity(cursor) != store.calendarParity();
            if (isBehind) {
                store.shift(cursor, -stepNs);
                moved++;
            }
            cursor++;
        }
        int looked = cursor - first;
        if (cursor >= table.usedEver()) {
            isMoving = false;
            if (nextStepNs != 0) {
                long next = nextStepNs;
                nextStepNs = 0;
                step(next);
            }
        }
        return Math.max(1, looked);
    }
}
