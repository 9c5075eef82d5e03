// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
    @Test
    void shouldFindSmallDifferenceUnderLargeNoiseOfBoth() {
        Random random = new Random(20240229);
        PairedDifference difference = new PairedDifference();
        for (int i = 0; i < 60; i++) {
            double host = 1_000 + 500 * random.nextDouble();
            difference.add(host * (1.02 + 0.01 * random.nextGaussian()), host);
        }
        assertEquals(2, difference.median(), 0.5);
        assertTrue(difference.low() > 1 && difference.low() < difference.median());
        assertTrue(difference.high() > difference.median() && difference.high() < 3);
    }

    @Test
    void shouldTakeIntervalFromOrder() {
        PairedDifference difference = new PairedDifference();
        for (int i = 1; i <= 25; i++) {
            difference.add(100 + i, 100);
        }
        assertEquals(13, difference.median(), 1e-9);
        assertEquals(8, difference.low(), 1e-9);
        assertEquals(18, difference.high(), 1e-9);
    }
}
