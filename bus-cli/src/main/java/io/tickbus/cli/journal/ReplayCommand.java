// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.journal;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.Output;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.SignalReport;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.journal.JournalReader;
import io.tickbus.publisher.SignalPublisher;
import java.io.PrintWriter;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Prints or publishes again what a journal has recorded. */
public final class ReplayCommand implements Command {
    private static final long PROGRESS_INTERVAL_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long LONGEST_NAP_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BusArgument bus;
    private final JournalFolderOption journal;
    private final Option<ReplayPoint> fromOption;
    private final Option<ReplayPoint> toOption;
    private final Option<String> speedOption;
    private final Option<Integer> signals;
    private final Option<String> onto;
    private final OutputOptions output;

    private final AtomicBoolean isStopped = new AtomicBoolean();
    private Thread replaying;

    /** Says what it takes. */
    public ReplayCommand(CommandSpec command) {
        bus = new BusArgument(command);
        journal = new JournalFolderOption(command);
        fromOption = command.option("--from", "TIME|SEQUENCE", ReplayPoint::parse,
                "Where to begin: a time such as 2026-12-01T12:00:00Z, or a sequence.").required();
        toOption = command.option("--to", "TIME|SEQUENCE", ReplayPoint::parse,
                "Where to end, not included; without it at the end of the journal.");
        speedOption = command.option("--speed", "1x|max", text -> text,
                "As fast as it was, a multiple such as 10x, or as fast as possible.").standard("max");
        signals = command.option("--signal", "ID", IntegerText::toInt, "Only this signal id.").repeatable();
        onto = command.option("--onto", "BUS", text -> text, "Publish on this bus instead of printing.");
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus replay --from 2026-11-24T12:00:00Z --to 2026-11-24T12:00:05Z
                  tickbus replay --from 120000 --signal 42 --json | jq .deadlineNs
                  tickbus replay md --from 0 --speed 1x --onto md-again

                With --onto, a signal keeps key, owner, occurrence, missed, flags and payload; its deadline is
                the moment it is published again, as is its sequence the other bus's own.

                Exit code 1 when there was a gap or something unreadable, which standard error names.""");
    }

    @Override
    public int run() {
        double factor = factor();
        replaying = Thread.currentThread();
        BusDirectory target = onto.isGiven() ? bus.directory(onto.get()) : null;
        Replay replay = new Replay(factor);
        ShutdownHook.during(this::stop, () -> {
            if (target == null) {
                replay.run();
            } else {
                try (SignalPublisher publisher = SignalPublisher.open(target)) {
                    replay.publisher = publisher;
                    replay.run();
                }
            }
        });
        output.say(replay.count + " signals replayed, " + replay.missing + " missing, " + replay.unreadable
                + " unreadable pieces");
        return replay.missing == 0 && replay.unreadable == 0 ? Tickbus.DONE : Tickbus.FAILED;
    }

    private double factor() {
        String speed = speedOption.get();
        if (speed.equals("max")) {
            return 0;
        }
        if (!speed.matches("[0-9]{1,9}(\\.[0-9]{1,9})?x")
                || Double.parseDouble(speed.substring(0, speed.length() - 1)) == 0) {
            throw new IllegalArgumentException("a speed is max, or a multiple such as 1x or 10x: speed=" + speed);
        }
        return Double.parseDouble(speed.substring(0, speed.length() - 1));
    }

    private void stop() {
        isStopped.set(true);
        LockSupport.unpark(replaying);
    }

    /** One run through the journal. */
    private final class Replay implements JournalReader.Visitor {
        private final double factor;
        private final ReplayPoint from = fromOption.get();
        private final ReplayPoint to = toOption.get();
        private final PrintWriter out = output.out();
        private final ReportText.Table table = ReportText.table("sequence", "publishedRealtimeNs", "signalId", "owner",
                "key", "occurrence", "missed", "publishedLatenessNs", "flags", "payload");
        private SignalPublisher publisher;
        private long count;
        private long missing;
        private long unreadable;
        private boolean isDone;
        private long firstPublishedNs = Long.MIN_VALUE;
        private long startNs;
        private long progressNs = System.nanoTime();

        Replay(double factor) {
            this.factor = factor;
        }

        void run() {
            try (JournalReader reader = JournalReader.open(journal.of(bus.name()))) {
                while (!isDone && !isStopped.get() && reader.next(this)) {
                    sayProgress();
                }
                unreadable = reader.unreadable();
            }
            out.flush();
        }

        private void sayProgress() {
            if (publisher != null && System.nanoTime() - progressNs > PROGRESS_INTERVAL_NS) {
                progressNs = System.nanoTime();
                output.say(count + " signals replayed");
            }
        }

        @Override
        public void gap(long firstSequence, long lost) {
            boolean isBefore = from.sequence() != null && firstSequence + lost <= from.sequence();
            if (!isBefore && !isDone && (from.sequence() != null || count > 0)) {
                missing += lost;
                output.say("sequences " + firstSequence + " to "
                        + (firstSequence + lost - 1) + " are missing: they were overwritten before they were recorded");
            }
        }

        @Override
        public void signal(SignalRecord signal, long historyId, long clockOffsetNs) {
            long realtimeNs = signal.publishedNs() + clockOffsetNs;
            if (isDone || isStopped.get() || from.isAfter(signal.sequence(), realtimeNs)) {
                return;
            }
            if (to != null && !to.isAfter(signal.sequence(), realtimeNs)) {
                isDone = true;
                return;
            }
            if (signals.isGiven() && !signals.all().contains(signal.signalId())) {
                return;
            }
            keepPace(signal.publishedNs());
            count++;
            if (publisher != null) {
                publish(signal);
            } else if (output.isJson()) {
                out.println(report(signal, realtimeNs).line());
            } else {
                table.print(out, List.of(report(signal, realtimeNs)));
            }
        }

        private void publish(SignalRecord signal) {
            long nowNs = System.nanoTime();
            publisher.publish(signal.deadlineNs(nowNs).publishedNs(nowNs));
        }

        private void keepPace(long publishedNs) {
            if (factor == 0) {
                return;
            }
            if (firstPublishedNs == Long.MIN_VALUE) {
                firstPublishedNs = publishedNs;
                startNs = System.nanoTime();
            }
            long dueNs = startNs + (long) ((publishedNs - firstPublishedNs) / factor);
            if (publisher == null && dueNs - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(1)) {
                out.flush();
            }
            for (long nowNs = System.nanoTime(); nowNs < dueNs && !isStopped.get(); nowNs = System.nanoTime()) {
                LockSupport.parkNanos(Math.min(dueNs - nowNs, LONGEST_NAP_NS));
                if (publisher == null && dueNs - nowNs > LONGEST_NAP_NS) {
                    Output.check();
                }
            }
        }

        private Report report(SignalRecord signal, long realtimeNs) {
            return SignalReport.of("signal", signal).with("publishedRealtimeNs", realtimeNs)
                    .with("payload", HexFormat.of().formatHex(signal.payload()));
        }
    }
}
