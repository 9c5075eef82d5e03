// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.journal;

import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.Sizes;
import io.tickbus.core.SignalRecord;
import io.tickbus.journal.JournalReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Counts what a journal contains, and checks that its signals follow each other. */
final class JournalTally implements JournalReader.Visitor {
    private static final long PROGRESS_INTERVAL_NS = TimeUnit.SECONDS.toNanos(2);

    private final Map<String, Long> entries = new TreeMap<>();
    private long blocks;
    private long bytes;
    private long signals;
    private long gaps;
    private long missing;
    private long outOfOrder;
    private long histories;
    private long unreadable;
    private List<String> problems = List.of();
    private long firstRealtimeNs = Long.MAX_VALUE;
    private long lastRealtimeNs = Long.MIN_VALUE;
    private long history;
    private long nextSequence = -1;

    /** Reads all of a journal, and reports progress when that takes long. */
    static JournalTally of(Path folder, OutputOptions output) {
        JournalTally tally = new JournalTally();
        long progressNs = System.nanoTime();
        try (JournalReader reader = JournalReader.open(folder)) {
            while (reader.next(tally)) {
                tally.blocks++;
                tally.bytes += reader.blockLength();
                if (System.nanoTime() - progressNs > PROGRESS_INTERVAL_NS) {
                    progressNs = System.nanoTime();
                    output.say(Sizes.format(tally.bytes) + " read");
                }
            }
            tally.unreadable = reader.unreadable();
            tally.problems = reader.complaints();
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
        return problems.isEmpty() && missing == 0 && outOfOrder == 0;
    }

    Report report() {
        Report byKind = new Report();
        entries.forEach(byKind::put);
        return new Report().with("blocks", blocks).with("bytes", bytes).with("signals", signals)
                .with("histories", histories).with("gaps", gaps).with("signalsMissing", missing)
                .with("signalsOutOfOrder", outOfOrder).with("unreadable", unreadable).with("complaints", problems, null)
                .with("entries", byKind)
                .with("firstRealtimeNs", signals == 0 ? null : firstRealtimeNs)
                .with("lastRealtimeNs", signals == 0 ? null : lastRealtimeNs).with("whole", isWhole(), verdict());
    }

    /** What it says of itself in one line. */
    String verdict() {
        return isWhole() ? "whole: every block is readable and no signal is missing" : "not whole: " + unreadable
                + " unreadable pieces, " + missing + " signals missing in " + gaps + " gaps, " + outOfOrder
                + " out of order" + problems.stream().map(line -> "\n  " + line).collect(Collectors.joining());
    }
}
