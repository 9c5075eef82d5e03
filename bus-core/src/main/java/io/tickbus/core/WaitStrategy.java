// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core;

import io.tickbus.core.internal.wait.IdleWait;
import io.tickbus.core.internal.wait.ParkWait;
import io.tickbus.core.internal.wait.PredictiveWait;
import io.tickbus.core.internal.wait.SpinWait;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * How a thread waits at a {@link WaitCondition}.
 *
 * <p><b>Threads:</b> an instance belongs to one thread at a time, since it learns from what it sees.
 */
public interface WaitStrategy {
    /**
     * Returns when the condition may be ready or the time has come; early returns are allowed.
     *
     * @param untilNs CLOCK_MONOTONIC nanoseconds
     */
    void await(WaitCondition condition, long untilNs);

    /** The name used in commands and reports: {@code spin}, {@code backoff}, {@code park}, {@code predictive}. */
    String name();

    /** Looks without a pause: the lowest latency, a whole core. */
    static WaitStrategy spin() {
        return new SpinWait();
    }

    /** Spins, then yields, then sleeps for 1 µs to 1 ms. */
    static WaitStrategy backoff() {
        return idle("backoff", new BackoffIdleStrategy());
    }

    /** Waits as an Agrona idle strategy does. */
    static WaitStrategy idle(String name, IdleStrategy strategy) {
        return new IdleWait(name, strategy);
    }

    /** Sleeps in the kernel until the publisher wakes it: no CPU, and the kernel's wake-up time on top. */
    static WaitStrategy park() {
        return new ParkWait();
    }

    /** Sleeps until just before the announced deadline and spins from there. */
    static WaitStrategy predictive() {
        return PredictiveWait.create();
    }

    /**
     * A strategy by its name.
     *
     * @throws IllegalArgumentException for another than {@code spin}, {@code backoff}, {@code park}, {@code predictive}
     */
    static WaitStrategy named(String name) {
        return switch (name) {
            case "spin" -> spin();
            case "backoff" -> backoff();
            case "park" -> park();
            case "predictive" -> predictive();
            default -> throw new IllegalArgumentException(
                    "waiting must be spin, backoff, park or predictive: waiting=" + name);
        };
    }
}
