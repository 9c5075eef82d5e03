package io.tickbus.bench.latency.timers;

import java.util.Arrays;
import java.util.function.IntConsumer;

/** Checks every deadline, which lie side by side in one array: the best that naive polling can do. */
final class NaiveArray implements PolledTimers {
    private long[] deadlinesNs;

    @Override
    public void open(int count, long originNs) {
        deadlinesNs = new long[count];
        Arrays.fill(deadlinesNs, Long.MAX_VALUE);
    }

    @Override
    public void arm(int timer, long deadlineNs) {
        deadlinesNs[timer] = deadlineNs;
    }

    @Override
    public void poll(long nowNs, IntConsumer fire) {
        for (int timer = 0; timer < deadlinesNs.length; timer++) {
            if (deadlinesNs[timer] <= nowNs) {
                deadlinesNs[timer] = Long.MAX_VALUE;
                fire.accept(timer);
            }
        }
    }
}
