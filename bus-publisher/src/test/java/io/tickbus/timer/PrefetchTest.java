// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Prefetching changes nothing. */
class PrefetchTest {
    private static final long NOW_NS = 1_000_000_000_000L;

    private final TimerEngine engine = TimerEngine.create(new TimerQuotas(100_000, 100_000), 1024);
    private final TimerCommand[] commands = new TimerCommand[100];
    private final List<Long> fired = new ArrayList<>();

    PrefetchTest() {
        for (int i = 0; i < commands.length; i++) {
            commands[i] = new TimerCommand().arm(i, 1, NOW_NS + i);
        }
    }

    private int expire(long nowNs, int limit) {
        return engine.expire(nowNs, limit, firing -> {
            fired.add(firing.key());
            return 0;
        });
    }

    @Test
    void shouldChangeNothingWhenThereAreNoTimers() {
        engine.prefetch(1, commands, commands.length);
        engine.prefetch(Long.MAX_VALUE - 1);
        assertEquals(0, engine.pending());
        assertEquals(Long.MAX_VALUE, engine.nextDeadlineNs());
    }

    @Test
    void shouldFireTheSameWhenPrefetched() {
        for (TimerCommand command : commands) {
            engine.prefetch(0, commands, commands.length);
            assertEquals(ReplyCode.ARMED, engine.execute(command));
            engine.prefetch(NOW_NS + 1_000);
        }
        assertEquals(0, expire(NOW_NS - 1, 10));
        for (int limit : new int[] {1, 2, 31, 32, 33}) {
            engine.prefetch(NOW_NS + 1_000);
            assertEquals(limit, expire(NOW_NS + 1_000, limit));
        }
        assertEquals(1, expire(NOW_NS + 1_000, 1_000));
        for (int i = 0; i < commands.length; i++) {
            assertEquals(i, fired.get(i));
        }
    }

    @Test
    void shouldContinueWithTheEarliestWhenFiringsChangeTheRest() {
        for (TimerCommand command : commands) {
            engine.execute(command);
        }
        int count = engine.expire(NOW_NS + 1_000, 1_000, firing -> {
            fired.add(firing.key());
            if (firing.key() < 50) {
                engine.cancel(firing.key() + 50);
                if (firing.key() == 40) {
                    engine.arm(1_000, 1, NOW_NS - 1);
                }
            }
            return 0;
        });
        assertEquals(51, count);
        assertEquals(1_000L, fired.get(41));
        assertEquals(0, engine.pending());
    }
}
