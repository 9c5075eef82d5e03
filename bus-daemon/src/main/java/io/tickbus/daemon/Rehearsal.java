package io.tickbus.daemon;

import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;

/**
 * Fires a timer of its own, that nobody hears, by the code that is about to fire a real one: that of a periodic timer,
 * of which a timer that is due once shares the greater part. A processor that has slept a millisecond has forgotten it,
 * and would fetch it piece after piece from memory when the deadline has come: a third of a firing's lateness then.
 *
 * <p><b>Threads:</b> the timer thread. <b>Progress:</b> wait-free, allocates nothing; some hundred nanoseconds, or a
 * few microseconds after a sleep.
 */
final class Rehearsal {
    private static final long PERIOD_NS = 1_000_000;
    private static final int FIRED_LOG_ENTRIES = 16;

    private final TimerEngine timers = TimerEngine.create(new TimerQuotas(1, 1), FIRED_LOG_ENTRIES);
    private final SignalSink sink;
    private long nowNs = PERIOD_NS;

    /** Rehearses for a sink of this kind. */
    Rehearsal(SignalSink sink) {
        this.sink = sink.unheard();
        timers.armEvery(1, 1, nowNs, PERIOD_NS);
    }

    /** After a fault, which may have struck in the middle of it. */
    Rehearsal anew() {
        return new Rehearsal(sink);
    }

    /** Fires once. */
    void run() {
        nowNs += PERIOD_NS;
        timers.expire(nowNs, 1, sink);
        sink.flush();
    }
}
