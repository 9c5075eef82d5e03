// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
    @TempDir
    private Path folder;

    @Test
    void shouldExamineThisHost() throws IOException {
        Map<String, Object> report = CliRun.of("doctor", "--dir", folder.resolve("root"), "--json").json();
        assertEquals(true, report.get("usable"));
        List<?> findings = (List<?>) report.get("findings");
        List<?> names = findings.stream().map(each -> ((Map<?, ?>) each).get("name")).toList();
        assertTrue(names.containsAll(Set.of("bus", "jvm", "platform", "timer-slack", "clock-source", "preemption",
                "clock-error", "clock-steps", "clock-smear", "tai-offset",
                "virtualization", "cpus", "governor", "idle-states", "idle-driver", "idle-latency", "isolation", "smt",
                "huge-pages", "shared-huge-pages",
                "bus-storage", "swap", "cpu-quota", "rtprio", "memlock", "nofile", "hiccups", "wake-up")),
                names.toString());
        assertTrue(!names.contains("bus-nope"));
        CliRun named = CliRun.of("doctor", "--dir", folder.resolve("root"), "--bus", "nope");
        assertTrue(named.out().contains("bus-nope"), named.out());
        assertTrue(Files.notExists(folder.resolve("root")), "the trial bus was left behind");
    }

    @Test
    void shouldFailOnlyWhenTheBusCannotBeUsed() throws IOException {
        Path notADirectory = Files.writeString(folder.resolve("file"), "in the way");
        CliRun run = CliRun.of("doctor", "--dir", notADirectory);
        assertEquals(Tickbus.FAILED, run.exitCode());
        assertTrue(run.out().contains("cannot be used here"), run.out());
    }
}
