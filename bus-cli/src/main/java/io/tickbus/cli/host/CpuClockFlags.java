// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.host;

import io.tickbus.core.internal.platform.HostFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What the first processor says of its time stamp counter; all false on processors other than x86.
 *
 * <p><b>Threads:</b> immutable.
 *
 * <p>Source: {@code /proc/cpuinfo}; Linux {@code arch/x86/include/asm/cpufeatures.h}.
 *
 * @param tsc          there is a time stamp counter
 * @param constantTsc  its rate does not follow the processor's
 * @param nonstopTsc   it does not stop in deep idle states
 * @param tscKnownFreq its rate was read and not measured
 * @param tscReliable  the kernel does not check it against another clock
 * @param hypervisor   a hypervisor runs below
 */
public record CpuClockFlags(boolean tsc, boolean constantTsc, boolean nonstopTsc, boolean tscKnownFreq,
                            boolean tscReliable, boolean hypervisor) {
    private static final String CPUINFO = "proc/cpuinfo";

    /** Those of this host. */
    public static CpuClockFlags read() {
        return read(Path.of("/"));
    }

    /**
     * Those under a root directory. Never throws.
     *
     * @param root the directory that contains {@code proc}: {@code /} or a copy of its files
     */
    public static CpuClockFlags read(Path root) {
        String line = new HostFiles(root).field(CPUINFO, "flags").orElse("");
        Set<String> flags = Set.copyOf(List.of(line.split("\\s+")));
        return new CpuClockFlags(flags.contains("tsc"), flags.contains("constant_tsc"), flags.contains("nonstop_tsc"),
                flags.contains("tsc_known_freq"), flags.contains("tsc_reliable"), flags.contains("hypervisor"));
    }

    /** Whether the counter measures time and not cycles: constant and nonstop. */
    public boolean isTscInvariant() {
        return tsc && constantTsc && nonstopTsc;
    }
}
