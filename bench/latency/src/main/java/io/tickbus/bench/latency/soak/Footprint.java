// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process has of the host.
 *
 * @param rssKb       resident memory, without what it shares with others
 * @param mappings    of files, such as clients' rings
 * @param descriptors open files
 * @param threads     of the JVM and of Java
 * @param files       in the folders that belong to it
 */
record Footprint(long rssKb, long mappings, long descriptors, long threads, long files) {
    /** Column of the i-node in {@code /proc/PID/maps}. */
    private static final int INODE = 4;

    static Footprint of(long pid, List<Path> folders) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        long files = 0;
        for (Path folder : folders) {
            files += entries(folder, Integer.MAX_VALUE);
        }
        return new Footprint(status(process, "RssAnon:"), mappings(process),
                entries(process.resolve("fd"), 1), entries(process.resolve("task"), 1), files);
    }

    private static long status(Path process, String name) throws IOException {
        for (String line : Files.readAllLines(process.resolve("status"), StandardCharsets.UTF_8)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IllegalStateException(process + "/status has no " + name + " run it on Linux");
    }

    /** Memory without a file has no i-node; the JVM and its C library map and unmap some all the time. */
    private static long mappings(Path process) throws IOException {
        try (Stream<String> lines = Files.lines(process.resolve("maps"), StandardCharsets.UTF_8)) {
            return lines.filter(line -> !"0".equals(line.split(" +", -1)[INODE])).count();
        }
    }

    /** What is in a folder; where something vanishes meanwhile, it is counted again. */
    private static long entries(Path folder, int depth) throws IOException {
        try (Stream<Path> all = Files.walk(folder, depth)) {
            return all.count() - 1;
        } catch (UncheckedIOException e) {
            return entries(folder, depth);
        }
    }
}
