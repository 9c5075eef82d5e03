package io.tickbus.cli.demo;

import io.tickbus.core.platform.Platforms;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** CPU time of the whole process, by mode. */
final class CpuMeter {
    private static final double PERCENT = 100.0;

    private final Map<DemoMode, long[]> cpuAndWallNs = new EnumMap<>(DemoMode.class);
    private DemoMode mode;
    private long cpuNs;
    private long wallNs;

    CpuMeter() {
        for (DemoMode each : DemoMode.values()) {
            cpuAndWallNs.put(each, new long[2]);
        }
    }

    DemoMode mode() {
        return mode;
    }

    /** Books what was used since the last call on the mode that was on, and goes on with another. */
    void switchTo(DemoMode next) {
        long nowCpuNs = Platforms.current().processCpuNs();
        long nowWallNs = System.nanoTime();
        if (mode != null) {
            long[] sums = cpuAndWallNs.get(mode);
            sums[0] += nowCpuNs - cpuNs;
            sums[1] += nowWallNs - wallNs;
        }
        mode = next;
        cpuNs = nowCpuNs;
        wallNs = nowWallNs;
    }

    /** Percent of one core in a mode; 0 before it was on. */
    double percent(DemoMode of) {
        long[] sums = cpuAndWallNs.get(of);
        return sums[1] == 0 ? 0 : Math.round(PERCENT * PERCENT * sums[0] / sums[1]) / PERCENT;
    }

    Map<String, Object> percents() {
        Map<String, Object> percents = new LinkedHashMap<>();
        for (DemoMode each : DemoMode.values()) {
            percents.put(each.label(), percent(each));
        }
        return percents;
    }
}
