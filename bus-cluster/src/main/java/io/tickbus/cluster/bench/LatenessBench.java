// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.bench;

import io.tickbus.cli.ShutdownHook;
import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.cluster.host.HostClock;
import io.tickbus.cluster.local.LocalHosts;
import io.tickbus.cluster.local.Network;
import io.tickbus.cluster.plan.ClusterFiring;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.core.timer.TimerScope;
import io.tickbus.subscriber.SignalSubscriber;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;

/**
 * How far from their time timers fire on each of three hosts. In each round timers of three kinds are due in turn: of
 * all hosts, of each daemon alone, and of Aeron Cluster, which has three members of its own on the same hosts.
 */
final class LatenessBench {
    static final String AERON_BUS = "aeron";
    private static final int HOSTS = 3;
    /** Rounds before those that are timed. */
    private static final int WARM_UP = 6;
    private static final String CLIENT = "bench";
    private static final long LEAD_NS = TimeUnit.MILLISECONDS.toNanos(1_500);
    private static final long CUT_NS = TimeUnit.MILLISECONDS.toNanos(50);
    /** About what it takes to cut the network. */
    private static final long CUTTING_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long REST_NS = TimeUnit.MILLISECONDS.toNanos(200);
    /** A timer of all hosts counts for what is due two seconds after a host has joined. */
    private static final long SETTLE_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int BATCH = 1024;

    private final BenchOutput output;
    private final int rounds;
    private final int timers;
    private final long gapNs;
    private final boolean isCutting;
    private final long delayNs;
    private final boolean isWithAeron;
    private final HostClock clock = HostClock.system();
    private final LocalHosts local = LocalHosts.create("bench");
    private final TimerClient[] clients = new TimerClient[HOSTS];
    private final List<SignalSubscriber> subscribers = new ArrayList<>();
    private final TimerCommand command = new TimerCommand();
    private final Lateness lateness;
    private Network network;
    private OutputStream aeron;
    private long offsetNs;
    private long firstNs;
    private int round;
    private int armed;
    private int refused;

    LatenessBench(BenchOutput output, int rounds, int timers, long gapNs, boolean isCutting, long delayNs,
            boolean isWithAeron) {
        this.output = output;
        this.rounds = WARM_UP + (isCutting ? rounds + rounds % 2 : rounds);
        this.timers = timers;
        this.gapNs = gapNs;
        this.isCutting = isCutting;
        this.delayNs = delayNs;
        this.isWithAeron = isWithAeron;
        lateness = new Lateness(HOSTS, this.rounds, timers, isWithAeron);
    }

    /** Returns whether each timer fired once on each host. */
    boolean run() {
        try (local) {
            network = Network.create(HOSTS, isCutting, delayNs);
            output.say("starting three hosts, " + network);
            ShutdownHook.during(local::stop, () -> {
                start();
                measure();
            });
            lateness.print(output);
            output.printHiccups();
            return lateness.isRight() && refused == 0;
        } finally {
            CloseHelper.quietCloseAll(clients);
            CloseHelper.quietCloseAll(subscribers);
            CloseHelper.quietClose(network);
        }
    }

    private void start() {
        for (int host = 0; host < HOSTS; host++) {
            local.member(network.prefix(host), network.members(host, 0), host, false);
            if (isWithAeron) {
                startAeron(host);
            }
        }
        for (int host = 0; host < HOSTS; host++) {
            subscribers.add(local.attach(local.bus(host)));
            subscribers.add(isWithAeron ? local.attach(local.bus(LocalHosts.name(host), AERON_BUS)) : null);
            clients[host] = TimerClient.connect(local.bus(host), TimerClientOptions.defaults().withName(CLIENT));
        }
        local.awaitServing(HOSTS);
        restFor(SETTLE_NS);
    }

    private void startAeron(int host) {
        Process started = local.start(network.prefix(host), LocalHosts.name(host), AERON_BUS,
                "io.tickbus.cluster.ClusterMain", List.of("cluster", "bench", "lateness", "--aeron-member",
                        Integer.toString(host), "--members", String.join(",", network.members(host, 1)),
                        "--folder", local.folder(LocalHosts.name(host)).toString()));
        aeron = host == 0 ? started.getOutputStream() : aeron;
    }

