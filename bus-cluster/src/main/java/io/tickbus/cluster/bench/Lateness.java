// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.bench;

import io.tickbus.cli.Report;
import io.tickbus.cluster.local.LocalHosts;
import io.tickbus.cluster.plan.ClusterFiring;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** How far from their time timers fired, by kind, host, and whether the network was cut; and how often each fired. */
final class Lateness {
    /** Whose timers. */
    enum Kind {
        /** Of all hosts. */
        EVERYWHERE(1, 0, 0),
        /** Of each daemon alone. */
        HOST(2, 1L << 40, 1),
        /** Of Aeron Cluster. */
        AERON(AeronTimers.SIGNAL, 0, 2);

        final int signal;
        private final long firstKey;
        private final int turn;

        Kind(int signal, long firstKey, int turn) {
            this.signal = signal;
            this.firstKey = firstKey;
            this.turn = turn;
        }

        long key(long number) {
            return firstKey + number;
        }
    }

    /** What is known of one kind. */
    private static final class Fired {
        private final int[][] counts;
        private final Histogram[][] times;
        private final Histogram roundTimes = new Histogram(3);
        private final Ratios cutToUncut = new Ratios();
        private long earliestNs;
        private double median;
        private double uncutMedian;

        Fired(int hosts, int number) {
            counts = new int[hosts][number];
            times = new Histogram[][] {new Histogram[hosts], new Histogram[hosts]};
            for (int i = 0; i < hosts; i++) {
                times[0][i] = new Histogram(3);
                times[1][i] = new Histogram(3);
            }
        }
    }

    private final int timers;
    private final Map<Kind, Fired> fired = new EnumMap<>(Kind.class);
    private final Ratios[] toHost = {new Ratios(), new Ratios()};
    private final Ratios[] aeronToEverywhere = {new Ratios(), new Ratios()};
    private int round;
    private int state;
    private boolean isTimed;
    private long firstNs;
    private long gapNs;
    private long cutBeforeNs = Long.MAX_VALUE;
    private int boundUs;
    private int armedLate;
    private long strangers;

    Lateness(int hosts, int rounds, int timers, boolean isWithAeron) {
        this.timers = timers;
        for (Kind kind : Kind.values()) {
            if (isWithAeron || kind != Kind.AERON) {
                fired.put(kind, new Fired(hosts, rounds * timers));
            }
        }
    }

    /** A round begins, whose first timer is due at a time; a warm-up is not timed. */
    void begin(int newRound, boolean isWarmUp, boolean isCut, long newFirstNs, long newGapNs) {
        isTimed = !isWarmUp;
        round = newRound;
        state = isCut ? 1 : 0;
        firstNs = newFirstNs;
        gapNs = newGapNs;
        fired.values().forEach(each -> each.roundTimes.reset());
    }

    /** The network is cut now. */
    void cut(long utcNs) {
        cutBeforeNs = isTimed ? Math.min(cutBeforeNs, firstNs - utcNs) : cutBeforeNs;
    }

    /** When a timer of this round is due: the kinds take turns. */
    long dueNs(Kind kind, long place) {
        return firstNs + place * gapNs + kind.turn * gapNs / fired.size();
    }

    /** A firing of all hosts' timers says more. */
    void note(ClusterFiring firing) {
        boundUs = Math.max(boundUs, firing.boundUs());
        armedLate += isTimed && (firing.flags() & ClusterFiring.ARMED_LATE) != 0 ? 1 : 0;
    }

    void note(Kind kind, int host, long key, long utcNs) {
        Fired all = fired.get(kind);
        long number = key - kind.firstKey;
        if (number < 0 || number >= all.counts[host].length) {
            strangers++;
            return;
        }
        all.counts[host][(int) number]++;
        if (number / timers == round && isTimed) {
            long lateNs = utcNs - dueNs(kind, number % timers);
            all.earliestNs = Math.min(all.earliestNs, lateNs);
            all.times[state][host].recordValue(Math.abs(lateNs));
            all.roundTimes.recordValue(Math.abs(lateNs));
        }
    }

