// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;

/** Engines that already have timers of the host. */
public final class EngineFixture {
    private EngineFixture() {
    }

    /** An engine with these timers, armed in this order. */
    public static TimerEngine engine(TimerCommand... timers) {
        TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT);
        for (TimerCommand timer : timers) {
            assertEquals(ReplyCode.ARMED, engine.execute(timer));
        }
        return engine;
    }

    /** Arms a periodic timer with FIRE_ONCE. */
    public static TimerCommand periodic(long anchorNs, long periodNs, int signalId, long key, long graceUs) {
        return new TimerCommand().arm(key, signalId, anchorNs).periodNs(periodNs).graceUs(graceUs);
    }
}
