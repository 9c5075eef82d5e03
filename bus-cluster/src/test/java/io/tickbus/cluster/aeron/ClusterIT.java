// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cluster.host.HostClock;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.cluster.plan.ClusterFiring;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import io.tickbus.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three members and three daemons on one machine, each a process, with clocks that are wrong by up to 40 ms:
 * thousands of firings while the leader, a daemon, and in the end all members are killed.
 * {@code -Dtickbus.cluster.timers=100000} for more.
 */
@Timeout(400)
@EnabledOnOs(OS.LINUX)
class ClusterIT {
    private static final int TIMERS = Integer.getInteger("tickbus.cluster.timers", 2_000);
    private static final int HOSTS = 3;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long BOUND_NS = 50 * MS;
    private static final long[] ERRORS_NS = {-30 * MS, 0, 40 * MS};
    private static final int SIGNAL = 7;
    private static final long FAR_KEY = 1_000_000_000L;
    private static final long ONCE = 1L << 32;
    private static final long NOT_BEFORE = 1L << 33;

    /** A signal that a host has published. */
    private record Seen(int host, long key, int occurrence, long publishedUtcNs, boolean isLate,
            ClusterFiring firing) {
    }

    @TempDir
    private Path folder;
    private final List<String> members = new ArrayList<>();
    private final List<ChildJvm> daemons = new ArrayList<>();
    private final List<ChildJvm> processes = new ArrayList<>();
    private final List<SignalSubscriber> subscribers = new ArrayList<>();
    private final List<Seen> seen = new ArrayList<>();
    private final Map<Long, Long> deadlines = new HashMap<>();
    private final HostClock clock = HostClock.system();
    private ClusterTimers timers;

    private static String bus(int host) {
        return "host" + host;
    }

    private void startDaemon(int host) {
        ChildJvm daemon = new ChildJvm.Builder(folder, HostDaemonMain.class,
                List.of(folder.toString(), bus(host), String.valueOf(ERRORS_NS[host])))
                .flags("-Xmx200m", "-XX:+UseSerialGC").accessFlagsOfThisJvm().start();
        daemon.expect("READY");
        daemons.set(host, daemon);
    }

    private void startMember(int host) {
        processes.set(host, new ChildJvm.Builder(folder, MemberMain.class, List.of(String.valueOf(host),
                String.join(",", members), folder.resolve("member" + host).toString(), folder.toString(), bus(host),
                bus(host), String.valueOf(ERRORS_NS[host]), String.valueOf(BOUND_NS)))
                .flags("-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1").accessFlagsOfThisJvm().start());
    }

    private void startAll() {
        int port = 21_000 + new SplittableRandom().nextInt(800) * 10;
        for (int i = 0; i < HOSTS; i++) {
            members.add("localhost:" + (port + i * MemberOptions.PORTS));
            daemons.add(null);
            processes.add(null);
        }
        for (int i = 0; i < HOSTS; i++) {
            startDaemon(i);
            startMember(i);
            subscribers.add(SignalSubscriber.attach(BusDirectory.at(folder, bus(i)),
                    SubscriberOptions.defaults().joinAtOldest()));
        }
        processes.forEach(process -> process.expect("READY"));
        timers = ClusterTimers.connect(members, "it").timeout(90 * SECOND);
        awaitHosts();
    }

    @AfterEach
    void closeAll() {
        if (timers != null) {
            timers.close();
        }
        Stream.concat(processes.stream(), daemons.stream()).filter(Objects::nonNull).forEach(ChildJvm::close);
    }

    /** All hosts count for what is due from now on. */
    private void awaitHosts() {
        await("hosts", () -> {
            IntentLog state = timers.status();
            return state.membership().covering(state.timeNs() + SECOND) == HOSTS;
        });
    }

    private void await(String what, BooleanSupplier condition) {
        long untilNs = System.nanoTime() + 90 * SECOND;
        while (!condition.getAsBoolean()) {
            read();
            timers.poll();
            LockSupport.parkNanos(5 * MS);
            assertTrue(System.nanoTime() < untilNs, () -> "not within 90 s: " + what + " seen=" + seen.size() + "\n"
                    + timers.status().describe() + processes.get(0).transcript() + processes.get(1).transcript()
                    + processes.get(2).transcript());
        }
    }

    private void read() {
        for (int host = 0; host < HOSTS; host++) {
            int at = host;
            while (subscribers.get(host).poll(signal -> see(at, signal), 256) > 0) {
                assertEquals(0, subscribers.get(at).lost());
            }
        }
    }

    private void see(int host, SignalRecord signal) {
        ClusterFiring firing = ClusterFiring.of(signal);
        assertNotNull(firing, signal::toString);
        seen.add(new Seen(host, signal.key(), signal.occurrence(),
                clock.utcNs() - (System.nanoTime() - signal.publishedNs()), signal.isLate(), firing));
    }

    private int leader() {
        for (int i = 0; i < HOSTS; i++) {
            if (processes.get(i).ask("leader", "LEADER").endsWith("true")) {
                return i;
            }
        }
        return -1;
    }

