// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.journal;

import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.DaemonCounters;
import io.tickbus.daemon.LoopProgress;
import io.tickbus.timer.DurableTimers;

/**
 * A daemon's record of durable timers and signals. Found by {@link JournalProvider}; a daemon without a journal has no
 * durable timers and is otherwise the same.
 *
 * <p>The timer thread appends entries and continues: nothing here waits for a disk. An appended entry survives the
 * process; an entry whose ticket is {@linkplain #syncedTicket() synced} survives the host. The journal reads firings
 * from the bus's own ring, in the order of the timer thread.
 *
 * <p><b>Threads:</b> the timer thread, unless stated otherwise. <b>Progress:</b> wait-free, except for {@link
 * #recover}, {@link #start} and {@link #close}. <b>Loss:</b> never of entries, as callers check for room first. Firings
 * that the ring overwrote before they were journalled are counted, and the journal records a gap.
 */
public interface Journal extends AutoCloseable {
    /**
     * Restores the durable timers; called before {@link #start} and before the timer thread runs.
     *
     * @return the result, with the owners that have timers
     */
    RecoveryResult recover(DurableTimers timers);

    /** Starts writing; called before the timer thread runs. */
    void start();

    /** Whether durable commands are accepted: false while the disk fails. */
    boolean isWritable();

    /** Whether there is room for this many entries; a few slots are reserved for {@link #appendAborted}. */
    boolean hasRoom(int entries);

    /** For {@link #appendApplied}: there was no PENDING entry. */
    long NO_TICKET = -1;

    /** Entries that a schedule may need, which is written before the first command or image that has it. */
    int MAX_SCHEDULE_ENTRIES = ScheduleDefinition.MAX_LENGTH / CommandLayout.TEXT_LENGTH;

    /**
     * Appends that a command about a durable timer was carried out.
     *
     * @param ticket what {@link #appendPending} returned; {@link #NO_TICKET} if the command did not have to wait
     */
    void appendApplied(int owner, TimerCommand command, long nowNs, long ticket);

    /**
     * Appends a command that will be carried out and answered once the entry is on the disk.
     *
     * @param ticket {@link #NO_TICKET}; or the ticket that this method returned before, to repeat the entry after the
     *               beginning of a snapshot
     * @return the entry's ticket
     */
    long appendPending(int owner, TimerCommand command, long nowNs, long ticket);

    /** Appends that a pending command was not carried out. */
    void appendAborted(long ticket);

    /**
     * Sets the user and name of an owner's number, before the first entry with that number. Such an entry may need
     * another one for the name.
     */
    void nameOwner(int owner, int user, String name);

    /** The highest ticket such that it and all before it are on the disk. */
    long syncedTicket();

    /** Whether a snapshot would shorten the next recovery. Any thread. */
    boolean wantsSnapshot();

    /** Begins a snapshot; images follow. */
    void beginSnapshot();

    /** Appends the image of a durable timer. */
    void appendImage(int owner, long[] image);

    /** Completes the snapshot. */
    void endSnapshot();

    /** Where the thread is that writes. */
    default LoopProgress progress() {
        return new LoopProgress("none");
    }

    /** Publishes the journal's counters; called at each heartbeat. */
    void report(DaemonCounters counters);

    /** Writes all entries, and closes the journal; called after the timer thread has ended. */
    @Override
    void close();
}
