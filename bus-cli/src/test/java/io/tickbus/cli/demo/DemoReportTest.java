// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DemoReportTest {
    private static Map<String, Object> mode(String name, int medianNs) {
        return Map.of("name", name, "latencyNs", Map.of("p50", medianNs), "latenessNs", Map.of(), "count", 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCompareOnlyWhereTheHostIsCalm(boolean isCalm) {
        Map<String, Object> result = Map.of("modes", List.of(mode("predictive", 1_000), mode("park", 30_000)),
                "signals", Map.of("published", 2, "received", 2, "lost", 0, "outOfOrder", 0, "duplicated", 0),
                "hiccup", Map.of("watchedNs", 1_000, "stolenNs", isCalm ? 99 : 101));
        String text = DemoReport.text(result, "a host");
        assertEquals(isCalm, text.contains("predictive waiting sees a signal 30.0 times sooner than park"), text);
        assertEquals(!isCalm, text.contains("not compared: the host took more than a tenth"), text);
        assertTrue(text.contains("30 µs") && text.contains("complete: published 2"), text);
    }
}
