// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The CPU time of another process, by thread, as its schedstat files have it: in nanoseconds, and not in ticks. */
final class ThreadsCpu {
    private final Path tasks;
    /** By thread, as it was last; those that have ended are in it. */
    private final Map<String, Long> usedNs = new HashMap<>();

    ThreadsCpu(long pid) {
        tasks = Path.of("/proc", Long.toString(pid), "task");
    }

    /**
     * What was used since the last time.
     *
     * @param allNs       all threads
     * @param compilersNs the JIT compilers' among them
     */
    record Used(long allNs, long compilersNs) {
        Used plus(long ns, boolean isCompiler) {
            return new Used(allNs + ns, compilersNs + (isCompiler ? ns : 0));
        }
    }

    /** What was used since the last call, at first since the process started. */
    Used next() throws IOException {
        Used used = new Used(0, 0);
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                used = add(used, thread);
            }
        }
        return used;
    }

    private Used add(Used used, Path thread) throws IOException {
        try {
            String name = text(thread.resolve("comm"));
            long nowNs = Long.parseLong(text(thread.resolve("schedstat")).split(" ", 2)[0]);
            Long beforeNs = usedNs.put(thread.getFileName().toString(), nowNs);
            return used.plus(nowNs - (beforeNs == null ? 0 : beforeNs), name.matches("C[12] Compiler.*"));
        } catch (IOException e) {
            if (Files.exists(thread)) {
                throw e;
            }
            // It has just ended.
            return used;
        }
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8).strip();
    }
}
