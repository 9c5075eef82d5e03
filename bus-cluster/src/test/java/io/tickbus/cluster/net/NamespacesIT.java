// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tickbus.cluster.local.Namespaces;
import io.tickbus.cluster.plan.ClusterFiring;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.platform.CalendarOffset;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import io.tickbus.testkit.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three hosts as network namespaces, whose clocks differ by tens of milliseconds: while timers are armed and fire one
 * host is killed and comes back, and another is cut off and joined again, each in its turn. Needs root and iproute2,
 * and is skipped where it may not. Takes a minute or two, so only {@code -Psoak} runs it; with
 * {@code -Dtickbus.cluster.timers=400000}, which is a million firings, ten.
 */
@Tag("soak")
@Timeout(2_000)
class NamespacesIT {
    private static final int HOSTS = 3;
    private static final int TIMERS = Integer.getInteger("tickbus.cluster.timers", 6_000);
    private static final int PER_SECOND = 800;
    private static final int LEAST_SECONDS = 9;
    private static final int CYCLE_SECONDS = 45;
    private static final int SECONDS = Integer.getInteger("tickbus.cluster.seconds",
            Math.max(LEAST_SECONDS, TIMERS / PER_SECOND));
    private static final long SPREAD_NS = TimeUnit.SECONDS.toNanos(SECONDS);
    /** Hosts that have just joined count two seconds later. */
    private static final long LEAD_NS = TimeUnit.SECONDS.toNanos(4);
    private static final long[] SKEW_NS = {0, 40_000_000, -35_000_000};
    private static final long BOUND_NS = 50_000_000;
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(120);
    private static final int ROUND = 1_000;
    private static final long CUT_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final String MEMBERS = "10.77.0.1:20400,10.77.0.2:20400,10.77.0.3:20400";

    @TempDir
    private Path folder;

    private final List<ChildJvm> children = new ArrayList<>();
    private final SignalSubscriber[] signals = new SignalSubscriber[HOSTS];
    /** How often each host fired each timer without the flag that says it may be a second time, and with it. */
    private final int[][] certain = new int[HOSTS][TIMERS];
    private final int[][] flagged = new int[HOSTS][TIMERS];
    private Histogram lateness = new Histogram(3);
    private int timers = TIMERS;
    private long early;
    private long firstNs;
    private long stepNs;

    @AfterEach
    void endAll() {
        children.forEach(ChildJvm::close);
    }

    private ChildJvm start(Namespaces network, int place, Class<?> main, String... arguments) {
        ChildJvm child = new ChildJvm.Builder(folder, main, List.of(arguments)).under(network.on(place))
                .accessFlagsOfThisJvm().flags("-XX:+UseSerialGC", "-Xmx512m").timeout(Duration.ofMinutes(2)).start();
        children.add(child);
        return child;
    }

    private ChildJvm host(Namespaces network, int index) {
        return start(network, index + 1, SkewedHostMain.class, folder.resolve("host" + index).toString(), MEMBERS,
                Integer.toString(index), Long.toString(SKEW_NS[index]), Long.toString(BOUND_NS));
    }

    private static long utcNs() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    private void poll() {
        for (int host = 0; host < HOSTS; host++) {
            int index = host;
            if (signals[host] != null) {
                signals[host].poll(signal -> note(index, signal), 1000);
            } else {
                attach(host);
            }
        }
    }

