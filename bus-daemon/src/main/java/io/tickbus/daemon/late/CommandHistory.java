// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon.late;

/**
 * What is remembered of the latest commands, so that a late firing can be told from a late command: the armings that
 * came after their deadline, or had to wait for the disk beyond it. Of two that share a place, the later stays.
 *
 * <p><b>Threads:</b> the timer thread. <b>Progress:</b> wait-free, allocates nothing.
 */
public final class CommandHistory {
    private static final int PLACES = 1 << 12;
    private static final int MASK = PLACES - 1;
    private static final int OWNER_BITS = 32;

    private final long[] armings = new long[PLACES];
    private final long[] receivedNs = new long[PLACES];
    private final long[] executedNs = new long[PLACES];
    private long commands;
    private long journalBlockedNs = Long.MIN_VALUE;

    /** One command was carried out. */
    public void count() {
        commands++;
    }

    /** How many were carried out so far. */
    public long commands() {
        return commands;
    }

    /**
     * A timer was armed after its deadline.
     *
     * @param received when its command was read
     * @param executed when that was carried out
     */
    public void armedLate(int owner, int generation, long received, long executed) {
        int place = place(owner, generation);
        armings[place] = arming(owner, generation);
        receivedNs[place] = received;
        executedNs[place] = executed;
    }

    /** A command stayed with its client, since the journal had no room. */
    public void journalBlocked(long nowNs) {
        journalBlockedNs = nowNs;
    }

    /** Completes the evidence about a firing. */
    public void find(int owner, int generation, Evidence evidence) {
        int place = place(owner, generation);
        boolean isFound = owner != 0 && armings[place] == arming(owner, generation)
                && executedNs[place] > evidence.deadlineNs;
        evidence.receivedNs = isFound ? receivedNs[place] : Evidence.NEVER;
        evidence.executedNs = isFound ? executedNs[place] : Evidence.NEVER;
        evidence.isJournalBlocked = journalBlockedNs >= evidence.deadlineNs;
    }

    private static long arming(int owner, int generation) {
        return (long) owner << OWNER_BITS | Integer.toUnsignedLong(generation);
    }

    /** Generations of an owner follow each other, so that none of a burst displaces another. */
    private static int place(int owner, int generation) {
        return (generation + owner * 31) & MASK;
    }
}
