// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.testkit.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What the programs of this package share: {@code name=value} arguments, commands on stdin, answers on stdout. */
final class ChildArguments {
    static final String END = ChildJvm.QUIT;
    static final int REFUSED = 1;
    static final int BROKEN = 3;
    static final int FAILED = 4;

    private final Map<String, String> values = new HashMap<>();

    ChildArguments(String... arguments) {
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            values.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
    }

    String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    int number(String name, int otherwise) {
        return Integer.parseInt(text(name, String.valueOf(otherwise)));
    }

    BusDirectory directory() {
        BusDirectory directory = BusDirectory.at(Path.of(values.get("root")), values.get("bus"));
        return values.containsKey("owner") ? directory.ownedBy(number("owner", 0)) : directory;
    }

    /** The lines of stdin as they arrive, then {@link #END} when stdin is closed, as it is when the parent ends. */
    static Queue<String> commands() {
        Queue<String> commands = new ConcurrentLinkedQueue<>();
        Thread reader = new Thread(() -> readInto(commands), "commands");
        reader.setDaemon(true);
        reader.start();
        return commands;
    }

    private static void readInto(Queue<String> commands) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(line);
            }
        } catch (IOException e) {
            say("FAILED " + e);
        }
        commands.add(END);
    }

    static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** Runs a program's body; its result, or the exception that it throws, becomes the exit code. */
    static void run(Body body) {
        int exitCode;
        try {
            exitCode = body.run();
        } catch (BusException e) {
            say("REFUSED " + e.reason() + " " + e.getMessage());
            exitCode = REFUSED;
        } catch (Throwable e) {
            say("FAILED " + e);
            for (StackTraceElement frame : e.getStackTrace()) {
                say("  at " + frame);
            }
            exitCode = FAILED;
        }
        System.exit(exitCode);
    }

    /** A program's body. */
    interface Body {
        int run() throws Exception;
    }
}
