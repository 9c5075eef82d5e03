// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {
    @Test
    void shouldTellPercentilesOfAList() {
        assertEquals(Map.of("p10", 21.0, "p25", 51.0, "p50", 101.0, "p75", 151.0, "p90", 181.0, "p99", 199.0, "max",
                200.0, "mean", 100.5),
                Percentiles.of(IntStream.rangeClosed(1, 200).mapToObj(i -> 201 - i).toList()));
        assertEquals(7.123, Percentiles.of(7.1234).get("p99"));
        assertEquals(Map.of(), Percentiles.of(List.of()));
    }
}
