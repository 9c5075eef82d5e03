// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static io.tickbus.testkit.ChildJvm.number;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.testkit.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client in C says everything there is to say to a daemon, and reads the golden files. */
@Timeout(180)
class WireFormatIT {
    private static final Path NATIVE = Path.of("..", "native");
    private static final Path GOLDEN_FILES =
            Path.of("..", "bus-core", "src", "test", "resources", "io", "tickbus", "core", "internal", "file");

    @RegisterExtension
    final TestBus bus = new TestBus();

    private final List<NativeProgram> programs = new ArrayList<>();

    @BeforeEach
    void skip() {
        skipUnless(System.getProperty("os.name").equals("Linux"), "the programs in C are for Linux");
    }

    /** The program, compiled on first use. */
    private Path program() throws IOException, InterruptedException {
        Path program = bus.folder().resolve("scenario");
        if (Files.exists(program)) {
            return program;
        }
        Process compiler;
        try {
            compiler = new ProcessBuilder("cc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o",
                    program.toString(), "-I" + NATIVE.resolve("include"),
                    NATIVE.resolve("clients/c/scenario.c").toString()).inheritIO().start();
        } catch (IOException e) {
            skipUnless(false, "there is no C compiler 'cc' (" + e.getMessage() + ")");
            return program;
        }
        assertEquals(0, compiler.waitFor(), "cc failed, see its message above");
        return program;
    }

    private static void skipUnless(boolean condition, String reason) {
        if (!condition) {
            System.out.println("WireFormatIT is skipped: " + reason);
        }
        Assumptions.assumeTrue(condition, reason);
    }

    @AfterEach
    void endPrograms() {
        programs.forEach(NativeProgram::end);
    }

    private NativeProgram start(Path folder, String second, String third) throws IOException, InterruptedException {
        NativeProgram program =
                NativeProgram.start(List.of(program().toString(), folder.toString(), second, third));
        programs.add(program);
        return program;
    }

    @Test
    void shouldArmAndReceiveTimersWhenClientIsInC() throws Exception {
        ChildJvm killed = bus.daemon();
        List<NativeProgram> clients = List.of(start(bus.directory().path(), "ring", "2"),
                start(bus.directory().path(), "socket", "2"));
        for (NativeProgram client : clients) {
            assertEquals(1, number(client.expect("ROUND 1"), "stale"), client::transcript);
        }
        killed.kill();
        ChildJvm successor = bus.daemon();
        for (NativeProgram client : clients) {
            assertEquals(2, number(client.expect("CONNECTED"), "epoch"), client::transcript);
            String report = client.expect("ROUND 2");
            System.out.println(report);
            assertEquals(2, number(report, "stale"), report);
            client.expect("LEFT");
        }
        assertEquals(0, bus.directory().clients().toFile().list().length, "rings that have a name");
        successor.quit();
    }

    @Test
    void shouldReadGoldenFilesWhenReaderIsInC() throws Exception {
        start(GOLDEN_FILES.toAbsolutePath(), "vectors", "1").expect("VECTORS");
    }

    /** A program's process, which is killed after a timeout, so that reading its lines always ends. */
    private static final class NativeProgram {
        private static final int TIMEOUT_S = 120;

        private final Process process;
        private final BufferedReader lines;
        private final List<String> transcript = new ArrayList<>();

        private NativeProgram(Process process) {
            this.process = process;
            this.lines = process.inputReader();
        }

        static NativeProgram start(List<String> command) throws IOException {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            CompletableFuture.delayedExecutor(TIMEOUT_S, TimeUnit.SECONDS)
                    .execute(process::destroyForcibly);
            return new NativeProgram(process);
        }

        /** Skips lines until one begins with {@code start}. */
        String expect(String start) throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                transcript.add(line);
                if (line.startsWith(start)) {
                    return line;
                }
            }
            throw new AssertionError("expected '" + start + "' and got\n" + transcript());
        }

        String transcript() {
            return String.join("\n", transcript);
        }

        void end() {
            process.destroyForcibly();
        }
    }
}
