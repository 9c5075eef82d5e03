package io.tickbus.bench.latency.oneway;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a run consists of; handed to both children as arguments.
 *
 * @param directory private directory of the run
 * @param legs      in the order of a round
 * @param warmUps   rounds that are not counted
 * @param counted   messages of one more burst each, of which the system calls are counted; 0 for none
 * @param stallNs   for how long the receiver is stopped in one round; 0 for never
 */
record OneWayPlan(Path directory, List<Leg> legs, int warmUps, int counted, long stallNs) {
    private static final long SHORTEST_LEAD_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int DIRECTORY = 0;
    private static final int LEGS = 1;
    private static final int WARM_UPS = 2;
    private static final int COUNTED = 3;
    private static final int STALL = 4;

    List<String> toArguments() {
        return List.of(directory.toString(), legs.stream().map(Leg::toArgument).collect(Collectors.joining(",")),
                Integer.toString(warmUps), Integer.toString(counted), Long.toString(stallNs));
    }

    static OneWayPlan parse(List<String> arguments) {
        return new OneWayPlan(Path.of(arguments.get(DIRECTORY)),
                Stream.of(arguments.get(LEGS).split(",", -1)).map(Leg::parse).toList(),
                Integer.parseInt(arguments.get(WARM_UPS)), Integer.parseInt(arguments.get(COUNTED)),
                Long.parseLong(arguments.get(STALL)));
    }

    int rounds() {
        return legs.stream().mapToInt(Leg::rounds).max().orElse(0);
    }

    int largestBurst() {
        return Math.max(counted, legs.stream().mapToInt(Leg::count).max().orElse(1));
    }

    /** Another one begins in each round, so that none always comes after the same other. */
    int legAt(int round, int i) {
        return Math.floorMod(round + i, legs.size());
    }

    /** Number of the first message of a burst, the bursts being counted from 1: no number is used twice. */
    long first(long burst) {
        return burst * largestBurst();
    }

    /** The round in which the receiver is stopped. */
    boolean isStalled(Leg leg, int round) {
        return stallNs > 0 && round == leg.rounds() / 2;
    }

    /** From the call of a burst to its first message: a stop has to come before that, and to outlast it. */
    long leadNs(Leg leg, int round) {
        return isStalled(leg, round) ? Math.max(SHORTEST_LEAD_NS, stallNs / 2) : leg.leadNs();
    }
}
