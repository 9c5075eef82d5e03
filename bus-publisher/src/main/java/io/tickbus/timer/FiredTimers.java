package io.tickbus.timer;

/**
 * What is left to do for timers that were due once and have fired. A firing must not wait for what nobody waits for: of
 * 100,000 timers that are due together the last would wait for all of it, most of which is looks at memory that is in
 * no cache. So a fired timer stays in the index, as a retired entry, until {@link #settle} takes it out and writes its
 * firing into the {@link FiredLog}, or until somebody asks for its key or takes its place.
 *
 * <p>Retired entries are at most twice as many as the log has entries; with more firings in a row the oldest are
 * settled meanwhile.
 */
final class FiredTimers {
    /** Settled in one step: as many as are looked at together, some microseconds. */
    static final int MOST_SETTLED = 32;

    private final TimerStore store;
    private final TimerTable table;
    private final FiredLog log;
    /** A ring. What is in it may have been settled already, and even be retired again. */
    private final int[] waiting;
    private final int mask;
    private int first;
    private int count;
    private final long[] hashes = new long[MOST_SETTLED];
    private final int[] firsts = new int[MOST_SETTLED];
    /** Without a meaning: keeps the looks from being left out. */
    @SuppressWarnings("UnusedVariable")
    private long seen;

    FiredTimers(TimerStore store, int logEntries) {
        this.store = store;
        this.table = store.table();
        this.log = new FiredLog(logEntries);
        this.waiting = new int[2 * logEntries];
        this.mask = waiting.length - 1;
    }

    /** Which have fired, except for the retired entries. */
    FiredLog log() {
        return log;
    }

    /** A retired entry's firing is published, or was cut short; then it has no sequence. */
    void fired(int timer, long sequence) {
        table.firedSequence(timer, sequence);
        if (count == waiting.length) {
            settle();
        }
        waiting[(first + count) & mask] = timer;
        count++;
    }

    /** Whether there is something to {@link #settle}. */
    boolean areSomeWaiting() {
        return count > 0;
    }

    /** Settles the oldest retired entries; returns how many. */
    int settle() {
        int length = Math.min(count, MOST_SETTLED);
        lookAt(length);
        for (int i = 0; i < length; i++) {
            int timer = waiting[(first + i) & mask];
            if (table.state(timer) == TimerTable.FIRED) {
                settle(timer);
            }
        }
        // Afterwards, so that a fault cannot leak a retired entry; settling one twice settles it once.
        first += length;
        count -= length;
        return length;
    }

    private void lookAt(int length) {
        KeyIndex index = store.index();
        long sum = 0;
        for (int i = 0; i < length; i++) {
            int timer = waiting[(first + i) & mask];
            hashes[i] = index.hash(table.owner(timer), table.key(timer));
        }
        for (int i = 0; i < length; i++) {
            firsts[i] = Math.max(0, index.first(hashes[i]));
            sum += log.generationAt(hashes[i]);
        }
        for (int i = 0; i < length; i++) {
            sum += table.link(firsts[i]);
        }
        seen = sum;
    }

    /** Takes a retired entry out of the index and makes it free. */
    void settle(int timer) {
        // One that is just being published is written down when that is done.
        put(table.owner(timer), table.firedGeneration(timer), table.key(timer), table.firedSequence(timer));
        store.index().remove(timer);
        table.free(timer);
    }

    /** Writes a firing down, if it has become a signal. */
    void put(int owner, long generation, long key, long sequence) {
        if (sequence == FiredLog.NONE) {
            return;
        }
        log.put(store.index().hash(owner, key), generation, key, sequence);
    }

    /** All that is not the table is rebuilt: the firings of retired entries are recorded, and no index has them. */
    void rebuild() {
        count = 0;
        for (int timer = 0; timer < table.usedEver(); timer++) {
            if (table.state(timer) == TimerTable.FIRED) {
                put(table.owner(timer), table.firedGeneration(timer), table.key(timer), table.firedSequence(timer));
                table.free(timer);
            }
        }
    }
}
