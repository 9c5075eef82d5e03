// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.late;

import io.tickbus.cli.Report;
import io.tickbus.cli.stat.DaemonSnapshot;
import io.tickbus.core.LateFiring;
import io.tickbus.core.internal.DurationText;
import io.tickbus.daemon.DaemonMode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** A late firing in words. */
public final class LateText {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    private static final double HUNDRED = 100;

    private LateText() {
    }

    /**
     * For printing: what a table shows, and as JSON all of it.
     *
     * @param owners names of the owners of timers, by their numbers
     */
    public static Report report(LateFiring late, Map<Integer, String> owners) {
        DaemonMode mode = DaemonMode.of(late.mode());
        Instant published = realtime(late.publishedNs());
        return new Report().with("published", published.toString(), time(published))
                .with("latenessNs", late.latenessNs()).with("cause", late.cause().label())
                .with("explainedPercent", explainedPercent(late)).with("details", details(late))
                .with("signalId", late.signalId()).with("owner", late.owner())
                .with("client", DaemonSnapshot.clientName(late.owner(), owners))
                .with("mode", mode == null ? null : mode.toString()).with("deadlineNs", late.deadlineNs())
                .with("publishedNs", late.publishedNs()).with("sequence", late.sequence())
                .with("generation", late.generation()).with("causeNs", late.causeNs()).with("detail", late.detail());
    }

    /** Share of the lateness that its cause explains. */
    public static double explainedPercent(LateFiring late) {
        return late.latenessNs() <= 0 ? 0
                : Math.max(0, Math.min(HUNDRED, HUNDRED * late.causeNs() / late.latenessNs()));
    }

    /** CLOCK_MONOTONIC as this host's clock shows it. */
    static Instant realtime(long monotonicNs) {
        return Instant.now().minusNanos(System.nanoTime() - monotonicNs);
    }

    /** When it was published, as this host's clock shows it. */
    public static String time(LateFiring late) {
        return time(realtime(late.publishedNs()));
    }

    private static String time(Instant instant) {
        return TIME.format(instant.atZone(ZoneId.systemDefault()));
    }

    /** What the cause says besides its name. */
    public static String details(LateFiring late) {
        long count = late.detail();
        String duration = DurationText.format(count);
        return switch (late.cause()) {
            case ARMED_LATE -> "armed " + duration + " after its deadline";
            case HERD -> counted(count, "firing") + " before it";
            case COMMAND_BACKLOG -> counted(count, "command") + " before it";
            case JOURNAL -> "the disk took " + duration;
            case GC -> counted(count, "collection") + ", " + DurationText.format(late.causeNs());
            case SAFEPOINT -> counted(count, "safepoint") + ", " + DurationText.format(late.causeNs());
            case JIT -> "the compiler worked for " + duration;
            case PAGE_FAULT -> counted(count, "page fault");
            case NOT_SCHEDULED -> "ready for " + DurationText.format(late.causeNs()) + ", preempted "
                    + times(count);
            case STOLEN -> duration + " stolen";
            case PROCESSOR_HALTED -> "woke " + duration + " late";
            case CLOCK_STEP -> "set " + times(count);
            case STOPPED -> "for " + duration;
            case UNKNOWN -> "";
        };
    }

    private static String times(long count) {
        return count == 1 ? "once" : String.format(Locale.ROOT, "%,d times", count);
    }

    private static String counted(long count, String noun) {
        return String.format(Locale.ROOT, "%,d %s", count, noun) + (count == 1 ? "" : "s");
    }
}
