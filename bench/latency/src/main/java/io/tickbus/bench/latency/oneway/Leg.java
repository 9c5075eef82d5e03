// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.oneway;

import io.tickbus.bench.latency.harness.Convergence;
import io.tickbus.bench.latency.transport.Transports;
import java.util.concurrent.TimeUnit;

/**
 * One transport at one pace.
 *
 * @param count  messages per burst
 * @param gapNs  between two messages
 * @param rounds bursts that count
 */
record Leg(Transports transport, int count, long gapNs, int rounds) {
    private static final long SHORT_NS = TimeUnit.MILLISECONDS.toNanos(25);
    /** For receivers that sleep: as many messages as soon as possible. */
    private static final int DENSE_COUNT = 500;
    private static final long DENSE_GAP_NS = TimeUnit.MICROSECONDS.toNanos(10);
    private static final long SPINNERS_LEAD_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long SLEEPERS_LEAD_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long SLEEPERS_REST_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int FIELDS = 4;

    /** At the transport's own pace. */
    static Leg of(Transports transport, int rounds) {
        return new Leg(transport, transport.pace().count(), transport.pace().gapNs(), rounds);
    }

    /** To warm a transport up; no round of it counts. */
    static Leg dense(Transports transport) {
        return new Leg(transport, DENSE_COUNT, DENSE_GAP_NS, 0);
    }

    /** How long a burst takes. */
    long burstNs() {
        return count * gapNs;
    }

    /** Whether it warms its transport up; the others take too long for what they do. */
    boolean isWarming() {
        return burstNs() <= SHORT_NS;
    }

    /** When its medians are steady: where a burst costs little, of more of them, until all of its code is compiled. */
    Convergence warmth() {
        return count >= DENSE_COUNT ? new Convergence(0.15, 3, 12) : new Convergence(0.25, 1, 5);
    }

    boolean isSpinning() {
        return transport.pace() == Transports.Pace.SPINNING;
    }

    /** From the call of a burst to its first message: a sleeper sleeps before the first as before the others. */
    long leadNs() {
        return isSpinning() ? SPINNERS_LEAD_NS : Math.max(SLEEPERS_LEAD_NS, gapNs);
    }

    /** After a burst: two processes that spin rest for as long, so that the host takes no time from them. */
    long restNs() {
        return isSpinning() ? burstNs() : SLEEPERS_REST_NS;
    }

    @Override
    public String toString() {
        return transport.label() + ":" + count + ":" + gapNs + ":" + rounds;
    }

    static Leg parse(String text) {
        String[] fields = text.split(":", FIELDS);
        return new Leg(Transports.of(fields[0]), Integer.parseInt(fields[1]), Long.parseLong(fields[2]),
                Integer.parseInt(fields[3]));
    }
}
