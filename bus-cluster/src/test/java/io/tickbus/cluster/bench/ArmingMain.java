// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.bench;

import io.tickbus.cluster.aeron.ClusterTimers;
import io.tickbus.cluster.intent.IntentSpec;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How fast timers are armed through consensus: one after the other, each waiting for its reply, and then in batches.
 * Arguments: addresses of the members, which run already; how many to arm in batches, 1,000,000 without.
 */
final class ArmingMain {
    private static final int SINGLE = 5_000;
    private static final int WARM_UP = 1_000;
    private static final int KEYS = 100_000;
    private static final int MAX_UNANSWERED = 64;

    private ArmingMain() {
    }

    public static void main(String[] arguments) {
        int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
        long dueNs = (System.currentTimeMillis() + TimeUnit.DAYS.toMillis(1)) * 1_000_000;
        try (ClusterTimers timers = ClusterTimers.connect(List.of(arguments[0].split(",", -1)), "bench")) {
            long[] times = new long[SINGLE];
            for (int i = -WARM_UP; i < SINGLE; i++) {
                long startNs = System.nanoTime();
                timers.arm(IntentSpec.everywhere(i & 0xFF, 7, dueNs));
                if (i >= 0) {
                    times[i] = System.nanoTime() - startNs;
                }
            }
            Arrays.sort(times);
            System.out.println("single count=" + SINGLE + " p50Us=" + times[SINGLE / 2] / 1_000 + " p99Us="
                    + times[SINGLE / 100 * 99] / 1_000 + " maxUs=" + times[SINGLE - 1] / 1_000);
            long startNs = System.nanoTime();
            for (int i = 0; i < count; i++) {
                timers.add(IntentSpec.everywhere(i % KEYS, 7, dueNs));
                while (timers.unanswered() > MAX_UNANSWERED) {
                    timers.poll();
                }
            }
            timers.flush();
            while (timers.unanswered() > 0) {
                timers.poll();
            }
            long ns = System.nanoTime() - startNs;
            System.out.println("batches count=" + count + " ms=" + ns / 1_000_000 + " perSecond="
                    + count * 1_000_000_000L / ns);
        }
    }
}
