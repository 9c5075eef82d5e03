// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import io.tickbus.core.internal.platform.HostFiles;
import java.nio.file.Path;
import java.util.List;

/**
 * What the kernel reads the time from, and what else it could read it from.
 *
 * <p><b>Threads:</b> immutable.
 *
 * <p>Source: Linux {@code kernel/time/clocksource.c}.
 *
 * @param active    the clock source in use; {@link #UNKNOWN} where sysfs does not tell
 * @param available all that the kernel accepts, best first in its own opinion; may be empty
 */
public record ClockSources(String active, List<String> available) {
    /** The active source's name where sysfs does not tell it. */
    public static final String UNKNOWN = "unknown";
    /** The file to write another source's name to, as root. */
    public static final String SELECT_FILE = "/sys/devices/system/clocksource/clocksource0/current_clocksource";

    private static final String CURRENT = "sys/devices/system/clocksource/clocksource0/current_clocksource";
    private static final String AVAILABLE = "sys/devices/system/clocksource/clocksource0/available_clocksource";

    /** Copies the list. */
    public ClockSources {
        available = List.copyOf(available);
    }

    /** Those of this host. */
    public static ClockSources read() {
        return read(Path.of("/"));
    }

    /**
     * Those under a root directory. Never throws.
     *
     * @param root the directory that contains {@code sys}: {@code /} or a copy of its files
     */
    public static ClockSources read(Path root) {
        HostFiles files = new HostFiles(root);
        String available = files.firstLine(AVAILABLE);
        String active = files.firstLine(CURRENT);
        return new ClockSources(active.isEmpty() ? UNKNOWN : active,
                available.isEmpty() ? List.of() : List.of(available.split("\\s+")));
    }
}
