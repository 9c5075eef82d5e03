// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.net;

import io.tickbus.cluster.aeron.ClusterTimers;
import io.tickbus.cluster.host.HostClock;
import io.tickbus.cluster.intent.IntentSpec;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Arms timers of all hosts, half a minute before they are due, and ends when all are acknowledged. Arguments: members,
 * nanoseconds until the first is due, how many, nanoseconds from one to the next. Of each four the first is {@code
 * once}, the second {@code not before}.
 */
public final class ArmingMain {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(90);
    private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long AHEAD_NS = TimeUnit.SECONDS.toNanos(30);

    private ArmingMain() {
    }

    static boolean isOnce(long key) {
        return key % 4 == 0;
    }

    static boolean isNotBefore(long key) {
        return key % 4 == 1;
    }

    private static void poll(ClusterTimers timers) {
        timers.poll();
        LockSupport.parkNanos(NAP_NS);
    }

    /** Runs to the end. */
    public static void main(String... arguments) {
        long stepNs = Long.parseLong(arguments[3]);
        int count = Integer.parseInt(arguments[2]);
        AtomicLong refused = new AtomicLong();
        HostClock clock = HostClock.system();
        try (ClusterTimers timers = ClusterTimers.connect(List.of(arguments[0].split(",", -1)), "test")) {
            long firstNs = clock.utcNs() + Long.parseLong(arguments[1]);
            System.out.println("FIRST ns=" + firstNs);
            timers.onReply(reply -> refused.addAndGet(reply.refusals()));
            for (long key = 0; key < count; key++) {
                long dueNs = firstNs + key * stepNs;
                IntentSpec spec = isOnce(key) ? IntentSpec.once(key, 1, dueNs) : IntentSpec.everywhere(key, 1, dueNs);
                timers.add(isNotBefore(key) ? spec.withFlags(IntentSpec.NOT_BEFORE) : spec);
                while (dueNs - clock.utcNs() > AHEAD_NS) {
                    timers.flush();
                    poll(timers);
                }
            }
            timers.flush();
            long untilNs = System.nanoTime() + LIMIT_NS;
            while (timers.unanswered() > 0 && System.nanoTime() < untilNs) {
                poll(timers);
            }
            System.out.println("ARMED refused=" + refused.get() + " unanswered=" + timers.unanswered());
        }
        System.exit(0);
    }
}
