// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.bench;

import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.host.HiccupMeter;
import io.tickbus.core.internal.DurationText;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How results are printed, and how far a benchmark is. */
final class BenchOutput {
    private static final long PROGRESS_NS = TimeUnit.SECONDS.toNanos(2);
    /** Short enough that a host which gives a budget of processor time does not take it away. */
    private static final long SPIN_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final OutputOptions output;
    private final HiccupMeter hiccups = new HiccupMeter();
    private long nextNs = System.nanoTime() + PROGRESS_NS;

    BenchOutput(OutputOptions output) {
        this.output = output;
    }

    void say(String sentence) {
        output.say(sentence);
        nextNs = System.nanoTime() + PROGRESS_NS;
    }

    /** Says how far it is, when two seconds have passed since something was said. */
    void progress(String what, long done, long all) {
        if (System.nanoTime() - nextNs >= 0) {
            say(what + ": " + done + " of " + all);
        }
    }

    /** One result: its title says what its texts do, and values whose names end in Ns are shown as durations. */
    void print(String title, Report report) {
        StringBuilder text = new StringBuilder(title).append(':');
        report.forEach((name, value) -> {
            if (value != null && !(value instanceof String)) {
                boolean isTime = name.endsWith("Ns") && value instanceof Long;
                text.append(' ').append(isTime ? name.substring(0, name.length() - 2) : name).append('=')
                        .append(isTime ? DurationText.format((Long) value).replace(" ", "") : value);
            }
        });
        output.printLine(report, text.toString());
    }

    static Report times(Report report, Histogram times) {
        return report.with("count", times.getTotalCount()).with("p50Ns", times.getValueAtPercentile(50))
                .with("p90Ns", times.getValueAtPercentile(90)).with("p99Ns", times.getValueAtPercentile(99))
                .with("p999Ns", times.getValueAtPercentile(99.9)).with("maxNs", times.getMaxValue());
    }

    /** Spins for a moment while nothing is measured, and notes what it loses. */
    void watchHost() {
        hiccups.spinUntil(System.nanoTime() + SPIN_NS);
    }

    void printHiccups() {
        boolean isDisturbed = HiccupMeter.isDisturbed(hiccups.stolenNs(), hiccups.spunNs());
        print("what an idle spinning thread lost between the rounds, with all processes running"
                + (isDisturbed ? "; more than a tenth, so the figures say more about the host" : ""),
                new Report().with("type", "hiccups").with("spunNs", hiccups.spunNs()).with("count", hiccups.count())
                        .with("stolenNs", hiccups.stolenNs()).with("maxNs", hiccups.maxNs())
                        .with("isDisturbed", isDisturbed));
    }
}
