package io.tickbus.bench.latency.oneway;

import java.util.concurrent.TimeUnit;

/** Tells on standard error how far a run is, every few seconds. */
final class Progress {
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(2);

    private final int rounds;
    private final long startNs = System.nanoTime();
    private long saidNs = startNs;

    Progress(int rounds) {
        this.rounds = rounds;
    }

    /** A round begins, counted from 0. */
    void round(int round) {
        long nowNs = System.nanoTime();
        if (nowNs - saidNs >= INTERVAL_NS && round > 0) {
            saidNs = nowNs;
            long leftS = TimeUnit.NANOSECONDS.toSeconds((nowNs - startNs) / round * (rounds - round));
            System.err.println("round " + (round + 1) + " of " + rounds + ", about " + leftS + " s left");
        }
    }
}
