package io.tickbus.daemon.journal;

import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.DaemonCounters;
import io.tickbus.timer.DurableTimers;

/**
 * Where a daemon writes down what it must not forget. Found by {@link JournalProvider}; a daemon without one has no
 * durable timers and is otherwise the same.
 *
 * <p>The timer thread hands over entries and continues: nothing here waits for a disk. An entry that was handed over
 * outlives the process; one whose ticket is {@linkplain #syncedTicket() synced} outlives the host. The journal reads
 * the firings out of the bus's own ring, in the order of the timer thread.
 *
 * <p><b>Threads:</b> the timer thread, save what says otherwise. <b>Progress:</b> wait-free, but for {@link #recover},
 * {@link #start} and {@link #close}. <b>Loss:</b> none of entries, for which room is asked first; firings that
 * the ring overwrote before they were read are counted, and the journal says where.
 */
public interface Journal extends AutoCloseable {
    /**
     * Makes the timers that were promised; before {@link #start} and before the timer thread runs.
     *
     * @return the owners of whom there are timers
     */
    RecoveryResult recover(DurableTimers timers);

    /** Begins to write; before the timer thread runs. */
    void start();

    /** Whether anything durable can be promised: the disk takes what it is given. */
    boolean isWritable();

    /** Whether so many more entries can be handed over; a few are kept back for {@link #appendAborted}. */
    boolean hasRoom(int entries);

    /** {@link #appendApplied}: nothing was intended before. */
    long NO_TICKET = -1;

    /**
     * A command about a durable timer was carried out.
     *
     * @param ticket what {@link #appendPending} answered; {@link #NO_TICKET} where the command did not have to wait
     */
    void appendApplied(int owner, TimerCommand command, long nowNs, long ticket);

    /**
     * A command is to be carried out, and answered, when it is on the disk.
     *
     * @param ticket {@link #NO_TICKET}; or what this answered before, to say it once more behind the beginning of a
     *               snapshot
     * @return its ticket
     */
    long appendPending(int owner, TimerCommand command, long nowNs, long ticket);

    /** What was intended is not done, because it was refused. */
    void appendAborted(long ticket);

    /** Who an owner's number means, before the first entry with it; an entry with it may need another for that. */
    void owner(int owner, int user, String name);

    /** Entries up to this ticket are on the disk. */
    long syncedTicket();

    /** Whether a snapshot would shorten the next recovery. Any thread. */
    boolean wantsSnapshot();

    /** A snapshot begins, of which images follow. */
    void beginSnapshot();

    /** The image of a durable timer. */
    void appendImage(int owner, long[] image);

    /** The snapshot is whole. */
    void endSnapshot();

    /** Writes down what it counts; at each heartbeat. */
    void report(DaemonCounters counters);

    /** Writes what was handed over, and ends; after the timer thread. */
    @Override
    void close();
}