    private void measure() {
        for (round = 0; round < rounds && !local.isStopped(); round++) {
            boolean isCut = isCutting && round % 2 == 1;
            // Those of one kind are due a third of the gap after those of the kind before.
            firstNs = clock.utcNs() + LEAD_NS + network.delayNs() * 8;
            lateness.begin(round, round < WARM_UP, isCut, firstNs, gapNs);
            arm();
            output.watchHost();
            pollUntil(firstNs - CUT_NS - CUTTING_NS);
            network.cut(isCut);
            if (isCut) {
                lateness.cut(clock.utcNs());
            }
            pollUntil(firstNs + timers * gapNs + CUT_NS);
            network.cut(false);
            output.progress("rounds, of which the first " + WARM_UP + " are not timed", round + 1, rounds);
            local.await("timers have not fired: " + lateness.missing(), () -> {
                poll();
                return lateness.missing() == 0;
            });
            restFor(REST_NS);
            lateness.end();
        }
        poll();
    }

    private void arm() {
        long firstKey = (long) round * timers;
        armed = 0;
        for (int i = 0; i < timers; i++) {
            for (int host = 0; host < HOSTS; host++) {
                send(host, command.armAt(Lateness.Kind.HOST.key(firstKey + i), Lateness.Kind.HOST.signal,
                        lateness.dueNs(Lateness.Kind.HOST, i)));
            }
            send(round % HOSTS, command.armAt(Lateness.Kind.EVERYWHERE.key(firstKey + i),
                    Lateness.Kind.EVERYWHERE.signal, lateness.dueNs(Lateness.Kind.EVERYWHERE, i))
                    .scope(TimerScope.EVERYWHERE));
        }
        if (isWithAeron) {
            armAeron(firstKey);
        }
        local.await("timers are not armed", () -> {
            poll();
            return armed + refused >= timers * (HOSTS + 1);
        });
    }

    private void armAeron(long firstKey) {
        String line = firstKey + " " + lateness.dueNs(Lateness.Kind.AERON, 0) + " " + gapNs + " " + timers + "\n";
        try {
            aeron.write(line.getBytes(StandardCharsets.UTF_8));
            aeron.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(int host, TimerCommand arming) {
        while (clients[host].send(arming) == TimerClient.FULL) {
            poll();
        }
    }

    private void onReply(TimerReply reply) {
        if (reply.code() == ReplyCode.ARMED) {
            armed++;
        } else if (reply.code() != ReplyCode.SUBMITTED) {
            refused++;
            output.say("refused: " + reply);
        }
    }

    private void poll() {
        for (TimerClient client : clients) {
            client.pollReplies(this::onReply, BATCH);
        }
        offsetNs = CalendarOffset.measureNs();
        for (int i = 0; i < subscribers.size(); i++) {
            int host = i / 2;
            boolean isAeron = i % 2 == 1;
            if (subscribers.get(i) == null) {
                continue;
            }
            subscribers.get(i).poll(signal -> note(host, isAeron, signal), BATCH);
        }
    }

    private void note(int host, boolean isAeron, SignalRecord signal) {
        long utcNs = signal.publishedNs() + offsetNs;
        if (isAeron) {
            lateness.note(Lateness.Kind.AERON, host, signal.key(), utcNs);
        } else if (signal.signalId() == Lateness.Kind.EVERYWHERE.signal) {
            lateness.note(ClusterFiring.of(signal));
            lateness.note(Lateness.Kind.EVERYWHERE, host, signal.key(), utcNs);
        } else {
            lateness.note(Lateness.Kind.HOST, host, signal.key(), utcNs);
        }
    }

    private void pollUntil(long utcNs) {
        while (clock.utcNs() < utcNs && !local.isStopped()) {
            poll();
            LockSupport.parkNanos(Math.min(NAP_NS, Math.max(1, utcNs - clock.utcNs())));
        }
    }

    private void restFor(long ns) {
        pollUntil(clock.utcNs() + ns);
    }
}