    private void attach(int host) {
        try {
            signals[host] = SignalSubscriber.attach(BusDirectory.at(folder.resolve("host" + host).resolve("buses"),
                    "default"), SubscriberOptions.defaults().joinAtOldest());
        } catch (BusException e) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void note(int host, SignalRecord signal) {
        ClusterFiring firing = ClusterFiring.of(signal);
        int key = (int) signal.key();
        if (firing.isMaybeDuplicate()) {
            flagged[host][key]++;
        } else {
            certain[host][key]++;
        }
        // By the true clock: each host's own is wrong by less than its bound.
        long publishedUtcNs = signal.publishedNs() + CalendarOffset.measureNs();
        if (!ArmingMain.isOnce(key) && !ArmingMain.isNotBefore(key)) {
            // By the host's own clock.
            lateness.recordValue(Math.max(0, publishedUtcNs + SKEW_NS[host] - firstNs - key * stepNs));
        }
        early += ArmingMain.isNotBefore(key) && publishedUtcNs < firstNs + key * stepNs ? 1 : 0;
    }

    /** Reads signals until a time. */
    private void pollUntil(long utcNs) {
        while (utcNs() < utcNs) {
            poll();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    @Test
    void shouldFireExactlyOnceWhenHostsDieAndLinksFail() {
        long startNs = System.nanoTime();
        try (Namespaces network = namespaces()) {
            ChildJvm[] hosts = new ChildJvm[HOSTS];
            for (int i = 0; i < HOSTS; i++) {
                hosts[i] = host(network, i);
            }
            for (ChildJvm host : hosts) {
                host.expect("SERVING");
            }
            String refused = network.impair(HOSTS, "delay", "20ms", "loss", "1%");
            System.out.println(refused.isEmpty() ? "delay of 20 ms and 1 % loss" : "no delay: " + refused);
            stepNs = SPREAD_NS / TIMERS;
            ChildJvm arming = start(network, HOSTS + 1, ArmingMain.class, MEMBERS, Long.toString(LEAD_NS),
                    Integer.toString(TIMERS), Long.toString(stepNs));
            firstNs = ChildJvm.number(arming.expect("FIRST"), "ns");
            int cycles = Math.max(1, SECONDS / CYCLE_SECONDS);
            for (int cycle = 0; cycle < cycles; cycle++) {
                killAndCut(network, hosts, cycle, SPREAD_NS / cycles);
            }
            assertEquals("ARMED refused=0 unanswered=0", arming.expect("ARMED"));
            readToTheEnd();
        }
        judge();
        System.out.println("seconds=" + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNs));
    }

    /** Kills one host and starts it again, and then cuts another off, so that a majority lives all the time. */
    private void killAndCut(Namespaces network, ChildJvm[] hosts, int cycle, long cycleNs) {
        int killed = cycle % HOSTS;
        int cutOff = (cycle + 1) % HOSTS;
        long beginNs = firstNs + cycle * cycleNs;
        pollUntil(beginNs + cycleNs / LEAST_SECONDS);
        hosts[killed].kill();
        pollUntil(beginNs + 3 * cycleNs / LEAST_SECONDS);
        hosts[killed] = host(network, killed);
        hosts[killed].expect("SERVING");
        network.link(cutOff + 1, false);
        pollUntil(utcNs() + cycleNs / 3);
        network.link(cutOff + 1, true);
        pollUntil(beginNs + cycleNs);
        System.out.println("cycle " + (cycle + 1) + ": killed host " + killed + ", cut off host " + cutOff
                + ", missing by now " + missing(dueBy(utcNs())));
    }

    private static Namespaces namespaces() {
        try {
            return Namespaces.create(HOSTS + 1);
        } catch (BusException e) {
            return abort(e.getMessage());
        }
    }

    /** Each host fires what it knows, whatever the network does then; how late is printed beside. */
    @Test
    void shouldFireOnEachHostWhenNetworkIsCutBefore() {
        try (Namespaces network = namespaces()) {
            for (int i = 0; i < HOSTS; i++) {
                host(network, i);
            }
            for (ChildJvm host : List.copyOf(children)) {
                host.expect("SERVING");
            }
            stepNs = TimeUnit.MILLISECONDS.toNanos(1);
            for (boolean isCut : new boolean[] {false, true}) {
                round(network, isCut);
                readToTheEnd();
                judge();
                for (int host = 0; host < HOSTS; host++) {
                    Arrays.fill(certain[host], 0);
                    Arrays.fill(flagged[host], 0);
                }
            }
        }
    }

    private void round(Namespaces network, boolean isCut) {
        lateness = new Histogram(3);
        timers = ROUND;
        ChildJvm arming = start(network, HOSTS + 1, ArmingMain.class, MEMBERS, Long.toString(LEAD_NS),
                Integer.toString(timers), Long.toString(stepNs));
        firstNs = ChildJvm.number(arming.expect("FIRST"), "ns");
        assertEquals("ARMED refused=0 unanswered=0", arming.expect("ARMED"));
        pollUntil(firstNs - CUT_NS);
        network.links(!isCut);
        pollUntil(firstNs + timers * stepNs + CUT_NS);
        System.out.println((isCut ? "cut 50 ms before: " : "not cut: ") + "late by p50=" + lateness
                .getValueAtPercentile(50) / 1000 + " us p99=" + lateness.getValueAtPercentile(99) / 1000 + " us of "
                + lateness.getTotalCount());
        network.links(true);
    }

    private void readToTheEnd() {
        long untilNs = System.nanoTime() + LIMIT_NS;
        while (missing(timers) > 0) {
            poll();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            if (System.nanoTime() > untilNs) {
                children.forEach(child -> System.out.println(child.transcript()));
                fail(missing(timers) + " firings are missing, of "
                        + Arrays.stream(signals).map(String::valueOf).toList());
            }
        }
        pollUntil(utcNs() + TimeUnit.SECONDS.toNanos(1));
    }

    private int dueBy(long utcNs) {
        return (int) Math.max(0, Math.min(timers, (utcNs - firstNs) / stepNs));
    }

    /** Firings of the first timers that have not come. */
    private long missing(int first) {
        long missing = 0;
        for (int key = 0; key < first; key++) {
            int hostsFired = 0;
            for (int host = 0; host < HOSTS; host++) {
                hostsFired += certain[host][key] + flagged[host][key] > 0 ? 1 : 0;
            }
            missing += ArmingMain.isOnce(key) ? hostsFired == 0 ? 1 : 0 : HOSTS - hostsFired;
        }
        return missing;
    }

    private void judge() {
        long twice = 0;
        long marked = 0;
        long firings = 0;
        for (int key = 0; key < timers; key++) {
            int withoutFlag = 0;
            for (int host = 0; host < HOSTS; host++) {
                withoutFlag += certain[host][key];
                marked += flagged[host][key];
                firings += certain[host][key] + flagged[host][key];
                twice += !ArmingMain.isOnce(key) && certain[host][key] > 1 ? 1 : 0;
            }
            twice += ArmingMain.isOnce(key) && withoutFlag > 1 ? 1 : 0;
        }
        System.out.println("timers=" + timers + " hosts=" + HOSTS + " firings=" + firings
                + " marked as maybe twice=" + marked);
        assertEquals(0, twice, "fired twice without the flag");
        assertEquals(0, early, "fired before the time, although not-before");
        for (SignalSubscriber each : signals) {
            assertEquals(0, each.lost());
        }
    }
}
