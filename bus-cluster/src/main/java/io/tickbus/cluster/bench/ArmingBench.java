// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.bench;

import io.tickbus.cli.Report;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.client.TimerClient;
import io.tickbus.cluster.aeron.ArmReply;
import io.tickbus.cluster.aeron.ClusterTimers;
import io.tickbus.cluster.host.HostClock;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.cluster.local.LocalHosts;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalSubscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.agrona.CloseHelper;

/**
 * How fast timers are armed: through consensus of three members, one after the other, each waiting for its reply, and
 * in batches; and at a daemon alone, with a cluster's agent at that daemon and at another without, in turn.
 */
final class ArmingBench {
    private static final int HOSTS = 3;
    private static final int SIGNAL = 7;
    private static final int SINGLE_A_ROUND = 250;
    private static final int KEYS = 100_000;
    private static final int MAX_UNANSWERED = 64;
    private static final int LOCAL_SINGLE = 200;
    private static final int LOCAL_BATCH = 5_000;
    private static final int WARM_UP = 5;
    private static final int LOCAL_ROUNDS_FOR_ONE = 3;
    private static final int REPLIES = 1024;
    private static final String ALONE = "alone";
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long NAP_NS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST_REST_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long REST_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BenchOutput output;
    private final int rounds;
    private final int timers;
    private final LocalHosts local = LocalHosts.create("bench");
    private final long dueUtcNs = HostClock.system().utcNs() + TimeUnit.DAYS.toNanos(1);
    private final TimerCommand command = new TimerCommand();
    private long accepted;
    private long refused;
    private int answered;

    ArmingBench(BenchOutput output, int rounds, int timers) {
        this.output = output;
        this.rounds = rounds;
        this.timers = timers;
    }

    /** Returns whether everything was armed. */
    boolean run() {
        try (local) {
            List<String> members = LocalHosts.addresses(HOSTS);
            output.say("starting three hosts, joined by loopback");
            ShutdownHook.during(local::stop, () -> {
                for (int host = 0; host < HOSTS; host++) {
                    local.member(List.of(), members, host, false);
                }
                local.daemon(ALONE);
                local.awaitServing(HOSTS);
                try (ClusterTimers cluster = ClusterTimers.connect(members, "bench")) {
                    cluster.onReply(this::note);
                    oneByOne(cluster);
                    inBatches(cluster);
                }
                atDaemons();
            });
            output.printHiccups();
            return refused == 0 && !local.isStopped();
        }
    }

    private void note(ArmReply reply) {
        accepted += reply.count() - reply.refusals();
        refused += reply.refusals();
    }

    private void oneByOne(ClusterTimers cluster) {
        Histogram times = new Histogram(3);
        for (int round = -WARM_UP; round < rounds && !local.isStopped(); round++) {
            for (int i = 0; i < SINGLE_A_ROUND; i++) {
                long startNs = System.nanoTime();
                cluster.arm(IntentSpec.everywhere(i, SIGNAL, dueUtcNs));
                if (round >= 0) {
                    times.recordValue(System.nanoTime() - startNs);
                }
            }
            output.progress("rounds of arming one by one", Math.max(0, round), rounds);
            output.watchHost();
        }
        output.print("armed through consensus, one by one", BenchOutput.times(new Report().with("type", "single"),
                times));
    }

    private void inBatches(ClusterTimers cluster) {
        Histogram perSecond = new Histogram(3);
        int each = Math.max(1, timers / rounds);
        accepted = 0;
        for (int round = 0; round < rounds && !local.isStopped(); round++) {
            long startNs = System.nanoTime();
            for (int i = 0; i < each; i++) {
                cluster.add(IntentSpec.everywhere(i % KEYS, SIGNAL, dueUtcNs));
                await(cluster, MAX_UNANSWERED, startNs);
            }
            cluster.flush();
            await(cluster, 0, startNs);
            long tookNs = Math.max(1, System.nanoTime() - startNs);
            perSecond.recordValue(TimeUnit.SECONDS.toNanos(each) / tookNs);
            output.progress("rounds of arming in batches", round + 1, rounds);
            output.watchHost();
            // A host that gives a budget of processor time has some again for the next round.
            LockSupport.parkNanos(Math.min(tookNs, LONGEST_REST_NS));
        }
        refused += (long) each * rounds - accepted;
        output.print("armed through consensus, in batches", rates(new Report().with("type", "batches")
                .with("armed", accepted).with("refused", refused), perSecond));
    }

