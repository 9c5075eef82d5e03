// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The completion scripts in real shells. */
@Timeout(60)
final class CompletionTest {
    private static final List<CommandSpec> COMMANDS = Tickbus.describe();
    /** Completes the last of its arguments. */
    private static final String COMPLETE = "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _tickbus; "
            + "printf '%s\\n' \"${COMPREPLY[@]}\"";

    @TempDir
    private Path folder;

    private Path bash;
    private Path buses;
    private Path others;

    @BeforeEach
    void write() throws IOException {
        bash = Files.writeString(folder.resolve("tickbus"), BashCompletion.of(COMMANDS));
        buses = folder.resolve("some buses");
        Files.createDirectories(buses.resolve("md"));
        Files.createDirectories(buses.resolve("orders"));
        // No bus can have this name, and nothing in it may be run.
        Files.createDirectories(buses.resolve("$(echo intruder)"));
        others = folder.resolve("others");
        Files.createDirectories(others.resolve("prices"));
        Files.writeString(folder.resolve("my settings"), "");
    }

    private Set<String> complete(String... line) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", "--norc", "-c", COMPLETE, bash.toString(), "tickbus"));
        command.addAll(List.of(line));
        Set<String> words = new TreeSet<>(run(command).lines().toList());
        words.remove("");
        return words;
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile());
        builder.environment().put("TICKBUS_DIR", buses.toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    @Test
    void shouldCompleteCommands() throws Exception {
        assertEquals(Set.of("stat"), complete("st"));
        assertEquals(Set.of("stat"), complete("--debug", "st"));
        assertEquals(Set.of("stat"), complete("help", "st"));
        assertTrue(complete("").containsAll(COMMANDS.get(0).commands.keySet()));
    }

    @Test
    void shouldCompleteOptionsOfTheCommand() throws Exception {
        assertEquals(Set.of("--key"), complete("arm", "--ke"));
        assertEquals(Set.of("--debug", "--help", "--version"), complete("--"));
        assertEquals(Set.of(), complete("stat", "--key"));
    }

    @Test
    void shouldCompleteValuesOfOptions() throws Exception {
        assertEquals(Set.of("park", "predictive"), complete("tail", "--wait", "p"));
        assertEquals(Set.of("predictive"), complete("tail", "--wait", "=", "pr"));
        assertEquals(Set.of("md", "orders"), complete("tail", "--bus", "=", ""));
        assertEquals(Set.of("my settings"), complete("daemon", "--settings", "my"));
        assertEquals(Set.of("some buses"), complete("stat", "--dir", "so"));
    }

    @Test
    void shouldCompleteArgumentsByTheirPlace() throws Exception {
        assertEquals(Set.of("stats", "verify"), complete("journal", ""));
        assertEquals(Set.of("md", "orders"), complete("journal", "stats", ""));
        assertEquals(Set.of("orders"), complete("tail", "--count", "3", "--timers", "o"));
        assertEquals(Set.of("prices"), complete("tail", "--dir", others.toString(), ""));
        assertEquals(Set.of(), complete("tail", "md", ""));
    }

    @Test
    void shouldBeAFunctionOfZsh() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/zsh")), "skipped: there is no zsh");
        Path zsh = Files.writeString(folder.resolve("_tickbus"), ZshCompletion.of(COMMANDS));
        assertEquals("", run(List.of("zsh", "-n", zsh.toString())));
        assertTrue(Files.readString(zsh).contains("'--wait=[How to wait for the next signal]:"
                + "predictive|spin|park|backoff:(predictive spin park backoff)'"));
    }
}
