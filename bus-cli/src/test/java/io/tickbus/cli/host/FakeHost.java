// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.posix.LinuxPlatform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A tree of files that looks like {@code /proc} and {@code /sys} of some host. */
record FakeHost(Path root) {
    static final String INVARIANT = "fpu tsc constant_tsc nonstop_tsc tsc_known_freq";

    private static final String CLOCKSOURCE = "sys/devices/system/clocksource/clocksource0/";

    /** For what reads the real host. */
    static void assumeLinux() {
        Optional<String> reason = new LinuxPlatform().unavailableReason();
        assumeTrue(reason.isEmpty(), reason::toString);
    }

    FakeHost file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    FakeHost clockSource(String active, String available) throws IOException {
        return file(CLOCKSOURCE + "current_clocksource", active + "\n")
                .file(CLOCKSOURCE + "available_clocksource", available + " \n");
    }

    FakeHost cpuFlags(String flags) throws IOException {
        return file("proc/cpuinfo",
                "processor\t: 0\nmodel name\t: A: processor\nflags\t\t: " + flags + "\nbugs\t\t:\n");
    }

    ClockSourceChoice choice() {
        return ClockSourceChoice.of(ClockSources.read(root), CpuClockFlags.read(root));
    }
}
