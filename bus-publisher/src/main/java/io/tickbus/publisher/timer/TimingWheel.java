package io.tickbus.publisher.timer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** A stand-in with the wheel's interface. */
public final class TimingWheel {
    /** The answer of a wheel that has no room. */
    public static final int FULL = -1;

    /** Takes due timers. */
    @FunctionalInterface
    public interface ExpiryHandler {
        /** The timer's index is free again unless it is armed anew here. */
        void onExpiry(int timer, long deadlineNs);
    }

    private static final class Entry {
        private final int timer;
        private long deadlineNs;
        private long order;
        private boolean isTaken;
        private boolean isPending;

        Entry(int timer) {
            this.timer = timer;
        }
    }

    private final TreeSet<Entry> pending = new TreeSet<>(
            Comparator.<Entry>comparingLong(entry -> entry.deadlineNs).thenComparingLong(entry -> entry.order));
    private final List<Entry> entries = new ArrayList<>();
    private final ArrayDeque<Entry> free = new ArrayDeque<>();
    private final int capacity;
    private long nextOrder;
    private boolean hasMoreDue;

    private TimingWheel(int capacity) {
        this.capacity = capacity;
    }

    /** An empty one. */
    public static TimingWheel create(long nowNs, int maxTimers) {
        return new TimingWheel(maxTimers);
    }

    /** Index or FULL. */
    public int arm(long deadlineNs) {
        Entry entry = free.poll();
        if (entry == null) {
            if (entries.size() == capacity) {
                return FULL;
            }
            entry = new Entry(entries.size());
            entries.add(entry);
        }
        entry.isTaken = true;
        insert(entry, deadlineNs);
        return entry.timer;
    }

    private void insert(Entry entry, long deadlineNs) {
        entry.deadlineNs = deadlineNs;
        entry.order = nextOrder++;
        entry.isPending = true;
        pending.add(entry);
    }

    private void remove(Entry entry) {
        if (entry.isPending) {
            pending.remove(entry);
            entry.isPending = false;
        }
    }

    /** Anew. */
    public void rearm(int timer, long deadlineNs) {
        remove(entries.get(timer));
        insert(entries.get(timer), deadlineNs);
    }

    /** Out of the wheel, index and deadline kept. */
    public void hold(int timer) {
        remove(entries.get(timer));
    }

    /** Frees the index. */
    public void cancel(int timer) {
        Entry entry = entries.get(timer);
        remove(entry);
        entry.isTaken = false;
        free.push(entry);
    }

    /** Whether it will fire. */
    public boolean isPending(int timer) {
        return entries.get(timer).isPending;
    }

    /** As armed last. */
    public long deadlineNs(int timer) {
        return entries.get(timer).deadlineNs;
    }

    /** Exact. */
    public long nextDeadlineNs() {
        return pending.isEmpty() ? Long.MAX_VALUE : pending.first().deadlineNs;
    }

    /** Fires. */
    public int expire(long nowNs, int limit, ExpiryHandler handler) {
        int fired = 0;
        while (fired < limit && nextDeadlineNs() <= nowNs && !pending.isEmpty()) {
            Entry entry = pending.pollFirst();
            entry.isPending = false;
            handler.onExpiry(entry.timer, entry.deadlineNs);
            if (!entry.isPending && entry.isTaken) {
                entry.isTaken = false;
                free.push(entry);
            }
            fired++;
        }
        hasMoreDue = nextDeadlineNs() <= nowNs && !pending.isEmpty();
        return fired;
    }

    /** Whether work is left. */
    public boolean hasMoreDue() {
        return hasMoreDue;
    }

    /** Count. */
    public int pending() {
        return pending.size();
    }

    /** Count. */
    public int capacity() {
        return capacity;
    }
}
