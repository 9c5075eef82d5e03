package io.tickbus.bench.latency.oneway;

import io.tickbus.core.platform.Platforms;

/** Pins the calling thread and reads back where it may run. */
final class Pinning {
    private Pinning() {
    }

    /** To a processor; −1 leaves it as it is. */
    static int[] pin(int cpu) {
        return cpu < 0 ? Platforms.current().affinity() : Platforms.current().setAffinity(cpu);
    }
}
