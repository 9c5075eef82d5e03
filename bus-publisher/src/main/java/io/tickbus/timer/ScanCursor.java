// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/** Walks over all timers in bounded steps: each step examines a limited number of entries of the table. */
final class ScanCursor {
    private final TimerTable table;
    private int first;
    private int position;
    private int end;

    ScanCursor(TimerTable table) {
        this.table = table;
    }

    /** Begins a step at a position, which may come from a client: one that is out of range means the end. */
    ScanCursor from(long start, int maxEntries) {
        int length = table.usedEver();
        first = start < 0 || start > length ? length : (int) start;
        position = first;
        end = (int) Math.min(length, (long) first + maxEntries);
        return this;
    }

    /** Goes to the next pending or paused timer; false at the end of the step. */
    boolean next() {
        while (position < end) {
            if (table.isTaken(position++)) {
                return true;
            }
        }
        return false;
    }

    /** The timer that {@link #next} found. */
    int timer() {
        return position - 1;
    }

    /** Where the next step is to begin; 0 when all entries were examined. */
    int position() {
        return position < table.usedEver() ? position : 0;
    }

    /** How many entries this step has examined. */
    int examined() {
        return position - first;
    }
}
