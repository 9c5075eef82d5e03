package io.tickbus.daemon;

import io.tickbus.daemon.journal.Journal;
import io.tickbus.timer.DurableTimers;

/**
 * Takes snapshots of the durable timers for the journal, a few images in a duty cycle, while everything else goes on:
 * an image holds what is true at its place in the journal, and what changes later stands behind it. The timer thread's.
 */
final class Snapshots {
    private static final int IMAGES_PER_CYCLE = 64;
    /** An image, or a command that waits, and whose it is. */
    private static final int ENTRIES_EACH = 2;
    /** What commands need goes first. */
    private static final int ROOM = 2 * ENTRIES_EACH * IMAGES_PER_CYCLE;

    private final DurableTimers timers;
    private final Journal journal;
    private final CommandDesk desk;
    private int cursor;
    private boolean isWanted;
    private boolean isRunning;
    private long rebuilds;

    Snapshots(DurableTimers timers, Journal journal, CommandDesk desk) {
        this.timers = timers;
        this.journal = journal;
        this.desk = desk;
    }

    /** Goes on with a snapshot, or begins one; returns how much was done. */
    int doWork() {
        isWanted |= journal.wantsSnapshot();
        if (!isWanted) {
            return 0;
        }
        if (isRunning && timers.rebuilds() != rebuilds) {
            // A fault was mended, and the timers are in other places now.
            isRunning = false;
        }
        if (!journal.isWritable() || !journal.hasRoom(isRunning ? ROOM : ROOM + ENTRIES_EACH * desk.inFlight())) {
            return 0;
        }
        if (!isRunning) {
            isRunning = true;
            cursor = 0;
            rebuilds = timers.rebuilds();
            journal.snapshotBegins();
            desk.restate();
        }
        cursor = timers.page(cursor, IMAGES_PER_CYCLE, journal::image);
        if (cursor < 0) {
            isRunning = false;
            isWanted = false;
            journal.snapshotEnds();
        }
        return 1;
    }
}
