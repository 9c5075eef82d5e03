// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.run;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A program, and all processes that it starts: it leads a session of its own, and so a process group, which the kernel
 * signals as a whole. A process that is being started at that very moment gets the signal too. Only one that begins a
 * session itself, as daemons do, leaves the group.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> {@link #end} waits until the processes are gone.
 */
final class ProgramGroup {
    private static final String SETSID = "setsid";
    private static final String KILL = "kill -s \"$1\" -- \"-$2\"";
    private static final int STATE = 0;
    private static final int GROUP = 2;
    private static final String ENDED = "ZX";
    private static final File NOTHING = new File("/dev/null");
    private static final long CHECK_MS = 20;
    private static final long TERM_NS = TimeUnit.SECONDS.toNanos(5);

    private final Process leader;

    private ProgramGroup(Process leader) {
        this.leader = leader;
    }

    /** Starts a program with its arguments; its input is empty, and its output is this process's. */
    static ProgramGroup start(List<String> program, Map<String, String> environment) throws IOException {
        check(program.get(0));
        List<String> line = new ArrayList<>(List.of(SETSID));
        line.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(line).inheritIO().redirectInput(NOTHING);
        builder.environment().putAll(environment);
        return new ProgramGroup(builder.start());
    }

    /** Throws if there is no such program. */
    static void check(String name) {
        String path = System.getenv("PATH");
        boolean isFound = name.contains("/") ? Files.isExecutable(Path.of(name))
                : path != null && List.of(path.split(":", -1)).stream()
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder.isEmpty() ? "." : folder, name)));
        if (!isFound) {
            throw new IllegalArgumentException("there is no such program, or it may not be executed: program=" + name);
        }
    }

    /** Completes when the program itself has ended. */
    CompletableFuture<Process> onExit() {
        return leader.onExit();
    }

    /** Waits for the program itself. */
    int exitCode() throws InterruptedException {
        return leader.waitFor();
    }

    /** Has all of them end, by SIGTERM, and by SIGKILL after 5 seconds, and waits until they are gone. */
    void end() throws IOException, InterruptedException {
        long killNs = System.nanoTime() + TERM_NS;
        boolean isTold = send("TERM");
        try {
            while (leader.isAlive() || isThere()) {
                TimeUnit.MILLISECONDS.sleep(CHECK_MS);
                if (System.nanoTime() >= killNs) {
                    send("KILL");
                } else if (!isTold) {
                    // There is no group while the program is just being started.
                    isTold = send("TERM");
                }
            }
        } finally {
            leader.destroyForcibly();
        }
    }

    /** Whether there was such a group. By the shell's own command, which needs no native code here. */
    private boolean send(String signal) throws IOException, InterruptedException {
        return new ProcessBuilder("/bin/sh", "-c", KILL, "sh", signal, Long.toString(leader.pid()))
                .redirectInput(NOTHING).redirectOutput(NOTHING).redirectError(NOTHING).start().waitFor() == 0;
    }

    /** Whether a process of the group runs; one that has ended may stay until somebody asks for its exit code. */
    private boolean isThere() throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (isMember(process.resolve("stat"))) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isMember(Path stat) {
        try {
            String line = Files.readString(stat, StandardCharsets.ISO_8859_1);
            // The name is in parentheses and may have blanks.
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", GROUP + 2);
            return Long.parseLong(fields[GROUP]) == leader.pid() && !ENDED.contains(fields[STATE]);
        } catch (IOException e) {
            // It has ended meanwhile.
            return false;
        }
    }
}
