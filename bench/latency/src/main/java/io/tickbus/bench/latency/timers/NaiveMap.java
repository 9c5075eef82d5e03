package io.tickbus.bench.latency.timers;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/** Checks every timer, each an object in a map by its id: naive polling as it is usually written. */
final class NaiveMap implements PolledTimers {
    private final Map<String, Entry> entries = new HashMap<>();

    @Override
    public void open(int count, long originNs) {
        for (int timer = 0; timer < count; timer++) {
            entries.put("timer-" + timer, new Entry(timer));
        }
    }

    @Override
    public void arm(int timer, long deadlineNs) {
        entries.get("timer-" + timer).deadlineNs = deadlineNs;
    }

    @Override
    public void poll(long nowNs, IntConsumer fire) {
        for (Entry entry : entries.values()) {
            if (entry.deadlineNs <= nowNs) {
                entry.deadlineNs = Long.MAX_VALUE;
                fire.accept(entry.timer);
            }
        }
    }

    private static final class Entry {
        private final int timer;
        private long deadlineNs = Long.MAX_VALUE;

        Entry(int timer) {
            this.timer = timer;
        }
    }
}
