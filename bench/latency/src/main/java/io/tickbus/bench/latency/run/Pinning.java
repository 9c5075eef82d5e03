package io.tickbus.bench.latency.run;

import io.tickbus.core.platform.Platforms;

/** Pins the calling thread and reads back where it may run. */
public final class Pinning {
    private Pinning() {
    }

    /** To a processor; −1 leaves it as it is. */
    public static int[] pin(int cpu) {
        return cpu < 0 ? Platforms.current().affinity() : Platforms.current().setAffinity(cpu);
    }
}
