// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.journal.Journal;
import io.tickbus.timer.DurableTimers;

/**
 * Commands that wait until the journal is on the disk, and those behind them of the same client, in the order in which
 * they came. The timer thread's; allocates nothing after it was made.
 */
final class DurableCommandQueue implements SnapshotTaker.Backlog {
    private static final int CAPACITY = 1 << 12;
    private static final int MASK = CAPACITY - 1;
    private static final int MAX_COMPLETED = 256;

    private final Journal journal;
    private final DurableTimers timers;
    private final Completion completion;
    private final Entry[] entries = new Entry[CAPACITY];
    private long first;
    private long next;
    private int countings;

    /** A command that is being processed. */
    static final class Entry {
        final TimerCommand command = new TimerCommand();
        ServedClient client;
        int owner;
        long sequence;
        long nowNs;
        long ticket;
    }

    /** What becomes of a command whose wait is over. */
    interface Completion {
        /** {@code isSynced}: it is on the disk; else the journal has failed. */
        void complete(Entry entry, boolean isSynced);
    }

    DurableCommandQueue(Journal journal, DurableTimers timers, Completion completion) {
        this.journal = journal;
        this.timers = timers;
        this.completion = completion;
        for (int i = 0; i < CAPACITY; i++) {
            entries[i] = new Entry();
        }
    }

    boolean isFull() {
        return next - first == CAPACITY;
    }

    int size() {
        return (int) (next - first);
    }

    @Override
    public int entries() {
        int count = 2 * size();
        countings++;
        for (long i = first; i < next; i++) {
            TimerCommand command = entries[(int) i & MASK].command;
            count += command.type() == CommandLayout.TYPE_ARM ? timers.countParts(command.periodNs(), countings) : 0;
        }
        return count;
    }

    /** Tells the journal of a command, and keeps it until that is on the disk. */
    void add(ServedClient client, int owner, TimerCommand command, long sequence, long nowNs) {
        Entry entry = entries[(int) next & MASK];
        entry.client = client;
        entry.owner = owner;
        entry.command.copyOf(command);
        entry.sequence = sequence;
        entry.nowNs = nowNs;
        entry.ticket = journal.appendPending(owner, command, nowNs, Journal.NO_TICKET);
        next++;
        client.addInFlight(1);
    }

    /** Keeps the place of a command that is done, behind one of its client that waits: replies come in their order. */
    void addDone(ServedClient client) {
        Entry entry = entries[(int) next & MASK];
        entry.client = client;
        entry.command.reset(CommandLayout.TYPE_DEFINE, 0);
        entry.ticket = entries[(int) (next - 1) & MASK].ticket;
        next++;
        client.addInFlight(1);
    }

    /** Completes those that are on the disk by now; those behind one that is not wait. */
    void poll(int journalEntriesEach) {
        for (int i = 0; i < MAX_COMPLETED && first < next; i++) {
            Entry entry = entries[(int) first & MASK];
            boolean isSynced = entry.ticket <= journal.syncedTicket();
            if (isSynced ? !journal.hasRoom(journalEntriesEach) : journal.isWritable()) {
                return;
            }
            first++;
            entry.client.addInFlight(-1);
            completion.complete(entry, isSynced);
            entry.client.completed();
            entry.client = null;
        }
    }

    @Override
    public void restate() {
        for (long i = first; i < next; i++) {
            Entry entry = entries[(int) i & MASK];
            if (entry.command.type() != CommandLayout.TYPE_DEFINE) {
                journal.appendPending(entry.owner, entry.command, entry.nowNs, entry.ticket);
            }
        }
    }
}
