package io.tickbus.cli.demo;

import io.tickbus.cli.Report;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A child's side of the line protocol with the demo: {@code READY}, {@code PROGRESS} and {@code RESULT}, each followed
 * by one JSON object, on standard output; one {@code START} line on standard input. When the input ends, the demo is
 * gone, and so should the child be.
 */
final class ChildLink {
    static final String READY = "READY";
    static final String PROGRESS = "PROGRESS";
    static final String RESULT = "RESULT";
    static final String START = "START ";

    private final PrintStream out;
    private final BufferedReader in;

    ChildLink() {
        out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    }

    void say(String what, Map<String, ?> object) {
        Report report = new Report();
        report.putAll(object);
        out.println(what + " " + report.line());
        out.flush();
    }

    /** Waits for the start; null when the demo is gone. */
    String awaitStart() throws IOException {
        String line = in.readLine();
        return line == null || !line.startsWith(START) ? null : line.substring(START.length());
    }

    /** Runs an action when the demo is gone. */
    void onGone(Runnable action) {
        Thread thread = new Thread(() -> {
            awaitEnd();
            action.run();
        }, "demo-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void awaitEnd() {
        int read = 0;
        while (read >= 0) {
            try {
                read = in.read();
            } catch (IOException e) {
                // A broken pipe says the same as its end.
                read = -1;
            }
        }
    }
}
