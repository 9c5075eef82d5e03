// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ForwardClockTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private long utcNs = 500_000 * HOUR;
    private long monotonicNs = -7;

    private void pass(long ns) {
        utcNs += ns;
        monotonicNs += ns;
    }

    @Test
    void shouldContinueWhenClockIsSetBack() {
        ForwardClock clock = new ForwardClock(() -> utcNs, () -> monotonicNs);
        assertEquals(utcNs, clock.time());
        pass(SECOND);
        assertEquals(utcNs, clock.time());
        utcNs -= HOUR;
        pass(2 * SECOND);
        assertEquals(utcNs + HOUR - SECOND, clock.time(), "at half the speed");
        pass(HOUR);
        assertEquals(utcNs + HOUR / 2 - SECOND, clock.time());
        pass(HOUR);
        assertEquals(utcNs, clock.time(), "until it is right");
        utcNs += HOUR;
        assertEquals(utcNs, clock.time());
    }
}
