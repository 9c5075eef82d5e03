// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has the code that fires calendar timers compiled when the first of them is armed. Those are due once a second, or a
 * day: the interpreter, which takes 50 µs for a firing, would run them for hours. Fires some of each kind in an engine
 * of its own, whose time is not the host's. Takes a processor for about 0.2 s, on a thread of its own.
 */
final class WarmUp {
    private static final int ROUNDS = 10_000;
    private static final int FIRE_LIMIT = 256;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final AtomicBoolean HAS_BEGUN = new AtomicBoolean();

    private WarmUp() {
    }

    /** Begins, once in this process. */
    static void begin() {
        if (!HAS_BEGUN.getAndSet(true)) {
            Thread thread = new Thread(WarmUp::run, "tickbus-warm-up");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void run() {
        TimerEngine engine = TimerEngine.create(new TimerQuotas(FIRE_LIMIT, FIRE_LIMIT), 1 << 4, () -> 0);
        TimerCommand command = new TimerCommand();
        engine.execute(command.calendar(1, 1, CalendarSchedule.parse("* * * * * *", ZoneOffset.UTC)).deadlineNs(1));
        engine.execute(command.armAt(2, 1, SECOND_NS).periodNs(SECOND_NS));
        engine.execute(command.arm(3, 1, SECOND_NS).periodNs(SECOND_NS));
        for (int round = 1; round <= ROUNDS; round++) {
            long nowNs = TimeUnit.SECONDS.toNanos(round);
            engine.arm(4, 1, nowNs);
            engine.pollCalendar(nowNs);
            engine.expire(nowNs, FIRE_LIMIT, firing -> firing.key());
            engine.doHousekeeping();
            engine.nextDeadlineNs();
            CalendarOffset.measureNs();
        }
    }
}
