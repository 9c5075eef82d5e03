package io.tickbus.publisher.timer;

/**
 * Fires what is due, some at a time. Everything that those will look at is first looked at all at once, so that it is
 * not fetched from memory piece after piece as they fire: of 100,000 timers that are due together none is in the cache.
 * A processor fetches a dozen of them at once if it need not know one to find the next.
 */
final class ExpiryLoop {
    private static final int MOST = 32;

    private final TimerStore store;
    private final int[] timers = new int[MOST];
    /** Without a meaning: keeps the looks from being left out. */
    @SuppressWarnings("UnusedVariable")
    private long seen;

    ExpiryLoop(TimerStore store) {
        this.store = store;
    }

    /** Fires what is due by then, {@code limit} at most; returns how many. */
    int expire(long nowNs, int limit, TimingWheel.ExpiryHandler handler) {
        int fired = 0;
        int asked;
        int latest;
        do {
            asked = next(nowNs, limit - fired);
            latest = store.wheel().expire(nowNs, asked, handler);
            fired += latest;
        } while (latest == asked && fired < limit);
        return fired;
    }

    /** Looks at those that are due by then, as far as it goes. */
    void prepare(long untilNs) {
        lookAt(store.wheel().copyDue(untilNs, timers, MOST));
    }

    /** How many are due and have been looked at; 1 if none. */
    private int next(long nowNs, int limit) {
        int count = store.wheel().copyDue(nowNs, timers, Math.min(limit, MOST));
        if (count > 1) {
            lookAt(count);
        }
        return Math.max(1, count);
    }

    private void lookAt(int count) {
        TimerTable table = store.table();
        long sum = 0;
        for (int i = 0; i < count; i++) {
            // The first and the last word of an entry, which is longer than a cache line.
            sum += table.key(timers[i]) + table.cap(timers[i]);
        }
        seen = sum;
    }
}
