// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.daemon.journal.Journal;
import io.tickbus.timer.DurableTimers;

/**
 * Takes snapshots of the durable timers for the journal, a few images in a duty cycle, while the daemon works on: an
 * image says what is true at its place in the journal, and later changes follow it. The timer thread's.
 */
final class SnapshotTaker {
    private static final int IMAGES_PER_CYCLE = 64;
    /** Whose it is, its schedule, and then the image. */
    private static final int ENTRIES_EACH = 2 + Journal.MAX_SCHEDULE_ENTRIES;
    /** Room that stays free for commands, which come first. */
    private static final int ROOM = 2 * ENTRIES_EACH * IMAGES_PER_CYCLE;

    private final DurableTimers timers;
    private final Journal journal;
    private final Backlog backlog;
    private int cursor;
    private boolean isWanted;
    private boolean isRunning;
    private long rebuilds;

    /** What the journal was told and the timers do not show yet. */
    interface Backlog {
        /** How many entries {@link #restate} makes at most. */
        int entries();

        /** Tells the journal once more, so that the snapshot's beginning is not behind it. */
        void restate();
    }

    SnapshotTaker(DurableTimers timers, Journal journal, Backlog backlog) {
        this.timers = timers;
        this.journal = journal;
        this.backlog = backlog;
    }

    /** Continues a snapshot, or begins one that is wanted; returns how much was done. */
    int doWork() {
        isWanted |= journal.wantsSnapshot();
        if (!isWanted) {
            return 0;
        }
        if (isRunning && timers.rebuilds() != rebuilds) {
            // A fault was repaired, which has moved the timers.
            isRunning = false;
        }
        boolean hasRoom = journal.isWritable() && journal.hasRoom(ROOM);
        if (!hasRoom || (!isRunning && !journal.hasRoom(ROOM + backlog.entries()))) {
            return 0;
        }
        if (!isRunning) {
            isRunning = true;
            cursor = 0;
            rebuilds = timers.rebuilds();
            journal.beginSnapshot();
            backlog.restate();
        }
        cursor = timers.page(cursor, IMAGES_PER_CYCLE, journal::appendImage);
        if (cursor < 0) {
            isRunning = false;
            isWanted = false;
            journal.endSnapshot();
        }
        return 1;
    }
}