    /** Arms some of each kind, at random times in the next seconds; returns when all are acknowledged. */
    private void armMany(long firstKey, int count, long fromNs, long spanNs) {
        SplittableRandom random = new SplittableRandom(firstKey);
        for (long key = firstKey; key < firstKey + count; key++) {
            long dueNs = clock.utcNs() + fromNs + random.nextLong(spanNs);
            long named = key % 4 == 0 ? key | ONCE : key % 4 == 1 ? key | NOT_BEFORE : key;
            IntentSpec spec = key % 4 == 0 ? IntentSpec.once(named, SIGNAL, dueNs).withStandby(200 * MS)
                    : IntentSpec.everywhere(named, SIGNAL, dueNs);
            timers.add(key % 4 == 1 ? spec.withFlags(IntentSpec.NOT_BEFORE) : spec);
            deadlines.put(named, dueNs);
        }
        timers.flush();
        await("replies", () -> timers.unanswered() == 0);
    }

    private boolean hasAll() {
        Map<Long, Integer> counts = new HashMap<>();
        seen.forEach(one -> counts.merge(one.key(), 1, Integer::sum));
        return deadlines.keySet().stream()
                .allMatch(key -> counts.getOrDefault(key, 0) >= ((key & ONCE) != 0 ? 1 : HOSTS));
    }

    @Test
    void shouldFireOnEachHostOnceWhateverIsKilled() {
        startAll();
        timers.arm(IntentSpec.everywhere(FAR_KEY, SIGNAL, clock.utcNs() + 3_600 * SECOND));
        armMany(0, TIMERS, 3 * SECOND, 3 * SECOND);
        int leader = leader();
        assertTrue(leader >= 0);
        long killNs = System.nanoTime() + 4 * SECOND;
        await("the time to kill", () -> System.nanoTime() > killNs);
        processes.get(leader).kill();
        armMany(TIMERS, TIMERS / 4, 2 * SECOND, 2 * SECOND);
        startMember(leader);
        await("all firings", this::hasAll);
        daemons.get((leader + 1) % HOSTS).kill();
        startDaemon((leader + 1) % HOSTS);
        awaitHosts();
        armMany(2L * TIMERS, TIMERS / 4, SECOND, 2 * SECOND);
        await("all firings after the daemon was killed", this::hasAll);
        check();
        shouldLoseNothingWhenAllAreKilled();
    }

    private void shouldLoseNothingWhenAllAreKilled() {
        assertEquals(CancelReply.Outcome.UNKNOWN, timers.cancel(FAR_KEY + 1, SECOND).outcome());
        CancelReply cancelled = cancel();
        assertEquals(CancelReply.Outcome.CERTAIN, cancelled.outcome(), cancelled::toString);
        await("a snapshot", () -> processes.get(leader()).ask("snapshot", "SNAPSHOT").endsWith("true"));
        await("the snapshot of all", () -> processes.stream().allMatch(
                process -> process.ask("snapshots", "SNAPSHOTS").endsWith("count=1")));
        armMany(3L * TIMERS, 100, 20 * SECOND, SECOND);
        processes.forEach(ChildJvm::kill);
        for (int i = 0; i < HOSTS; i++) {
            startMember(i);
        }
        processes.forEach(process -> process.expect("READY"));
        await("the cluster", () -> timers.find(FAR_KEY) != null);
        await("all firings after all were killed", this::hasAll);
        check();
        // The log continues all the time: sooner or later all have applied as much of it.
        await("equal states", () -> states().stream().distinct().count() == 1);
    }

    private List<String> states() {
        return processes.stream().map(process -> process.ask("describe", "STATE")).toList();
    }

    private CancelReply cancel() {
        timers.arm(IntentSpec.everywhere(FAR_KEY + 2, SIGNAL, clock.utcNs() + 30 * SECOND));
        return timers.cancel(FAR_KEY + 2, 10 * SECOND);
    }

    private void check() {
        Map<String, List<Seen>> everywhere = new HashMap<>();
        Map<Long, List<Seen>> once = new HashMap<>();
        for (Seen one : seen) {
            if ((one.key() & ONCE) != 0) {
                once.computeIfAbsent(one.key(), key -> new ArrayList<>()).add(one);
            } else {
                everywhere.computeIfAbsent(one.host() + "/" + one.key(), key -> new ArrayList<>()).add(one);
            }
            checkTime(one);
        }
        everywhere.values().forEach(firings -> assertEquals(1, firings.size(), firings::toString));
        long flagged = seen.stream().filter(one -> one.firing().isMaybeDuplicate()).count();
        once.values().forEach(firings -> assertTrue(
                firings.stream().filter(one -> !one.firing().isMaybeDuplicate()).count() <= 1, firings::toString));
        long twice = once.values().stream().filter(firings -> firings.size() > 1).count();
        long late = seen.stream().filter(Seen::isLate).count();
        System.out.println("ClusterIT firings=" + seen.size() + " everywhere=" + everywhere.size() + " once="
                + once.size() + " twice=" + twice + " flagged=" + flagged + " late=" + late);
    }

    private void checkTime(Seen one) {
        long afterNs = one.publishedUtcNs() - deadlines.get(one.key());
        long earliestNs = (one.key() & NOT_BEFORE) != 0 ? 0 : -BOUND_NS;
        // Reading the clock here costs something too.
        assertTrue(afterNs >= earliestNs - MS, () -> "early by " + -afterNs + ": " + one);
    }
}
