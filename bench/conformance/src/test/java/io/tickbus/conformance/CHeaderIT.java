// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.testkit.ProjectFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The header for C is clean under each compiler that is here, as C and as C++, and its samples do what they say. */
@Timeout(120)
class CHeaderIT {
    private static final List<String> STRICT = List.of("-Wall", "-Wextra", "-Wpedantic", "-Werror");
    private static final Path NATIVE = ProjectFiles.root().resolve("native");

    @TempDir
    private Path folder;

    private record Run(int exitCode, String output) {
    }

    private static Run run(Path folder, List<String> words, String... variables) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
        for (int i = 0; i < variables.length; i += 2) {
            builder.environment().put(variables[i], variables[i + 1]);
        }
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private Run compile(List<String> compiler, Path source, String program) throws Exception {
        List<String> words = new ArrayList<>(compiler);
        words.addAll(STRICT);
        words.addAll(List.of("-I" + NATIVE.resolve("include"), "-o", program, source.toString()));
        return run(folder, words);
    }

    private static boolean isHere(String compiler) throws Exception {
        boolean isHere = run(Path.of("/"), List.of("sh", "-c", "command -v " + compiler)).exitCode() == 0;
        if (!isHere) {
            System.out.println("CHeaderIT: " + compiler + " is skipped: it is not here");
        }
        return isHere;
    }

    @Test
    void shouldCompileWithoutWarningsUnderEachCompiler() throws Exception {
        Path source = folder.resolve("header.cc");
        Files.writeString(source, """
                #include <tickbus.h>
                int main() { return tb_error_text(TB_E_ABSENT) == nullptr; }
                """);
        for (String compiler : List.of("gcc", "clang")) {
            for (String sample : isHere(compiler) ? List.of("subscribe", "arm", "publish", "conformance", "cases")
                    : List.<String>of()) {
                assertEquals(new Run(0, ""), compile(List.of(compiler, "-std=c11", "-O2"),
                        NATIVE.resolve("clients/c/" + sample + ".c"), sample), compiler);
            }
        }
        for (String compiler : List.of("g++", "clang++")) {
            if (isHere(compiler)) {
                assertEquals(new Run(0, ""), compile(List.of(compiler, "-std=c++17", "-O2"), source, "cc"), compiler);
            }
        }
    }

    @Test
    void shouldPassCasesThatNeedNoDaemon() throws Exception {
        Assumptions.assumeTrue(isHere("cc"), "skipped: no C compiler (cc) is installed");
        assertEquals(new Run(0, ""), compile(List.of("cc", "-std=c11", "-O2", "-pthread"),
                NATIVE.resolve("clients/c/cases.c"), "cases"));
        Path root = Files.createDirectory(folder.resolve("cases-buses"));
        assertEquals(new Run(0, "CASES\n"), run(folder, List.of("./cases"), "TICKBUS_DIR", root.toString()));
    }

    @Test
    void shouldConnectAgainWhenItsHelloWasLate() throws Exception {
        Assumptions.assumeTrue(isHere("cc"), "skipped: no C compiler (cc) is installed");
        assertEquals(new Run(0, ""), compile(List.of("cc", "-std=c11", "-O1", "-fsanitize=address,undefined"),
                NATIVE.resolve("fuzz/late.c"), "late"));
        assertEquals(new Run(0, "LATE\n"), run(folder, List.of("./late")));
    }

    @Test
    void shouldRunSamplesUnderSanitizers() throws Exception {
        Assumptions.assumeTrue(isHere("cc"), "skipped: no C compiler (cc) is installed");
        for (String sample : List.of("arm", "publish", "subscribe")) {
            Run run = compile(List.of("cc", "-std=c11", "-O1", "-g", "-fsanitize=address,undefined",
                    "-fno-sanitize-recover=all"), NATIVE.resolve("clients/c/" + sample + ".c"), sample);
            assertEquals(new Run(0, ""), run, sample);
        }
        Path root = Files.createDirectory(folder.resolve("buses"));
        BusDirectory bus = BusDirectory.at(root, "timers");
        try (TimerDaemon daemon = TimerDaemon.start(bus)) {
            assertTrue(daemon.publisher().epoch() > 0);
            Run run = run(folder, List.of("./arm", bus.path().toString()));
            assertTrue(run.exitCode() == 0 && run.output().startsWith("timer 7 fired, "), run::toString);
        }
        assertEquals(new Run(0, "published 0\n"), run(folder, List.of("./publish"), "TICKBUS_DIR", root.toString()));
        assertEquals(new Run(0, "published 1\n"), run(folder, List.of("./publish"), "TICKBUS_DIR", root.toString()));
        Run ended = run(folder, List.of("./subscribe", "mine"), "TICKBUS_DIR", root.toString());
        assertEquals(new Run(0, "no error\n"), ended);
        Run absent = run(folder, List.of("./subscribe", "other"), "TICKBUS_DIR", root.toString());
        assertTrue(absent.exitCode() == 1 && absent.output().startsWith("there is no such bus"), absent::toString);
    }
}