    /** Leaves the processor to the members meanwhile. */
    private static void await(ClusterTimers cluster, int unanswered, long startNs) {
        while (cluster.unanswered() > unanswered) {
            check(startNs);
            if (!cluster.poll()) {
                LockSupport.parkNanos(NAP_NS);
            }
        }
    }

    private static Report rates(Report report, Histogram perSecond) {
        return report.with("rounds", perSecond.getTotalCount())
                .with("medianPerSecond", perSecond.getValueAtPercentile(50))
                .with("leastPerSecond", perSecond.getMinValue()).with("mostPerSecond", perSecond.getMaxValue());
    }

    private static void check(long startNs) {
        if (System.nanoTime() - startNs > TIMEOUT_NS) {
            throw new BusException(BusException.Reason.TIMEOUT, "the benchmark", "armings are not answered",
                    "run it again; with less load if that does not help");
        }
    }

    /** What a daemon costs its clients. */
    private static final class AtDaemon {
        private final String title;
        private final TimerClient client;
        private final Histogram times = new Histogram(3);
        private final Histogram perSecond = new Histogram(3);
        private double median;
        private double rate;

        AtDaemon(String title, TimerClient client) {
            this.title = title;
            this.client = client;
        }
    }

    private void atDaemons() {
        List<AtDaemon> both = new ArrayList<>();
        Ratios times = new Ratios();
        Ratios rates = new Ratios();
        try (TimerClient in = connect(local.bus(0)); TimerClient alone = connect(local.bus(ALONE, "default"))) {
            both.add(new AtDaemon("in a cluster", in));
            both.add(new AtDaemon("without a cluster", alone));
            int localRounds = rounds * LOCAL_ROUNDS_FOR_ONE;
            for (int round = -WARM_UP; round < localRounds && !local.isStopped(); round++) {
                AtDaemon first = both.get(round & 1);
                AtDaemon second = both.get(1 - (round & 1));
                round(first, round >= 0);
                round(second, round >= 0);
                if (round >= 0) {
                    times.add(both.get(0).median, both.get(1).median);
                    rates.add(both.get(0).rate, both.get(1).rate);
                }
                output.progress("rounds at daemons", Math.max(0, round), localRounds);
                output.watchHost();
                LockSupport.parkNanos(REST_NS);
            }
        }
        for (AtDaemon each : both) {
            output.print("armed at a daemon " + each.title + ", one by one", BenchOutput.times(new Report()
                    .with("type", "daemonSingle").with("daemon", each.title), each.times));
            output.print("armed at a daemon " + each.title + ", in batches", rates(new Report()
                    .with("type", "daemonBatches").with("daemon", each.title), each.perSecond));
        }
        output.print("p50 of a round one by one, in a cluster / without", times.addTo(new Report()
                .with("type", "ratio").with("of", "single")));
        output.print("rate of a round in batches, in a cluster / without", rates.addTo(new Report()
                .with("type", "ratio").with("of", "batches")));
    }

    private TimerClient connect(BusDirectory bus) {
        SignalSubscriber there = local.attach(bus);
        CloseHelper.quietClose(there);
        return TimerClient.connect(bus);
    }

    private void round(AtDaemon at, boolean isCounted) {
        long dueNs = System.nanoTime() + TimeUnit.DAYS.toNanos(1);
        Histogram times = new Histogram(3);
        for (int i = 0; i < LOCAL_SINGLE; i++) {
            long startNs = System.nanoTime();
            onReply(at.client.call(command.arm(i, SIGNAL, dueNs), TIMEOUT_NS));
            times.recordValue(System.nanoTime() - startNs);
        }
        answered = 0;
        long startNs = System.nanoTime();
        for (int i = 0; i < LOCAL_BATCH; i++) {
            while (at.client.send(command.arm(i, SIGNAL, dueNs)) == TimerClient.FULL) {
                at.client.pollReplies(this::onReply, REPLIES);
            }
        }
        while (answered < LOCAL_BATCH) {
            check(startNs);
            at.client.pollReplies(this::onReply, REPLIES);
        }
        at.rate = (double) TimeUnit.SECONDS.toNanos(LOCAL_BATCH) / (System.nanoTime() - startNs);
        at.median = times.getValueAtPercentile(50);
        if (isCounted) {
            at.times.add(times);
            at.perSecond.recordValue((long) at.rate);
        }
    }

    private void onReply(TimerReply reply) {
        answered++;
        refused += reply.code() == ReplyCode.ARMED ? 0 : 1;
    }
}
