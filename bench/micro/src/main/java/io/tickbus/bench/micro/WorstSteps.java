// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The longest single steps among many timers: an arming, a cancelling or a firing, each followed by a query of the next
 * deadline. The patterns are those of {@link WheelBenchmark}, and {@code herd}, where all deadlines are within 1 ms.
 *
 * <p>The same steps are replayed on new timers several times, and a step's time is its shortest: so it is the
 * structure's own, growth included, not the host's nor the compiler's. Each contains a clock read, shown as
 * {@code clock}. Arguments: keepers, numbers of timers (both with commas between), replays.
 */
public final class WorstSteps {
    private static final String KEEPERS = "tickbus,heap";
    private static final String SIZES = "10000,100000,1000000,10000000";
    private static final String[] PATTERNS = {"timeout", "random", "herd"};
    private static final String[] KINDS = {"fill", "cancel", "arm", "expire", "refill"};
    private static final int FILL = 0;
    private static final int CANCEL = 1;
    private static final int ARM = 2;
    private static final int EXPIRE = 3;
    private static final int REFILL = 4;
    private static final int STEPS = 200_000;
    private static final long TIMEOUT_NS = 30_000_000_000L;
    private static final long ARMING_NS = 15_000_000_000L;
    private static final long RANGE_NS = 60_000_000_000L;
    private static final long HERD_NS = 1_000_000;
    private static final long START_NS = 1_000_000_000_000L;

    private final String keeper;
    private final String pattern;
    private final int pending;
    /** For each kind and step, nanoseconds. */
    private final int[][] shortestNs = new int[KINDS.length][];
    private Timers timers;
    private SplittableRandom random;
    private long nowNs;
    private long sum;

    private WorstSteps(String keeper, String pattern, int pending) {
        this.keeper = keeper;
        this.pattern = pattern;
        this.pending = pending;
        for (int kind = 0; kind < KINDS.length; kind++) {
            shortestNs[kind] = new int[kind == FILL ? pending : Math.min(STEPS, 10 * pending)];
            Arrays.fill(shortestNs[kind], Integer.MAX_VALUE);
        }
    }

    /** Prints a table. */
    public static void main(String[] args) {
        String[] keepers = (args.length > 0 ? args[0] : KEEPERS).split(",", -1);
        String[] sizes = (args.length > 1 ? args[1] : SIZES).split(",", -1);
        int replays = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        System.out.printf(Locale.ROOT, "clock %d ns; nanoseconds: p50 / p99.9 / p99.99 / longest%n", clockNs());
        for (String size : sizes) {
            for (String pattern : PATTERNS) {
                for (String keeper : keepers) {
                    new WorstSteps(keeper, pattern, Integer.parseInt(size)).run(replays);
                }
            }
        }
    }

    private static int clockNs() {
        int[] timesNs = new int[STEPS];
        for (int i = 0; i < timesNs.length; i++) {
            long startNs = System.nanoTime();
            timesNs[i] = (int) (System.nanoTime() - startNs);
        }
        Arrays.sort(timesNs);
        return timesNs[STEPS / 2];
    }

    private void run(int replays) {
        for (int i = 0; i < replays; i++) {
            timers = null;
            System.gc();
            replay();
        }
        timers.close();
        System.out.printf(Locale.ROOT, "%-8s %-7s %8d", keeper, pattern, pending);
        for (int kind = 0; kind < KINDS.length; kind++) {
            int[] timesNs = shortestNs[kind];
            Arrays.sort(timesNs);
            int last = timesNs.length - 1;
            System.out.printf(Locale.ROOT, "  %s %d / %d / %d / %d", KINDS[kind], timesNs[last / 2],
                    timesNs[(int) (last * 0.999)], timesNs[(int) (last * 0.9999)], timesNs[last]);
        }
        System.out.println(sum == 0 ? " " : "");
    }

    private void replay() {
        random = new SplittableRandom(20);
        nowNs = START_NS;
        timers = Timers.named(keeper, pending, nowNs);
        for (int slot = 0; slot < pending; slot++) {
            arm(FILL, slot, slot);
        }
        for (int i = 0; i < shortestNs[CANCEL].length; i++) {
            int slot = pattern.equals("timeout") ? i % pending : random.nextInt(pending);
            cancel(i, slot);
            arm(ARM, i, slot);
        }
        // Which slot has fired is not known; none is cancelled from here on, so it does not matter.
        for (int i = 0; i < shortestNs[EXPIRE].length; i++) {
            expire(i);
            arm(REFILL, i, i % pending);
        }
    }

    private void arm(int kind, int step, int slot) {
        long deadlineNs = nextDeadlineNs();
        long startNs = System.nanoTime();
        timers.arm(slot, deadlineNs);
        timers.advance(nowNs);
        note(kind, step, startNs);
    }

    private void cancel(int step, int slot) {
        long startNs = System.nanoTime();
        timers.cancel(slot);
        timers.advance(nowNs);
        note(CANCEL, step, startNs);
    }

    private void expire(int step) {
        long startNs = System.nanoTime();
        sum += timers.expire(1);
        timers.advance(nowNs);
        note(EXPIRE, step, startNs);
    }

    private void note(int kind, int step, long startNs) {
        long tookNs = Math.min(System.nanoTime() - startNs, Integer.MAX_VALUE);
        shortestNs[kind][step] = (int) Math.min(shortestNs[kind][step], tookNs);
    }

    private long nextDeadlineNs() {
        return switch (pattern) {
            case "timeout" -> {
                nowNs += ARMING_NS / pending;
                yield nowNs + TIMEOUT_NS;
            }
            case "random" -> nowNs + random.nextLong(RANGE_NS);
            default -> nowNs + TIMEOUT_NS + random.nextLong(HERD_NS);
        };
    }
}
