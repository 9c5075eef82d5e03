// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import io.tickbus.core.internal.platform.Platforms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a reader of measured figures must know of the host and the JVM that produced them.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> reads some small files of the kernel.
 */
public final class HostFacts {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private HostFacts() {
    }

    /** Facts by name, in a fixed order, ready for JSON. Unknown ones are "unknown" or −1. */
    public static Map<String, Object> read() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("cpuModel", cpuModel());
        facts.put("cpus", Runtime.getRuntime().availableProcessors());
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch"));
        facts.put("clockSource", ClockSources.read().active());
        facts.put("virtualization", Virtualization.detect().toString());
        facts.put("timerSlackNs", Platforms.current().timerSlackNs());
        facts.put("platform", Platforms.reason());
        facts.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        facts.put("jvmArguments", java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
        return facts;
    }

    private static String cpuModel() {
        try {
            for (String line : Files.readAllLines(CPU_INFO, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("model name") || line.startsWith("CPU part")) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        } catch (IOException e) {
            return "unknown: " + e.getMessage();
        }
        return "unknown";
    }
}