    /** How many firings of this round are missing. */
    int missing() {
        int missing = 0;
        for (Fired all : fired.values()) {
            for (int[] counts : all.counts) {
                for (int i = round * timers; i < (round + 1) * timers; i++) {
                    missing += counts[i] == 0 ? 1 : 0;
                }
            }
        }
        return missing;
    }

    /** A round has ended. */
    void end() {
        if (!isTimed) {
            return;
        }
        for (Fired all : fired.values()) {
            all.median = all.roundTimes.getValueAtPercentile(50);
            if (state == 1) {
                all.cutToUncut.add(all.median, all.uncutMedian);
            } else {
                all.uncutMedian = all.median;
            }
        }
        double everywhere = fired.get(Kind.EVERYWHERE).median;
        toHost[state].add(everywhere, fired.get(Kind.HOST).median);
        if (fired.containsKey(Kind.AERON)) {
            aeronToEverywhere[state].add(fired.get(Kind.AERON).median, everywhere);
        }
    }

    private int wrong(boolean isMissing) {
        int wrong = 0;
        for (Fired all : fired.values()) {
            for (int[] counts : all.counts) {
                for (int i = 0; i < (round + 1) * timers; i++) {
                    wrong += isMissing ? counts[i] == 0 ? 1 : 0 : Math.max(0, counts[i] - 1);
                }
            }
        }
        return wrong;
    }

    /** Whether each timer has fired once on each host. */
    boolean isRight() {
        return wrong(true) == 0 && wrong(false) == 0 && strangers == 0;
    }

    private static String text(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static String network(int state) {
        return state == 1 ? "cut" : "up";
    }

    void print(BenchOutput output) {
        for (int each = 0; each < 2; each++) {
            for (Map.Entry<Kind, Fired> all : fired.entrySet()) {
                print(output, all.getKey(), all.getValue(), each);
            }
        }
        for (int each = 0; each < 2; each++) {
            print(output, "everywhere / host, network " + network(each), "everywhere/host", network(each),
                    toHost[each]);
            print(output, "aeron / everywhere, network " + network(each), "aeron/everywhere", network(each),
                    aeronToEverywhere[each]);
        }
        fired.forEach((kind, all) -> print(output, text(kind) + ", network cut / up", text(kind), "cut/up",
                all.cutToUncut));
        output.print("firings", new Report().with("type", "firings")
                .with("expected", (long) (round + 1) * timers * fired.size() * fired.get(Kind.HOST).counts.length)
                .with("missing", wrong(true)).with("double", wrong(false)).with("unknown", strangers)
                .with("armedLate", armedLate)
                .with("cutBeforeNs", cutBeforeNs == Long.MAX_VALUE ? null : (Long) cutBeforeNs)
                .with("boundUs", boundUs == ClusterFiring.BOUND_UNKNOWN_US ? null : (Integer) boundUs));
    }

    private static void print(BenchOutput output, Kind kind, Fired all, int state) {
        Histogram together = new Histogram(3);
        for (Histogram times : all.times[state]) {
            together.add(times);
        }
        for (int host = 0; host <= all.times[state].length && together.getTotalCount() > 0; host++) {
            boolean isAll = host == all.times[state].length;
            String name = isAll ? "all" : LocalHosts.name(host);
            output.print("|fired - T| of " + text(kind) + ", network " + network(state) + ", " + name,
                    BenchOutput.times(new Report().with("type", "lateness").with("timers", text(kind))
                            .with("network", network(state)).with("host", name),
                            isAll ? together : all.times[state][host])
                            .with("earlyNs", -all.earliestNs));
        }
    }

    private static void print(BenchOutput output, String title, String of, String network, Ratios ratios) {
        if (!ratios.isEmpty()) {
            output.print("p50 of a round, " + title, ratios.addTo(new Report().with("type", "ratio")
                    .with("of", of).with("network", network)));
        }
    }
}
