// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

/**
 * Entries of one-shot timers that have fired. Removing a fired timer from the index and logging its firing are cache
 * misses in random places, and of 100,000 timers that are due together the last would wait for all of them. So a fired
 * timer stays in the index as a retired entry. It is removed when nothing is due, or earlier if a command names its key
 * or a new timer takes its number.
 *
 * <p>At most twice as many entries wait as the log has places; with more firings at once the oldest are removed
 * meanwhile.
 */
final class RetiredTimers {
    /** Entries removed in one step: a number that is prefetched together, and takes some microseconds. */
    static final int MAX_REMOVED = 32;

    private final TimerTable table;
    private final KeyIndex index;
    private final FiredLog log;
    /** A ring. An entry in it may have been removed already, and its number may even be retired again. */
    private final int[] waiting;
    private final int mask;
    private int first;
    private int count;
    private final long[] hashes = new long[MAX_REMOVED];
    /** Meaningless: stops the JIT from eliminating the loads. */
    @SuppressWarnings("UnusedVariable")
    private long prefetched;

    RetiredTimers(TimerTable table, KeyIndex index, int logEntries) {
        this.table = table;
        this.index = index;
        this.log = new FiredLog(logEntries);
        this.waiting = new int[2 * logEntries];
        this.mask = waiting.length - 1;
    }

    /** Adds an entry whose firing is published, or was cut short; then it has no sequence. */
    void add(int timer, long sequence) {
        table.firedSequence(timer, sequence);
        if (count == waiting.length) {
            removeOldest();
        }
        waiting[(first + count) & mask] = timer;
        count++;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Removes the oldest entries; returns how many. */
    int removeOldest() {
        int length = Math.min(count, MAX_REMOVED);
        prefetch(length);
        for (int i = 0; i < length; i++) {
            int timer = waiting[(first + i) & mask];
            if (table.state(timer) == TimerTable.FIRED) {
                remove(hashes[i], timer);
            }
        }
        // Afterwards, so that a fault cannot leak a retired entry; removing one twice does no harm.
        first += length;
        count -= length;
        return length;
    }

    private void prefetch(int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            int timer = waiting[(first + i) & mask];
            hashes[i] = index.hashOf(timer);
        }
        for (int i = 0; i < length; i++) {
            sum += index.prefetch(hashes[i]) + log.prefetch(hashes[i]);
        }
        prefetched = sum;
    }

    /** Removes an entry from the index and frees it. A firing that is just being published is logged afterwards. */
    void remove(int timer) {
        remove(index.hashOf(timer), timer);
    }

    /** The same with the hash of its owner and key. */
    void remove(long hash, int timer) {
        log(hash, table.firedGeneration(timer), table.key(timer), table.firedSequence(timer));
        index.remove(hash, timer);
        table.free(timer);
    }

    /** Logs a firing, if it has become a signal. */
    void log(long hash, long generation, long key, long sequence) {
        if (sequence != FiredLog.NONE) {
            log.put(hash, generation, key, sequence);
        }
    }

    /** The sequence of the signal that a timer fired as, or {@link FiredLog#NONE}. */
    long find(long hash, long generation, long key) {
        return log.find(hash, generation, key);
    }

    /** Forgets a firing, since a later timer of the key was cancelled. */
    void forget(long hash, long generation, long key) {
        log.remove(hash, generation, key);
    }

    /** Loads a key's place in the log, so that it is in the cache; the result is meaningless. */
    long prefetch(long hash) {
        return log.prefetch(hash);
    }

    /** Before the index is rebuilt from the table: logs the firings of all entries and frees these. */
    void rebuild() {
        count = 0;
        for (int timer = 0; timer < table.usedEver(); timer++) {
            if (table.state(timer) == TimerTable.FIRED) {
                log(index.hashOf(timer), table.firedGeneration(timer), table.key(timer), table.firedSequence(timer));
                table.free(timer);
            }
        }
    }
}
