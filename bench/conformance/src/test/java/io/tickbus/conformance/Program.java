// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A running conformance program, which is killed when it takes too long. */
final class Program {
    private static final long TIMEOUT_S = Long.getLong("conformance.timeoutSeconds", 60);

    private final String command;
    private final Process process;
    private final Path errors;
    private final BufferedReader lines;

    private Program(String command, Process process, Path errors) {
        this.command = command;
        this.process = process;
        this.errors = errors;
        this.lines = process.inputReader();
        CompletableFuture.delayedExecutor(TIMEOUT_S, TimeUnit.SECONDS).execute(process::destroyForcibly);
    }

    static Program start(String language, List<String> words) throws IOException {
        Path errors = Files.createTempFile("conformance-", ".err");
        errors.toFile().deleteOnExit();
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(errors.toFile());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        List<String> shown = words.subList(Math.max(0, words.size() - 12), words.size());
        return new Program(language + " " + String.join(" ", shown), builder.start(), errors);
    }

    /** Waits until it has attached, opened or connected. */
    Program awaitReady() throws IOException {
        String line = lines.readLine();
        assertEquals("READY", line, this::describe);
        return this;
    }

    /** Waits until it is ready; whether it has ended instead, because it does not know the command. */
    boolean isWrong() throws IOException, InterruptedException {
        String line = lines.readLine();
        boolean isWrong = line == null && process.waitFor() == 2;
        assertTrue(isWrong || "READY".equals(line), () -> describe() + ": " + line);
        return isWrong;
    }

    /** Its result, once it has ended by itself. */
    Map<String, Object> result(int expectedExitCode) throws IOException, InterruptedException {
        String last = null;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            last = line;
        }
        int exitCode = process.waitFor();
        String json = last;
        assertTrue(json != null && json.startsWith("{"), () -> describe() + ": exit code " + exitCode + ", " + json);
        assertEquals(expectedExitCode, exitCode, () -> describe() + ": " + json);
        return JSON.std.mapFrom(json);
    }

    Map<String, Object> result() throws IOException, InterruptedException {
        return result(0);
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private String describe() {
        try {
            return command + "\n" + Files.readString(errors);
        } catch (IOException e) {
            return command;
        }
    }

    @Override
    public String toString() {
        return command;
    }
}
