package io.tickbus.bench.latency.timers;

import io.tickbus.bench.latency.run.ChildFlags;
import io.tickbus.bench.latency.run.Hiccups;
import io.tickbus.bench.latency.run.ParentWatch;
import io.tickbus.core.platform.HiccupMeter;
import io.tickbus.core.platform.Platforms;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A child process. Arguments: its role, a processor to be pinned to or −1, and the role's settings as a JSON object.
 * Reads orders from standard input, one a line, a word and a JSON object; answers each with a line. Ends with its
 * input.
 */
public final class ChildMain {
    static final String READY = "READY ";
    static final String DONE = "DONE ";

    private ChildMain() {
    }

    /** Runs the child. */
    public static void main(String[] arguments) throws Exception {
        ParentWatch.start();
        int cpu = Integer.parseInt(arguments[1]);
        int[] cpus = cpu < 0 ? Platforms.current().affinity() : Platforms.current().setAffinity(cpu);
        try (ChildRole role = role(arguments[0], Wire.parse(arguments[2]))) {
            System.out.println(READY + Arrays.toString(cpus));
            serve(role);
        }
    }

    private static ChildRole role(String name, Map<String, Object> settings) throws Exception {
        return switch (name) {
            case "peer" -> new PeerRole(settings);
            case "daemon" -> new DaemonRole(settings);
            case "subscriber" -> new SubscriberRole(settings);
            case "zero" -> new ZeroRole(settings);
            case "durable-arming" -> new DurableArmingRole(settings);
            case "arming" -> new ArmingRole(settings);
            case "holding" -> new HoldingRole(settings);
            case "allocating" -> new AllocatingRole(settings);
            default -> throw new IllegalArgumentException("unknown role: role=" + name);
        };
    }

    private static void serve(ChildRole role) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            int space = line.indexOf(' ');
            String order = line.substring(0, space);
            Map<String, Object> arguments = Wire.parse(line.substring(space + 1));
            Map<String, Object> answer = switch (order) {
                case "hiccup" -> hiccup(Wire.number(arguments, "untilNs"));
                case "cpu" -> CpuWindow.start(arguments).toMap();
                default -> role.carryOut(order, arguments);
            };
            System.out.println(DONE + Wire.line(answer));
        }
    }

    private static Map<String, Object> hiccup(long untilNs) {
        HiccupMeter meter = new HiccupMeter();
        meter.spinUntil(untilNs);
        Hiccups hiccups = new Hiccups();
        hiccups.add(meter);
        return hiccups.toMap();
    }

    /** Flags of every child JVM. */
    static List<String> flags() {
        return ChildFlags.all();
    }
}
