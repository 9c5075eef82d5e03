// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tests of the clients in Go, Python and Rust pass, without the network, and their samples fire a timer. */
@Timeout(600)
class ClientTestsIT {
    private static final Path CLIENTS = ProjectFiles.root().resolve("native/clients");

    @TempDir
    private Path folder;

    /** Of a command that has ended with 0. */
    private String output(String language, String... words) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(words).directory(CLIENTS.resolve(language).toFile());
        builder.environment().put("GOFLAGS", "-mod=readonly -buildvcs=false");
        builder.environment().put("GOPROXY", "off");
        builder.environment().put("CARGO_NET_OFFLINE", "true");
        builder.environment().put("CARGO_TARGET_DIR", folder.toString());
        Path log = Files.createTempFile(folder, "output", ".txt");
        int exitCode = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
        String output = Files.readString(log, StandardCharsets.UTF_8);
        assertEquals(0, exitCode, () -> String.join(" ", words) + ":\n" + output);
        return output;
    }

    private static boolean isHere(String program) throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", "command -v " + program + " >/dev/null").start().waitFor() == 0;
    }

    private static void assumeHere(String program) throws IOException, InterruptedException {
        boolean isHere = isHere(program);
        if (!isHere) {
            System.out.println("ClientTestsIT: skipped, as there is no " + program);
        }
        Assumptions.assumeTrue(isHere, () -> "there is no " + program);
    }

    /** At a daemon. */
    private void assertFires(String language, String... words) throws IOException, InterruptedException {
        BusDirectory bus = BusDirectory.at(Files.createDirectory(folder.resolve(language)), "timers");
        try (TimerDaemon daemon = TimerDaemon.start(bus)) {
            assertTrue(daemon.publisher().epoch() > 0);
            String[] all = Arrays.copyOf(words, words.length + 1);
            all[words.length] = bus.path().toString();
            String output = output(language, all);
            assertTrue(output.contains("fired 42 late by "), output);
        }
    }

    @Test
    void shouldPassTestsAndFireTimerInGo() throws Exception {
        assumeHere("go");
        assertEquals("", output("go", "gofmt", "-l", "."), "not formatted");
        // The race detector, which checks pointers too, is a library in C.
        boolean hasRaceDetector = "1".equals(output("go", "go", "env", "CGO_ENABLED").strip()) && isHere("gcc");
        output("go", "go", "vet", hasRaceDetector ? "./..." : ".");
        if (!hasRaceDetector) {
            System.out.println("ClientTestsIT: go test runs without -race, as there is no C compiler for it");
        }
        List<String> test = hasRaceDetector ? List.of("go", "test", "-race", "-count=1", ".")
                : List.of("go", "test", "-count=1", ".");
        output("go", test.toArray(String[]::new));
        assertFires("go", "go", "run", "./samples/timer");
    }

    @Test
    void shouldPassTestsAndFireTimerInPython() throws Exception {
        assumeHere("python3");
        output("python", "python3", "-B", "-m", "unittest", "discover", "-s", "tests");
        assertFires("python", "env", "PYTHONPATH=" + CLIENTS.resolve("python"), "python3", "-B", "samples/timer.py");
    }

    /** Which has the fast path in it where there is a compiler. */
    @Test
    void shouldWorkFromWheelInPython() throws Exception {
        String python = null;
        for (String each : List.of("python3", "/usr/bin/python3")) {
            if (python == null && isHere(each + " && " + each + " -c 'import setuptools, wheel' 2>&1")) {
                python = each;
            }
        }
        Assumptions.assumeTrue(python != null, "there is no python3 with setuptools and wheel");
        // A build writes into the sources.
        Path sources = Files.createDirectories(folder.resolve("native/clients")).resolve("python");
        output("python", "cp", "-r", CLIENTS.resolve("python").toString(), sources.toString());
        output("python", "cp", "-r", CLIENTS.resolve("../include").toString(), folder.resolve("native").toString());
        output("python", "sh", "-c", "cd \"$0\" && " + python + " -c 'from setuptools import build_meta; "
                + "build_meta.build_wheel(\"wheel\")' && " + python + " -m zipfile -e wheel/*.whl installed",
                sources.toString());
        String found = output("python", "sh", "-c", "cd \"$0\" && " + python
                + " -B -c 'import tickbus; print(tickbus.__file__, tickbus._library is not None)'",
                sources.resolve("installed").toString());
        assertEquals(sources.resolve("installed/tickbus/__init__.py") + (isHere("cc") ? " True" : " False"),
                found.strip());
    }

    @Test
    void shouldPassTestsAndFireTimerInRust() throws Exception {
        assumeHere("cargo");
        output("rust", "cargo", "test", "--offline", "--quiet");
        assertFires("rust", "cargo", "run", "--offline", "--quiet", "--example", "timer");
        if (isHere("cargo-fmt")) {
            output("rust", "cargo", "fmt", "--check");
        }
        if (isHere("cargo-clippy")) {
            output("rust", "cargo", "clippy", "--offline", "--quiet", "--all-targets", "--", "-D", "warnings");
        }
    }
}
