// SPDX-License-Identifier: Apache-2.0
package io.tickbus.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.nio.file.Path;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Another JVM: takes commands on stdin, answers in lines on stdout, and can be stopped, resumed and killed. */
public final class ChildJvm implements AutoCloseable {
    /** Exit code of a killed process. */
    public static final int KILLED = 128 + 9;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    /** The command that ends a child cleanly. */
    public static final String QUIT = "quit";
    private static final int LINES_KEPT = 200;

    private final String name;
    private final Process process;
    private final long timeoutNs;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<String> transcript = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
    private final Thread outReader;
    private final Thread errorReader;

    private ChildJvm(String name, Process process, Duration timeout) {
        this.name = name + " pid=" + process.pid();
        this.process = process;
        this.timeoutNs = timeout.toNanos();
        outReader = reader(process.getInputStream(), false);
        errorReader = reader(process.getErrorStream(), true);
    }

    /** How to start a JVM; every method changes this builder and returns it. */
    public static final class Builder {
        private final Class<?> main;
        private final List<String> arguments;
        private final List<String> prefix = new ArrayList<>();
        private final List<String> flags = new ArrayList<>();
        private final Path folder;
        private final Map<String, String> environment = new HashMap<>();
        private Duration timeout = TIMEOUT;
        private Path javaHome = Path.of(System.getProperty("java.home"));
        private String classPath = System.getProperty("java.class.path");

        /** The JVM may leave a crash report in the folder, and JNA its library. */
        public Builder(Path folder, Class<?> main, List<String> arguments) {
            this.folder = folder;
            this.main = main;
            this.arguments = arguments;
        }

        /** JVM flags. */
        public Builder flags(String... values) {
            flags.addAll(List.of(values));
            return this;
        }

        /** Plain {@code java -cp}. */
        public Builder withoutFlags() {
            flags.clear();
            return this;
        }

        /** A command that runs the rest of its line, such as {@code setpriv}. */
        public Builder under(List<String> command) {
            prefix.addAll(command);
            return this;
        }

        /** Another JDK. */
        public Builder javaHome(Path home) {
            javaHome = home;
            return this;
        }

        /** Another class path than this JVM's. */
        public Builder classPath(String value) {
            classPath = value;
            return this;
        }

        /** The flags of this JVM that open the JDK's packages or allow native code. */
        public Builder accessFlagsOfThisJvm() {
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(flag -> flag.startsWith("--add-") || flag.startsWith("--enable-native"))
                    .forEach(flags::add);
            return this;
        }

        /** Environment variables in addition to those of this JVM. */
        public Builder environment(Map<String, String> variables) {
            environment.putAll(variables);
            return this;
        }

        /** How long the JVM may take to print or do what the test waits for; one minute unless it is set. */
        public Builder timeout(Duration duration) {
            timeout = duration;
            return this;
        }

