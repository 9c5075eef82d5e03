package io.tickbus.cli.clock;

import io.tickbus.cli.Durations;
import io.tickbus.cli.Terminal;
import io.tickbus.posix.ClockCost;
import io.tickbus.posix.ClockId;
import io.tickbus.posix.ClockSourceRating;
import io.tickbus.posix.CpuClockFlags;
import java.io.PrintWriter;
import java.util.Locale;

/** The clock report for people. */
record ClockText(PrintWriter out, ClockReport report) {
    void print() {
        sources();
        processor();
        out.println();
        out.printf(Locale.ROOT, "%-42s %10s%n", "CLOCK", "COST ns");
        for (ClockCost cost : report.costs()) {
            out.printf(Locale.ROOT, "%-42s %10.1f%n", cost.name(), cost.medianNs());
        }
        if (report.nativeReason() != null) {
            out.println(Terminal.warning("only the Java clocks: " + report.nativeReason()));
        }
        out.println();
        resolutions();
        String sentence = report.equality().sentence();
        out.println(Boolean.TRUE.equals(report.equality().isEqual()) ? Terminal.good(sentence)
                : Terminal.warning(sentence));
        out.flush();
    }

    private void sources() {
        out.printf(Locale.ROOT, "%-16s %-10s %s%n", "CLOCK SOURCE", "GRADE", "WHY");
        for (ClockSourceRating rating : report.ratings()) {
            boolean isActive = rating.name().equals(report.sources().active());
            String line = String.format(Locale.ROOT, "%-16s %-10s %s", (isActive ? "* " : "  ") + rating.name(),
                    rating.grade(), rating.reason());
            out.println(isActive ? Terminal.strong(line) : line);
        }
        out.println(report.choice().isWarning() ? Terminal.warning(report.choice().reason())
                : report.choice().reason());
        if (!report.choice().remedy().isEmpty()) {
            out.println("  " + report.choice().remedy());
        }
    }

    private void processor() {
        CpuClockFlags flags = report.flags();
        out.println("TSC: " + (flags.tsc() ? "constant=" + flags.constantTsc() + " nonstop=" + flags.nonstopTsc()
                + " knownFrequency=" + flags.tscKnownFreq() + " reliable=" + flags.tscReliable() : "none"));
        out.println("runs on: " + report.virtualization());
    }

    private void resolutions() {
        StringBuilder line = new StringBuilder("resolution:");
        for (ClockId clock : ClockId.values()) {
            Long ns = report.resolutionNs(clock);
            if (ns != null) {
                line.append(' ').append(clock).append(' ').append(Durations.format(ns)).append(',');
            }
        }
        if (report.nativeReason() == null) {
            line.setLength(line.length() - 1);
            out.println(line);
        }
    }
}
