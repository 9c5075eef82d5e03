package io.tickbus.cli.demo;

import io.tickbus.core.platform.Platforms;
import java.util.Arrays;

/** Pins a process of the demo, which goes on where that does not succeed. */
final class DemoPinning {
    private DemoPinning() {
    }

    /** Pins the calling thread where {@code cpu} is not negative; returns the processors as read back. */
    static int[] pin(String process, int cpu) {
        if (cpu < 0) {
            return new int[0];
        }
        int[] readBack = Platforms.current().setAffinity(cpu);
        if (!Arrays.equals(readBack, new int[] {cpu})) {
            System.err.println("tickbus: the demo's " + process + " was to be pinned to cpu " + cpu
                    + ", but what is read back is " + Arrays.toString(readBack) + "; the demo goes on");
        }
        return readBack;
    }
}
