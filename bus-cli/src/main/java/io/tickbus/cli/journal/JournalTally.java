package io.tickbus.cli.journal;

import io.tickbus.cli.JsonObject;
import io.tickbus.core.SignalRecord;
import io.tickbus.journal.JournalReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Counts what a journal holds, and whether its signals follow each other. */
final class JournalTally implements JournalReader.Visitor {
    private static final long TELL_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long MEBI = 1 << 20;

    private final Map<String, Long> entries = new TreeMap<>();
    private long blocks;
    private long bytes;
    private long signals;
    private long gaps;
    private long missing;
    private long outOfOrder;
    private long histories;
    private long unreadable;
    private List<String> complaints = List.of();
    private long firstRealtimeNs = Long.MAX_VALUE;
    private long lastRealtimeNs = Long.MIN_VALUE;
    private long history;
    private long nextSequence = -1;

    /** Reads all of a journal, and says how far it is when that takes long. */
    static JournalTally of(Path folder, PrintWriter err) {
        JournalTally tally = new JournalTally();
        long toldNs = System.nanoTime();
        try (JournalReader reader = JournalReader.open(folder)) {
            while (reader.next(tally)) {
                tally.blocks++;
                tally.bytes += reader.blockLength();
                if (System.nanoTime() - toldNs > TELL_NS) {
                    toldNs = System.nanoTime();
                    err.println("tickbus: " + tally.bytes / MEBI + " MiB read");
                    err.flush();
                }
            }
            tally.unreadable = reader.unreadable();
            tally.complaints = reader.complaints();
        }
        return tally;
    }

    @Override
    public void signal(SignalRecord signal, long historyId, long clockOffsetNs) {
        if (historyId != history) {
            history = historyId;
            histories++;
            nextSequence = signal.sequence();
        }
        if (signal.sequence() != nextSequence) {
            outOfOrder++;
        }
        nextSequence = signal.sequence() + 1;
        signals++;
        firstRealtimeNs = Math.min(firstRealtimeNs, signal.publishedNs() + clockOffsetNs);
        lastRealtimeNs = Math.max(lastRealtimeNs, signal.publishedNs() + clockOffsetNs);
    }

    @Override
    public void gap(long firstSequence, long count) {
        gaps++;
        missing += count;
        nextSequence = firstSequence + count;
    }

    @Override
    public void entry(String kind, int owner) {
        entries.merge(kind, 1L, Long::sum);
    }

    /** Whether everything could be read, and nothing is missing. */
    boolean isWhole() {
        return complaints.isEmpty() && missing == 0 && outOfOrder == 0;
    }

    JsonObject json() {
        JsonObject byKind = new JsonObject();
        byKind.putAll(entries);
        return new JsonObject().with("blocks", blocks).with("bytes", bytes).with("signals", signals)
                .with("histories", histories).with("gaps", gaps).with("signalsMissing", missing)
                .with("signalsOutOfOrder", outOfOrder).with("unreadable", unreadable).with("complaints", complaints)
                .with("entries", byKind)
                .with("firstRealtimeNs", signals == 0 ? null : firstRealtimeNs)
                .with("lastRealtimeNs", signals == 0 ? null : lastRealtimeNs).with("whole", isWhole());
    }

    /** What it says of itself in one line. */
    String verdict() {
        return isWhole() ? "whole: every block is readable and no signal is missing" : "not whole: " + unreadable
                + " unreadable pieces, " + missing + " signals missing in " + gaps + " gaps, " + outOfOrder
                + " out of order" + complaints.stream().map(line -> "\n  " + line).collect(Collectors.joining());
    }

    void print(PrintWriter out) {
        out.println("blocks    " + blocks + ", " + bytes / MEBI + " MiB");
        out.println("signals   " + signals + (signals == 0 ? "" : ", from " + time(firstRealtimeNs) + " to "
                + time(lastRealtimeNs)));
        out.println("missing   " + missing + " in " + gaps + " gaps");
        out.println("unreadable " + unreadable);
        entries.forEach((kind, count) -> out.println("  " + kind.toLowerCase(Locale.ROOT) + " " + count));
        out.println(verdict());
        out.flush();
    }

    private static Instant time(long realtimeNs) {
        return Instant.ofEpochSecond(0, realtimeNs);
    }
}
