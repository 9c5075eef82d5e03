// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LateThresholdTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final DaemonCounters counters = DaemonCounters.inMemory();
    private final LateThreshold threshold = new LateThreshold();
    private long nowNs;
    private long slackNs;

    private void second(int firings, long latenessNs) {
        for (int i = 0; i < firings; i++) {
            counters.recordLateness(1, latenessNs);
        }
        nowNs += SECOND_NS;
        threshold.adapt(nowNs, counters.file().lateness(), slackNs);
    }

    @Test
    void shouldBe100MicrosecondsWhileFiringsAreUsuallyEarlier() {
        assertEquals(100_000, threshold.ns());
        second(1_000, 500);
        assertEquals(100_000, threshold.ns());
    }

    @Test
    void shouldRiseTenfoldWithWhatIsUsualAndFallAgain() {
        for (int i = 0; i < 4; i++) {
            second(1_000, 500_000);
        }
        assertTrue(threshold.ns() >= 5_000_000 && threshold.ns() <= 5_350_000, "ns=" + threshold.ns());
        second(1_000, 500);
        assertEquals(100_000, threshold.ns());
    }

    @Test
    void shouldRiseNoFurtherThan10Milliseconds() {
        for (int i = 0; i < 4; i++) {
            second(1_000, 5_000_000);
        }
        assertEquals(10_000_000, threshold.ns());
    }

    @Test
    void shouldNotTakeSlackForLateness() {
        slackNs = 50_000_000;
        second(1_000, slackNs);
        assertEquals(100_000, threshold.ns());
        slackNs = 1_000_000;
        for (int i = 0; i < 4; i++) {
            second(1_000, 1_500_000);
        }
        assertTrue(threshold.ns() > 4_000_000 && threshold.ns() < 6_000_000, "ns=" + threshold.ns());
    }

    @Test
    void shouldStayWhenOneSecondIsBad() {
        second(1_000, 500);
        for (int i = 0; i < 3; i++) {
            second(1_000, 1_000_000);
            assertEquals(100_000, threshold.ns());
        }
    }

    @Test
    void shouldWaitForEnoughFirings() {
        for (int i = 0; i < 3; i++) {
            second(50, 1_000_000);
            assertEquals(100_000, threshold.ns());
        }
        second(50, 1_000_000);
        assertTrue(threshold.ns() > 1_000_000, "ns=" + threshold.ns());
    }

    @Test
    void shouldNotAdaptWhenItIsFixed() {
        threshold.fix(5_000);
        second(1_000, 1_000_000);
        assertEquals(5_000, threshold.ns());
        threshold.fix(0);
        assertEquals(100_000, threshold.ns());
    }
}
