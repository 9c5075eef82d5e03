// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BurstMeansTest {
    private static BurstMeans means(double... meansNs) {
        BurstMeans means = new BurstMeans(meansNs.length);
        for (double each : meansNs) {
            means.add(each);
        }
        return means;
    }

    @Test
    void shouldTellPercentilesOfBursts() {
        BurstMeans means = new BurstMeans(200);
        for (int i = 200; i > 0; i--) {
            means.add(i);
        }
        assertEquals(Map.of("p50", 101.0, "p90", 181.0, "p99", 199.0, "max", 200.0, "mean", 100.5),
                means.percentiles());
        assertEquals(Map.of("p50", 7.3, "p90", 7.3, "p99", 7.3, "max", 7.3, "mean", 7.3), means(7.26).percentiles());
    }
}
