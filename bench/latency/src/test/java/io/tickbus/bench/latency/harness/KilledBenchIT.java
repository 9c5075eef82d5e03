// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.bench.latency.BenchProcess;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real kill -9 of each kind of benchmark. */
@Timeout(120)
final class KilledBenchIT {
    private static final int FEWEST_CHILDREN = 2;
    /** Of the parts of a directory's name. */
    private static final int MAKER = 2;

    @Test
    void shouldLeaveNothing() throws Exception {
        shouldLeaveNothing("timers precision --rounds 100");
    }

    @ParameterizedTest
    @Tag("soak")
    @ValueSource(strings = {"oneway --rounds 1000", "throughput --slices 1000", "all --sections oneway --out @"})
    void shouldLeaveNothing(String words) throws Exception {
        BenchProcess.assumeSharedMemory();
        String[] arguments = words.replace("@", out()).split(" ", -1);
        Set<Path> before = directories();
        ChildJvm bench = BenchProcess.start(arguments);
        // Others may run benchmarks, too: a directory is named after the process that has made it.
        Set<Long> pids = new HashSet<>(Set.of(bench.pid()));
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (made(before, pids).isEmpty() || bench.handle().descendants().count() < FEWEST_CHILDREN) {
            bench.handle().descendants().forEach(child -> pids.add(child.pid()));
            assertTrue(bench.isAlive() && System.nanoTime() < untilNs, "it does not start");
            TimeUnit.MILLISECONDS.sleep(20);
        }
        // Into the middle of it.
        TimeUnit.SECONDS.sleep(2);
        List<ProcessHandle> children = new ArrayList<>(bench.handle().descendants().toList());
        bench.kill();
        untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        children.forEach(child -> pids.add(child.pid()));
        Set<Path> left = made(before, pids);
        while (children.stream().anyMatch(ProcessHandle::isAlive) || !left.isEmpty()) {
            Set<Path> found = left;
            assertTrue(System.nanoTime() < untilNs, () -> "left: " + found + " "
                    + children.stream().filter(ProcessHandle::isAlive).map(ProcessHandle::info).toList());
            TimeUnit.MILLISECONDS.sleep(20);
            left = made(before, pids);
        }
    }

    private static String out() throws IOException {
        Path folder = Files.createTempDirectory("killed-bench");
        folder.toFile().deleteOnExit();
        return folder.toString();
    }

    private static Set<Path> made(Set<Path> before, Set<Long> pids) throws IOException {
        return directories().stream().filter(each -> !before.contains(each))
                .filter(each -> pids.contains(Long.valueOf(each.getFileName().toString().split("-", -1)[MAKER])))
                .collect(Collectors.toSet());
    }

    private static Set<Path> directories() throws IOException {
        Path parent = Files.isDirectory(Path.of("/dev/shm")) ? Path.of("/dev/shm")
                : Path.of(System.getProperty("java.io.tmpdir"));
        try (Stream<Path> files = Files.list(parent)) {
            return files.filter(file -> file.getFileName().toString().matches("tickbus-bench-\\d+-\\d+"))
                    .collect(Collectors.toSet());
        }
    }
}
