// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ClockCommandTest {
    @Test
    void shouldReportEverythingAsJson() throws IOException {
        Map<String, Object> clock = CliRun.of("clock", "--json").json();
        assertTrue(clock.keySet().containsAll(Set.of("active", "available", "ratings", "best", "reason", "remedy",
                "tsc", "virtualization", "costs", "resolutionNs", "nanoTimeIsClockMonotonic")),
                clock.keySet().toString());
        assertNotEquals(0, ((List<?>) clock.get("costs")).size());
        assertNotEquals(false, clock.get("nanoTimeIsClockMonotonic"));
    }

    @Test
    void shouldReportInWords() {
        CliRun run = CliRun.of("clock");
        assertEquals(Tickbus.DONE, run.exitCode(), run.err());
        assertTrue(run.out().contains("System.nanoTime"), run.out());
    }
}
