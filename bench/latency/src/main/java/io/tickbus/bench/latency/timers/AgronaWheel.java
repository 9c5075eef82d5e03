package io.tickbus.bench.latency.timers;

import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2LongHashMap;

/** Agrona's DeadlineTimerWheel. It gives a timer its number, so the number's timer is looked up when it fires. */
final class AgronaWheel implements PolledTimers {
    /** A power of two, as the wheel wants it: 131 µs. */
    private static final long TICK_NS = 1L << 17;
    private static final int TICKS = 1 << 12;
    private static final int LIMIT = 1 << 10;
    private static final long NONE = -1;

    private final Long2LongHashMap timerOf = new Long2LongHashMap(NONE);
    private DeadlineTimerWheel wheel;

    @Override
    public void open(int count, long originNs) {
        wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, originNs, TICK_NS, TICKS);
    }

    @Override
    public void arm(int timer, long deadlineNs) {
        timerOf.put(wheel.scheduleTimer(deadlineNs), timer);
    }

    @Override
    public void poll(long nowNs, IntConsumer fire) {
        DeadlineTimerWheel.TimerHandler handler = (unit, now, id) -> {
            fire.accept((int) timerOf.remove(id));
            return true;
        };
        boolean isLastTick;
        int fired;
        do {
            // A poll goes on by a tick at most, and the tick that is not over yet has due timers too.
            isLastTick = wheel.currentTickTime() > nowNs;
            fired = wheel.poll(nowNs, handler, LIMIT);
        } while (!isLastTick || fired == LIMIT);
    }
}
