// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import java.util.concurrent.TimeUnit;

/** Tells on standard error what a run is doing, and every few seconds how far it has got. */
public final class Progress {
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(2);

    private final int rounds;
    private final long startNs = System.nanoTime();
    private long saidNs = startNs;

    /** Of a run of that many rounds. */
    public Progress(int rounds) {
        this.rounds = rounds;
    }

    /** Says what is being done. */
    public static void say(String sentence) {
        System.err.println("bench: " + sentence);
    }

    /** A round begins, counted from 0. */
    public void round(int round) {
        long nowNs = System.nanoTime();
        if (nowNs - saidNs >= INTERVAL_NS && round > 0) {
            saidNs = nowNs;
            long leftS = TimeUnit.NANOSECONDS.toSeconds((nowNs - startNs) / round * (rounds - round));
            say("round " + (round + 1) + " of " + rounds + ", about " + leftS + " s left");
        }
    }
}
