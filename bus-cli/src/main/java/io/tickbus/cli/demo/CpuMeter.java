// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.demo;

import io.tickbus.core.internal.platform.Platforms;
import java.util.EnumMap;
import java.util.Map;

/** Books the CPU time of this process on the modes of the demo. */
final class CpuMeter {
    private static final double PERCENT = 100.0;

    private final Map<DemoMode, long[]> cpuAndWallNs = new EnumMap<>(DemoMode.class);
    private DemoMode mode = DemoMode.HICCUP;
    private long cpuNs = Platforms.current().processCpuNs();
    private long wallNs = System.nanoTime();

    /** Books what was used since the last call on the mode that was on, and continues with another. */
    void switchTo(DemoMode next) {
        long nowCpuNs = Platforms.current().processCpuNs();
        long nowWallNs = System.nanoTime();
        long[] sums = cpuAndWallNs.computeIfAbsent(mode, any -> new long[2]);
        sums[0] += nowCpuNs - cpuNs;
        sums[1] += nowWallNs - wallNs;
        mode = next;
        cpuNs = nowCpuNs;
        wallNs = nowWallNs;
    }

    /** Percent of one core in a mode; 0 before it was on. */
    double percent(DemoMode of) {
        long[] sums = cpuAndWallNs.get(of);
        return sums == null || sums[1] == 0 ? 0 : Math.round(PERCENT * PERCENT * sums[0] / sums[1]) / PERCENT;
    }
}
