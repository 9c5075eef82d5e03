// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.BenchProcess;
import io.tickbus.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Only the shortest of all; the rest is as long as it says. */
@Timeout(180)
final class AllIT {
    @TempDir
    private Path folder;

    @Test
    void shouldWriteResultsAndReport() throws Exception {
        Map<String, Object> printed = BenchProcess.json("all", "--quick", "--json", "--sections", "clocks", "--out",
                folder.toString());
        Map<String, Object> written = JSON.std.mapFrom(Files.readString(folder.resolve("results.json")));
        assertEquals(printed, written);
        assertTrue(BenchProcess.object(written, "sections").containsKey("clocks"));
        assertTrue(Files.readString(folder.resolve("report.html")).contains("System.nanoTime"));
    }

    @Test
    void shouldRefuseAnUnknownSection() throws Exception {
        ChildJvm bench = BenchProcess.start("all", "--sections", "astrology", "--out", folder.toString());
        assertEquals("", bench.rest());
        assertEquals(2, bench.exitCode());
    }
}
