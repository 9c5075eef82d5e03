// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Tells when the JIT compilers of this process have little left to do, by the CPU time of their threads. Where that
 * cannot be read, they are taken to rest.
 */
final class CompilerRest {
    private static final Path THREADS = Path.of("/proc/self/task");
    private static final long WINDOW_NS = TimeUnit.MILLISECONDS.toNanos(30);
    /** Of a window. */
    private static final long LITTLE_NS = WINDOW_NS / 10;

    private final long earliestNs;
    private final long latestNs;
    private long nextNs;
    private long usedNs;

    /** It is reached neither before one time from now has passed, nor after another. */
    CompilerRest(long nowNs, long shortestNs, long longestNs) {
        earliestNs = nowNs + shortestNs;
        latestNs = nowNs + longestNs;
        nextNs = earliestNs - WINDOW_NS;
    }

    boolean isReached(long nowNs) {
        if (nowNs < nextNs) {
            return false;
        }
        long beforeNs = usedNs;
        usedNs = compilersCpuNs();
        boolean isFirst = nextNs < earliestNs;
        nextNs = nowNs + WINDOW_NS;
        return nowNs >= latestNs || (!isFirst && usedNs - beforeNs <= LITTLE_NS);
    }

    static long compilersCpuNs() {
        long sumNs = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                if (text(thread.resolve("comm")).matches("C[12] Compiler.*\\s*")) {
                    sumNs += Long.parseLong(text(thread.resolve("schedstat")).split(" ", 2)[0]);
                }
            }
        } catch (IOException e) {
            // A thread has just ended, or there is no such folder.
            return sumNs;
        }
        return sumNs;
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