        /** Starts the JVM. */
        public ChildJvm start() {
            List<String> command = new ArrayList<>(prefix);
            command.add(javaHome.resolve("bin/java").toString());
            command.addAll(flags);
            command.addAll(List.of("-cp", classPath, main.getName()));
            command.addAll(arguments);
            try {
                ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toAbsolutePath().toFile());
                builder.environment().remove("JAVA_TOOL_OPTIONS");
                builder.environment().remove("JDK_JAVA_OPTIONS");
                builder.environment().putAll(environment);
                return new ChildJvm(main.getSimpleName() + arguments, builder.start(), timeout);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A thread that is blocked in a read would keep the pipe open when {@link #closeOutput} closes it. */
    private String next(BufferedReader reader, boolean isError) throws IOException {
        while (!isError && !reader.ready() && process.isAlive()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return reader.readLine();
    }

    private Thread reader(InputStream in, boolean isError) {
        Thread thread = new Thread(() -> read(in, isError), name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void read(InputStream in, boolean isError) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = next(reader, isError); line != null; line = next(reader, isError)) {
                transcript.add((isError ? "! " : "  ") + line);
                if (isError) {
                    errors.add(line);
                } else {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
            transcript.add("! " + e);
        }
    }

    /** Writes a line to its standard input. */
    public void send(String command) {
        transcript.add("> " + command);
        try {
            process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw failure("takes no command: " + e);
        }
    }

    /** Skips lines until one begins with {@code start}. */
    public String expect(String start) {
        return expectWithout(start, "\0");
    }

    /** As {@link #expect}, and no line before it may begin with {@code forbidden}. */
    public String expectWithout(String start, String forbidden) {
        long untilNs = System.nanoTime() + timeoutNs;
        while (true) {
            String line = next(untilNs);
            if (line == null || line.startsWith(forbidden)) {
                throw failure("expected '" + start + "' and got " + line);
            }
            if (line.startsWith(start)) {
                return line;
            }
        }
    }

    private String next(long untilNs) {
        try {
            while (true) {
                String line = lines.poll(20, TimeUnit.MILLISECONDS);
                if (line != null) {
                    return line;
                }
                if (System.nanoTime() > untilNs || (!outReader.isAlive() && lines.isEmpty())) {
                    return null;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("interrupted");
        }
    }

    /** The next line of its standard output; null at the end. */
    public String line() {
        String line = next(System.nanoTime() + timeoutNs);
        if (line == null && outReader.isAlive()) {
            throw failure("says nothing");
        }
        return line;
    }

    /** The rest of its standard output, which ends with the child. */
    public String rest() {
        exitCode();
        List<String> rest = new ArrayList<>();
        lines.drainTo(rest);
        return String.join("\n", rest);
    }

    /** Closes the reading end of its standard output. */
    public void closeOutput() {
        try {
            process.getInputStream().close();
        } catch (IOException e) {
            throw failure("its output cannot be closed: " + e);
        }
    }

    /** Sends a command, and waits until it is done. */
    public String order(String command) {
        return ask(command, "DONE " + command.split(" ", 2)[0]);
    }

    /** Sends a command, and skips lines until one begins with {@code answer}. */
    public String ask(String command, String answer) {
        send(command);
        return expect(answer);
    }

    /** The number that follows {@code name=} in a line. */
    public static long number(String line, String name) {
        for (String word : line.split(" ", -1)) {
            if (word.startsWith(name + "=")) {
                return Long.parseLong(word.substring(name.length() + 1));
            }
        }
        return fail("no " + name + " in " + line);
    }

    /** Waits for its end. */
    public int exitCode() {
        try {
            if (!process.waitFor(timeoutNs, TimeUnit.NANOSECONDS)) {
                throw failure("does not end");
            }
            outReader.join();
            errorReader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return process.exitValue();
    }

    /** Asks it to end cleanly, and checks that it does. */
    public void quit() {
        send(QUIT);
        assertEquals(0, exitCode(), this::transcript);
    }

    /** Kills it, as {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly();
        assertEquals(KILLED, exitCode(), this::transcript);
    }

    /** Asks it to end, as Ctrl-C or a service manager do. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** Kills it and the processes that it started, in whatever state they are; does not fail. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        exitCode();
    }

    /** Returns when every thread has really stopped; the signal itself is only a request. */
    public void stop() {
        signal("-STOP");
        long giveUpNs = System.nanoTime() + timeoutNs;
        while (!isStopped()) {
            if (System.nanoTime() > giveUpNs) {
                throw failure("does not stop");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private boolean isStopped() {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/" + pid() + "/task"))) {
            for (Path task : tasks) {
                String stat = Files.readString(task.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            // A thread has just ended: check again.
            return false;
        }
    }

    /** Resumes it. */
    public void resume() {
        signal("-CONT");
    }

    /** Makes it write its threads' stacks to the transcript; for a test that is about to fail. */
    public void dumpThreads() {
        signal("-QUIT");
        expect("JNI global refs");
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("kill", signal, String.valueOf(pid())).inheritIO().start();
            assertEquals(0, kill.waitFor());
        } catch (IOException | InterruptedException e) {
            throw failure("cannot be sent " + signal + ": " + e);
        }
    }

    /** Whether the process runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The process, to look for its children. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** The process's number. */
    public long pid() {
        return process.pid();
    }

    /** What it wrote to standard error. */
    public String errors() {
        return errors.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    /** All lines of both sides, the last of them. */
    public String transcript() {
        List<String> all = new ArrayList<>(transcript);
        List<String> last = all.subList(Math.max(0, all.size() - LINES_KEPT), all.size());
        return last.stream().collect(Collectors.joining("\n", name + "\n", "\n"));
    }

    /** The elements of this JVM's class path whose path contains one of the words. */
    public static String classPathOf(String... words) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(element -> Arrays.stream(words).anyMatch(element::contains))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private AssertionError failure(String what) {
        return new AssertionError(name + " " + what + "\n" + transcript());
    }
}
