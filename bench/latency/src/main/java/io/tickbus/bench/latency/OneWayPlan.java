package io.tickbus.bench.latency;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run consists of; handed to both children as arguments.
 *
 * @param directory  private directory of the run
 * @param transports names, in the order of a round
 * @param warmUps    rounds that are not counted
 * @param rounds     rounds that are
 * @param count      messages per burst
 * @param gapNs      between two messages
 */
record OneWayPlan(Path directory, List<String> transports, int warmUps, int rounds, int count, long gapNs) {
    List<String> toArguments() {
        return List.of(directory.toString(), String.join(",", transports), Integer.toString(warmUps),
                Integer.toString(rounds), Integer.toString(count), Long.toString(gapNs));
    }

    static OneWayPlan parse(List<String> arguments) {
        return new OneWayPlan(Path.of(arguments.get(0)), List.of(arguments.get(1).split(",", -1)),
                Integer.parseInt(arguments.get(2)), Integer.parseInt(arguments.get(3)),
                Integer.parseInt(arguments.get(4)), Long.parseLong(arguments.get(5)));
    }

    List<Transport> newTransports() {
        List<Transport> made = new ArrayList<>();
        for (String name : transports) {
            made.add(switch (name) {
                case "c-floor" -> new CFloor();
                case "tickbus-spin" -> new TickbusSpin();
                default -> throw new IllegalArgumentException("unknown transport: name=" + name);
            });
        }
        return made;
    }
}
