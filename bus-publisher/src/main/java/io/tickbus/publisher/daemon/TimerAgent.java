package io.tickbus.publisher.daemon;

import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.timer.FiringSink;
import io.tickbus.publisher.timer.TimerQueue;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

/** One duty cycle of the timer thread: fire what is due, announce what comes next, give a sign of life. */
final class TimerAgent implements Agent {
    private static final int FIRINGS_PER_CYCLE = 256;

    private final NanoClock clock;
    private final SignalPublisher publisher;
    private final TimerQueue timers;
    private final FiringSink sink;
    private final long heartbeatIntervalNs;
    private long nextHeartbeatNs = Long.MIN_VALUE;

    TimerAgent(NanoClock clock, SignalPublisher publisher, TimerQueue timers, FiringSink sink) {
        this.clock = clock;
        this.publisher = publisher;
        this.timers = timers;
        this.sink = sink;
        this.heartbeatIntervalNs = publisher.bus().signals().header().heartbeatIntervalNs();
    }

    @Override
    public int doWork() {
        long nowNs = clock.nanoTime();
        int fired = timers.expire(nowNs, FIRINGS_PER_CYCLE, sink);
        // After the signals, never before: who reads the new deadline must find the signals of the old one.
        publisher.nextDeadlineNs(timers.nextDeadlineNs());
        if (nowNs >= nextHeartbeatNs) {
            publisher.heartbeat(nowNs);
            nextHeartbeatNs = nowNs + heartbeatIntervalNs;
        }
        return fired;
    }

    long nextHeartbeatNs() {
        return nextHeartbeatNs;
    }

    @Override
    public String roleName() {
        return "tickbus-timers";
    }
}
