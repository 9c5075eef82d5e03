package io.tickbus.cli.publish;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Says every two seconds how far it is. */
final class PublishProgress {
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(2);
    private static final double PERCENT = 100;

    private final PrintWriter err;
    private final long total;
    private long nextNs;

    PublishProgress(PrintWriter err, long total) {
        this.err = err;
        this.total = total;
        this.nextNs = System.nanoTime() + INTERVAL_NS;
    }

    void update(long nowNs, long done) {
        if (nowNs >= nextNs) {
            nextNs = nowNs + INTERVAL_NS;
            err.printf(Locale.ROOT, "tickbus: published %,d of %,d (%.0f %%)%n", done, total, PERCENT * done / total);
        }
    }
}
