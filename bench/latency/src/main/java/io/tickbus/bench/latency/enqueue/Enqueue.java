package io.tickbus.bench.latency.enqueue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.run.BurstMeans;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What it costs to put a message into a ring: without a lock, with one; alone, and while another thread takes out. */
@Command(name = "enqueue", mixinStandardHelpOptions = true, description = {
    "Measure what it costs one thread to put a message of 64 bytes into a ring, without a lock and with one: alone,",
    "and while a second thread takes the messages out. Percentiles are of the means of bursts."})
public final class Enqueue implements Callable<Integer> {
    private static final String RING = "tickbus-ring";
    private static final String COST = "nsPerMessage";

    @Option(names = "--rounds", defaultValue = "1000", description = "Rounds that count; default 1000.")
    private int rounds;

    @Option(names = "--warm-up", defaultValue = "400", description = "Rounds before them; default 400.")
    private int warmUps;

    @Option(names = "--burst", defaultValue = "1000", description = "Messages in a burst, at most 1024; default 1000.")
    private int burst;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean isJson;

    @Option(names = "--no-pin", negatable = false, description = "Leave the placement of the threads to the kernel.")
    private boolean isUnpinned;

    /** The command line makes it. */
    public Enqueue() {
        // Nothing to set.
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds < 1 || warmUps < 0 || burst < 1 || burst > Channel.CAPACITY) {
            throw new IllegalArgumentException("rounds must be at least 1, a burst 1 to " + Channel.CAPACITY
                    + ": rounds=" + rounds + " warmUps=" + warmUps + " burst=" + burst);
        }
        System.err.println("enqueue: " + warmUps + " rounds of warm-up, then " + rounds);
        try (BenchRun run = BenchRun.open();
                PinnedThread putter = new PinnedThread("putter", BenchRun.senderCpu(!isUnpinned));
                PinnedThread taker = new PinnedThread("taker", BenchRun.receiverCpu(!isUnpinned));
                BusChannel alone = new BusChannel(run.directory(), "alone");
                BusChannel contended = new BusChannel(run.directory(), "contended")) {
            Contest contest = new Contest(taker, burst);
            enter(contest, false, alone);
            enter(contest, true, contended);
            PinnedThread.result(putter.submit(() -> {
                contest.run(warmUps, rounds);
                return null;
            }));
            run.environment().put("putterPinned", putter.pinned());
            run.environment().put("takerPinned", taker.pinned());
            Map<String, Object> report = report(contest, run);
            System.out.print(isJson ? JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(report) + "\n"
                    : toText(report));
        }
        return 0;
    }

    private void enter(Contest contest, boolean isContended, BusChannel bus) {
        String kind = isContended ? " contended" : " alone";
        contest.enter(RING + kind, new SlotChannel(), isContended, rounds);
        contest.enter("tickbus-bus" + kind, bus, isContended, rounds);
        contest.enter("array-blocking-queue" + kind, new BlockingQueueChannel(), isContended, rounds);
        contest.enter("synchronized-ring" + kind, new SynchronizedChannel(), isContended, rounds);
    }

    private Map<String, Object> report(Contest contest, BenchRun run) {
        List<Map<String, Object>> rows = new ArrayList<>();
        BurstMeans ofRing = null;
        for (Contest.Line line : contest.lines()) {
            ofRing = line.name().startsWith(RING) ? line.means() : ofRing;
            rows.add(row(line, ofRing));
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("burst", burst);
        report.put("rows", rows);
        report.put("hiccup", contest.hiccups().toMap());
        report.put("disturbed", contest.hiccups().isDisturbed());
        report.put("leftOut", run.leftOut());
        report.put("environment", run.environment());
        return report;
    }

    /** The ring stands first of its kind. */
    private Map<String, Object> row(Contest.Line line, BurstMeans ofRing) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", line.name());
        row.put("bursts", rounds);
        row.put(COST, line.means().percentiles());
        row.put("ratioToRing", line.means().ratiosTo(ofRing));
        row.put("messagesChecked", line.messages());
        return row;
    }

    @SuppressWarnings("unchecked")
    private static String toText(Map<String, Object> report) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-32s %8s %8s %8s %10s %8s%n",
                "ns per message, means of bursts", "p50", "p90", "p99", "max", "x ring"));
        for (Map<String, Object> row : (List<Map<String, Object>>) report.get("rows")) {
            Map<String, Object> cost = (Map<String, Object>) row.get(COST);
            text.append(String.format(Locale.ROOT, "%-32s %8s %8s %8s %10s %8s%n", row.get("name"), cost.get("p50"),
                    cost.get("p90"), cost.get("p99"), cost.get("max"),
                    ((Map<String, Object>) row.get("ratioToRing")).get("p50")));
        }
        text.append("hiccups of two idle threads: ").append(report.get("hiccup")).append(System.lineSeparator());
        if ((boolean) report.get("disturbed")) {
            text.append("The host was too busy for a verdict: an idle thread lost more than a tenth of its time.")
                    .append(System.lineSeparator());
        }
        return text.toString();
    }
}
