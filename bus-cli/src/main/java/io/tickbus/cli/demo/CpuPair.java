// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.demo;

import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.posix.CpuAffinity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Two processors to pin the demo's processes to, on two cores where the host has them.
 *
 * @param publisher processor number; −1 for no pinning
 * @param subscriber processor number; −1 for no pinning
 */
record CpuPair(int publisher, int subscriber) {
    static final CpuPair NONE = new CpuPair(-1, -1);

    /** The last processor that is allowed, and the last one before it that is not its hyper-thread. */
    static CpuPair choose() {
        int[] allowed = Platforms.current().affinity();
        if (allowed.length < 2) {
            return NONE;
        }
        int first = allowed[allowed.length - 1];
        int[] siblings = siblings(first);
        for (int i = allowed.length - 2; i >= 0; i--) {
            int second = allowed[i];
            if (IntStream.of(siblings).noneMatch(sibling -> sibling == second)) {
                return new CpuPair(second, first);
            }
        }
        return new CpuPair(allowed[allowed.length - 2], first);
    }

    private static int[] siblings(int cpu) {
        Path file = Path.of("/sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list");
        try {
            return CpuAffinity.parseList(Files.readString(file, StandardCharsets.US_ASCII));
        } catch (IOException | NumberFormatException e) {
            return new int[] {cpu};
        }
    }

    /** Pins the calling thread where {@code cpu} is not negative; returns the processors as read back. */
    static int[] pin(String who, int cpu) {
        if (cpu < 0) {
            return new int[0];
        }
        int[] readBack = Platforms.current().setAffinity(cpu);
        if (!Arrays.equals(readBack, new int[] {cpu})) {
            System.err.println("tickbus: the demo's " + who + " was to be pinned to cpu " + cpu
                    + ", but what is read back is " + Arrays.toString(readBack) + "; the demo continues");
        }
        return readBack;
    }
}
