// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import io.tickbus.cli.host.HiccupMeter;
import io.tickbus.core.internal.platform.Platforms;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * A child process. Arguments: the class of its role, a processor to be pinned to or −1, and the role's settings as a
 * JSON object. Reads orders from standard input, one a line, a word and a JSON object; answers each with a line. Ends
 * with its input.
 */
public final class ChildMain {
    static final String READY = "READY ";
    static final String DONE = "DONE ";
    /** The one order that every child knows. */
    static final String HICCUP = "hiccup";

    private ChildMain() {
    }

    /** Runs the child. */
    public static void main(String[] arguments) throws Exception {
        ParentWatch.start();
        int cpu = Integer.parseInt(arguments[1]);
        int[] cpus = cpu < 0 ? Platforms.current().affinity() : Platforms.current().setAffinity(cpu);
        int exitCode = 0;
        try (ChildRole role = role(arguments[0], JsonLines.parse(arguments[2]))) {
            System.out.println(READY + Arrays.toString(cpus));
            serve(role);
        } catch (IllegalStateException e) {
            // Of our own: a sentence is enough.
            System.err.println("bench: " + e.getMessage());
            exitCode = 1;
        }
        System.out.flush();
        // Aeron and Chronicle have threads of their own, which need not be waited for.
        Runtime.getRuntime().halt(exitCode);
    }

    private static ChildRole role(String name, Map<String, Object> settings) throws Exception {
        Constructor<?> constructor = Class.forName(name).getDeclaredConstructor(Map.class);
        constructor.setAccessible(true);
        try {
            return (ChildRole) constructor.newInstance(settings);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static void serve(ChildRole role) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            int space = line.indexOf(' ');
            String order = line.substring(0, space);
            Map<String, Object> arguments = JsonLines.parse(line.substring(space + 1));
            System.out.println(DONE + JsonLines.line(
                    order.equals(HICCUP) ? hiccups(arguments) : role.carryOut(order, arguments)));
        }
    }

    private static Map<String, Object> hiccups(Map<String, Object> arguments) {
        HiccupMeter meter = new HiccupMeter();
        meter.spinUntil(JsonLines.number(arguments, "untilNs"));
        return new Hiccups().add(meter).toMap();
    }
}
