// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import java.util.List;

/**
 * One benchmark of {@code bench all}: its words on the command line, and about how long it takes. Some are too long for
 * the quick mode: there they run only if they are asked for by name, and then as in the full mode.
 *
 * @param name         in the results
 * @param quick        words of the quick mode; none where it is no part of it
 * @param quickSeconds about
 * @param full         words of the full mode
 * @param fullSeconds  about
 */
record Section(String name, List<String> quick, int quickSeconds, List<String> full, int fullSeconds) {
    static final List<Section> ALL = List.of(
            section("oneway", "oneway --rounds 14 --warm-up 8", 22, "oneway --rounds 120 --warm-up 30", 110),
            section("wakeup", "wakeup --rounds 4 --warm-up 8 --longest-gap 10ms", 20,
                    "wakeup --rounds 40 --warm-up 30", 260),
            section("throughput", "throughput --slices 10 --readers 1 --passes 1", 12, "throughput --slices 20", 150),
            section("timers", "timers precision --rounds 1 --warm-up 5 --periodic-ms 400 --timers 2000"
                    + " --random-ms 600 --rest-ms 100 --only tickbus,stpe,netty,agrona,cyclictest", 40,
                    "timers precision --rounds 4", 260),
            full("pending", "timers pending", 85),
            full("drift", "timers drift", 105),
            full("cost", "timers cost", 75),
            section("eco", "timers eco --seconds 1 --warm-up 5 --only tickbus,naive-map", 15, "timers eco", 155),
            section("contention", "timers contention --rounds 2 --warm-up 2 --rest-ms 100 --tracked-keys 0"
                    + " --traced-bursts 0", 16, "timers contention --tracked-keys 0", 60),
            section("herd", "timers herd --rounds 2 --warm-up 6", 13, "timers herd", 30),
            section("gc", "timers gc --collections 10,100 --seconds 1 --windows 4 --warm-up 4", 15, "timers gc", 130),
            section("load", "timers load --seconds 3 --modes hybrid --clock-seconds 0 --steps 1000000"
                    + " --step-seconds 1 --goal-seconds 2 --warm-up 5", 13,
                    "timers load --modes hybrid --clock-seconds 10", 155),
            section("clocks", "clocks --quick", 12, "clocks", 60));

    private static Section section(String name, String quick, int quickSeconds, String full, int fullSeconds) {
        return new Section(name, List.of(quick.split(" ", -1)), quickSeconds, List.of(full.split(" ", -1)),
                fullSeconds);
    }

    private static Section full(String name, String full, int fullSeconds) {
        return new Section(name, List.of(), 0, List.of(full.split(" ", -1)), fullSeconds);
    }

    /** Whether it is a part of a mode. */
    boolean isIn(boolean isQuick) {
        return !isQuick || !quick.isEmpty();
    }

    List<String> words(boolean isQuick) {
        return isQuick && isIn(true) ? quick : full;
    }

    int seconds(boolean isQuick) {
        return isQuick && isIn(true) ? quickSeconds : fullSeconds;
    }
}
