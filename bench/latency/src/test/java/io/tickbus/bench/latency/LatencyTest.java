// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class LatencyTest {
    @Test
    void shouldMeanOneWayWhenThereAreOnlyOptions() {
        assertArrayEquals(new String[] {"oneway"}, Latency.withCommand());
        assertArrayEquals(new String[] {"oneway", "--json"}, Latency.withCommand("--json"));
        assertArrayEquals(new String[] {"--help"}, Latency.withCommand("--help"));
        assertArrayEquals(new String[] {"timers", "herd"}, Latency.withCommand("timers", "herd"));
    }

    @Test
    void shouldRefuseUnknownWords() {
        assertEquals(2, Latency.run("nonsense"));
        assertEquals(2, Latency.run("timers", "nonsense"));
        assertEquals(2, Latency.run("timers", "nonsense"));
        assertEquals(2, Latency.run("timers", "eco", "--nonsense"));
        assertEquals(CommandLine.ExitCode.OK, Latency.run("timers", "gc", "--help"));
    }

    @Test
    void shouldFillInWhatIsUsuallyMeant() {
        assertArrayEquals(new String[] {"timers", "gc", "--json"}, Latency.withCommand("gc", "--json"));
        assertArrayEquals(new String[] {"timers", "load"}, Latency.withCommand("load"));
        assertArrayEquals(new String[] {"timers", "precision", "--json"}, Latency.withCommand("timers", "--json"));
        assertArrayEquals(new String[] {"timers", "--help"}, Latency.withCommand("timers", "--help"));
        assertArrayEquals(new String[] {"timers", "eco"}, Latency.withCommand("timers", "eco"));
        assertArrayEquals(new String[] {"oneway"}, Latency.withCommand());
    }
}
