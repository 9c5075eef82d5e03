package io.tickbus.bench.latency.timers;

import java.util.function.IntConsumer;

/** Timers that fire only when they are asked. Single thread. */
interface PolledTimers {
    /** Gets ready for timers 0 to {@code count} − 1, and for polls at the origin plus a whole number of ticks. */
    void open(int count, long originNs);

    /** Arms a timer that is not armed; also while another fires. */
    void arm(int timer, long deadlineNs);

    /** Fires what is due. */
    void poll(long nowNs, IntConsumer fire);
}
