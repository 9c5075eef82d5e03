// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cluster.intent.CancelledIntent;
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentSnapshot;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.cluster.plan.ClusterFiring;
import io.tickbus.cluster.sim.SimulatedHost.Publication;
import io.tickbus.core.timer.MisfirePolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One random history of a cluster, by a seed: hosts with clocks that run wrong and are set, networks that split, delay
 * and lose, agents, daemons and machines that die. Then everything recovers, and what has fired is compared with what
 * should have.
 *
 * <p>Consensus is Aeron's and taken for granted: there is one log, it grows while a majority of the members is
 * connected, and each host has applied a part of it from the beginning.
 */
final class ClusterHistory {
    /** An entry of the log. */
    record Entry(DirectBuffer message, long position, long clusterNs, int term) {
        void applyTo(IntentLog log) {
            log.apply(message, 0, message.capacity(), position, clusterNs, term);
        }
    }

    private record Sent(DirectBuffer message, long arrivalNs) {
    }

    /** One occurrence of one arming. */
    private record Occurrence(int owner, long key, int generation, long number) {
        static Occurrence of(Publication fired) {
            Intent intent = fired.firing().intent();
            return new Occurrence(intent.owner(), intent.spec().key(), intent.spec().generation(),
                    fired.firing().occurrence());
        }
    }

    private record Judged(CancelledIntent cancelled, long committedNs) {
    }

    private static final long MS = 1_000_000L;
    private static final long SECOND = 1_000 * MS;
    private static final long START_NS = 1_800_000_000L * SECOND;
    private static final int KEYS = 3;
    private static final long CLIENT = 1;
    private static final int MAX_ERROR_MS = 110;

    final SplittableRandom random;
    final List<Entry> log = new ArrayList<>();
    long trueNs = START_NS;
    long nextEpoch = 1;
    List<byte[]> snapshot;
    int snapshotIndex;
    private final boolean isCalm;
    private final boolean areSnapshotsChecked;
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private final List<Sent> network = new ArrayList<>();
    private final List<Publication> all = new ArrayList<>();
    private final Map<Occurrence, List<Publication>> fired = new HashMap<>();
    /** By generation, which is unique here. */
    private final Map<Integer, List<Publication>> byArming = new HashMap<>();
    private final Map<String, long[]> missed = new HashMap<>();
    private final Map<String, Long> committed = new HashMap<>();
    private final List<byte[]> sent = new ArrayList<>();
    private final List<Judged> certain = new ArrayList<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
    private final IntentLog reference = new IntentLog();
    private SimulatedHost leader;
    private int term = 1;
    private int nextGeneration = 1;

    ClusterHistory(long seed, boolean areSnapshotsChecked) {
        this.random = new SplittableRandom(seed);
        this.isCalm = random.nextInt(8) == 0;
        this.areSnapshotsChecked = areSnapshotsChecked;
    }

    int firings() {
        return all.size();
    }

    long flagged() {
        return all.stream().filter(ClusterHistory::isFlagged).count();
    }

    int certainCancels() {
        return certain.size();
    }

    private static boolean isFlagged(Publication fired) {
        return (fired.firing().flags() & ClusterFiring.MAYBE_DUPLICATE) != 0;
    }

    /** Runs it and checks everything. */
    void run() {
        int members = random.nextInt(4) == 0 ? 5 : 3;
        int followers = random.nextInt(3);
        for (int i = 0; i < members + followers; i++) {
            SimulatedHost host = new SimulatedHost(this, "host" + i, i < members);
            hosts.add(host);
            host.boundNs = (isCalm ? 2 : MAX_ERROR_MS) * MS;
            host.limitNs = host.boundNs;
            host.errorNs = error(host);
            host.start();
        }
        leader = hosts.get(0);
        commit(IntentCommands.owner(buffer, 0, "a"));
        commit(IntentCommands.owner(buffer, 0, "b"));
        long endNs = trueNs + (4 + random.nextInt(20)) * SECOND;
        while (trueNs < endNs) {
            if (!isCalm && random.nextInt(4) == 0) {
                fault(hosts.get(random.nextInt(hosts.size())));
            }
            // Until hosts count for what is due, up to 2 s ago too, every firing is flagged.
            boolean isReady = !isCalm || trueNs > START_NS + 5 * SECOND;
            if (isReady && random.nextInt(6) == 0) {
                command();
            }
            step(isCalm ? 10 * MS + random.nextLong(90 * MS) : stepNs());
        }
        recover();
        long quietNs = trueNs + 12 * SECOND;
        while (trueNs < quietNs) {
            step(40 * MS + random.nextLong(100 * MS));
        }
        check();
    }

    private long stepNs() {
        int kind = random.nextInt(20);
        long longestNs = kind == 0 ? 3 * SECOND : kind < 5 ? 300 * MS : 50 * MS;
        return random.nextLong(longestNs);
    }

    /** A random error of its clock. */
    long error(SimulatedHost host) {
        return random.nextLong(-host.limitNs, host.limitNs + 1);
    }

    private void step(long ns) {
        trueNs += ns;
        for (SimulatedHost host : hosts) {
            long drifted = host.errorNs + ns * host.driftPpm / 1_000_000;
            host.errorNs = Math.max(-host.limitNs, Math.min(host.limitNs, drifted));
        }
        deliver();
        int first = random.nextInt(hosts.size());
        for (int i = 0; i < hosts.size(); i++) {
            SimulatedHost host = hosts.get((first + i) % hosts.size());
            boolean isSlow = !isCalm && random.nextInt(5) == 0;
            host.apply(isSlow ? random.nextInt(4) : Integer.MAX_VALUE);
            if (random.nextBoolean()) {
                host.fire();
            }
            do {
                host.work();
            } while (host.fire() && !isSlow);
        }
        deliver();
        if (areSnapshotsChecked) {
            hosts.forEach(SimulatedHost::checkSnapshot);
        }
    }

    private void deliver() {
        Iterator<Sent> sent = network.iterator();
        while (sent.hasNext()) {
            Sent next = sent.next();
            if (next.arrivalNs() <= trueNs) {
                sent.remove();
                commit(next.message());
            }
        }
    }

    private boolean hasQuorum() {
        long connected = hosts.stream().filter(host -> host.isMember && host.isConnected && host.isUp).count();
        long members = hosts.stream().filter(host -> host.isMember).count();
        return connected > members / 2;
    }

    /** A message of a host to the log: it arrives late, twice, or not at all. */
    void send(SimulatedHost from, MutableDirectBuffer message, int length) {
        if (!from.isConnected || (!isCalm && random.nextInt(10) == 0)) {
            return;
        }
        byte[] bytes = new byte[length];
        message.getBytes(0, bytes);
        for (int copies = !isCalm && random.nextInt(20) == 0 ? 2 : 1; copies > 0; copies--) {
            boolean isDelayed = !isCalm && random.nextInt(8) == 0;
            long delayNs = random.nextLong(isDelayed ? 2 * SECOND : 5 * MS);
            network.add(new Sent(new UnsafeBuffer(bytes), trueNs + delayNs));
        }
    }

    private boolean commit(int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);
        return commit(new UnsafeBuffer(bytes));
    }

    private boolean commit(DirectBuffer message) {
        if (!hasQuorum()) {
            return false;
        }
        if (!leader.isMember || !leader.isConnected || !leader.isUp) {
            leader = hosts.stream().filter(host -> host.isMember && host.isConnected && host.isUp).findAny()
                    .orElseThrow();
            term++;
        }
        Entry entry = new Entry(message, 32L * (log.size() + 1), leader.localNs(), term);
        log.add(entry);
        entry.applyTo(reference);
        return true;
    }

    private void fault(SimulatedHost host) {
        switch (random.nextInt(11)) {
            case 0 -> host.isConnected = false;
            case 1, 2, 3 -> hosts.forEach(each -> each.isConnected |= random.nextBoolean());
            case 4 -> {
                if (host.isUp) {
                    host.crashAgent();
                }
            }
            case 5, 6 -> {
                if (!host.isDaemonUp) {
                    host.restartDaemon();
                }
                if (!host.isUp && !host.hasLeft) {
                    host.start();
                }
            }
            case 7 -> host.crashDaemon();
            case 8 -> {
                host.errorNs = error(host);
                host.driftPpm = random.nextInt(-400, 401);
                if (random.nextBoolean()) {
                    host.changeBound(random.nextLong(2 * MAX_ERROR_MS * MS));
                }
            }
            case 9 -> {
                if (random.nextInt(3) == 0) {
                    host.reboot();
                } else if (host.isUp) {
                    host.writeFile();
                }
            }
            default -> rare(host);
        }
    }

    /** The bound of a host's clock that the log knows. */
    long statedBoundNs(String host) {
        Host stated = reference.membership().host(host);
        return stated == null ? -1 : stated.boundNs();
    }

    private void rare(SimulatedHost host) {
        switch (random.nextInt(4)) {
            case 0 -> {
                if (host.isUp && host != leader) {
                    host.leave();
                }
            }
            case 1 -> {
                if (host.hasLeft) {
                    host.start();
                }
            }
            case 2 -> {
                snapshot = snapshotOf(reference);
                snapshotIndex = log.size();
            }
            default -> {
                SimulatedHost next = hosts.get(random.nextInt(hosts.size()));
                term += next == leader ? 0 : 1;
                leader = next;
            }
        }
    }

    List<byte[]> snapshotOf(IntentLog state) {
        List<byte[]> messages = new ArrayList<>();
        IntentSnapshot.write(state, (message, at, length) -> {
            byte[] bytes = new byte[length];
            message.getBytes(at, bytes);
            messages.add(bytes);
        });
        return messages;
    }

    IntentLog loaded(List<byte[]> messages) {
        IntentLog state = new IntentLog();
        IntentSnapshot reader = IntentSnapshot.into(state);
        messages.forEach(message -> reader.onMessage(new UnsafeBuffer(message), 0, message.length));
        assertTrue(reader.isComplete());
        return state;
    }

    private void command() {
        int owner = random.nextInt(2);
        long key = random.nextInt(KEYS);
        if (random.nextInt(4) == 0) {
            Intent before = reference.find(owner, key);
            if (commit(IntentCommands.cancel(buffer, 0, owner, key, 0)) && before != null) {
                committed.put(owner + "/" + key + "/" + before.spec().generation(), trueNs);
            }
            return;
        }
        // Sent by one client, and again at any time afterwards.
        int length = IntentCommands.client(buffer, 0, CLIENT, sent.size() + 1L);
        length += IntentCommands.arm(buffer, length, owner, spec(key));
        byte[] message = new byte[length];
        buffer.getBytes(0, message);
        if (commit(length)) {
            sent.add(message);
        }
        if (!sent.isEmpty() && random.nextInt(4) == 0) {
            commit(new UnsafeBuffer(sent.get(random.nextInt(sent.size()))));
        }
    }

    private IntentSpec spec(long key) {
        long firstNs = trueNs + (random.nextInt(8) == 0 ? -random.nextLong(2 * SECOND) : random.nextLong(6 * SECOND));
        boolean isOnce = random.nextBoolean();
        IntentSpec spec = isOnce ? IntentSpec.once(key, 7, firstNs) : IntentSpec.everywhere(key, 7, firstNs);
        if (isOnce && random.nextInt(4) == 0) {
            spec = spec.withFlags(IntentSpec.LEASE);
        }
        if (random.nextBoolean()) {
            spec = spec.withFlags(IntentSpec.NOT_BEFORE);
        }
        if (random.nextInt(3) == 0) {
            long periodNs = isOnce ? SECOND + random.nextLong(2 * SECOND) : 100 * MS + random.nextLong(SECOND);
            spec = spec.withPeriod(periodNs, random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(5));
        }
        MisfirePolicy policy = MisfirePolicy.of(random.nextInt(3));
        return spec.withPolicy(policy, random.nextBoolean() ? 1_000 : 500_000)
                .withStandby(isCalm ? 2 * SECOND : random.nextLong(200 * MS)).withGeneration(nextGeneration++);
    }

    /** A host has published a firing. */
    void published(Publication publication) {
        all.add(publication);
        byArming.computeIfAbsent(publication.firing().intent().spec().generation(), one -> new ArrayList<>())
                .add(publication);
        fired.computeIfAbsent(Occurrence.of(publication), one -> new ArrayList<>(1)).add(publication);
        IntentSpec spec = publication.firing().intent().spec();
        long deadlineNs = spec.deadlineNs(publication.firing().occurrence());
        assertTrue(publication.host().localNs() >= deadlineNs, () -> "early by its own clock: " + publication);
        if (spec.isNotBefore()) {
            assertTrue(trueNs >= deadlineNs, () -> "early by " + (deadlineNs - trueNs) + ": " + publication);
        }
    }

    void missed(SimulatedHost host, Intent intent, long first, long last) {
        for (long n = first; n <= Math.min(last, first + 10_000); n++) {
            missed.put(host.name + "/" + intent.owner() + "/" + intent.spec().key() + "/"
                    + intent.spec().generation() + "/" + n, new long[0]);
        }
    }

    private boolean isMissed(SimulatedHost host, Intent intent, long n) {
        return missed.containsKey(host.name + "/" + intent.owner() + "/" + intent.spec().key() + "/"
                + intent.spec().generation() + "/" + n);
    }

    private void recover() {
        for (SimulatedHost host : hosts) {
            host.isConnected = true;
            if (!host.isDaemonUp) {
                host.restartDaemon();
            }
            if (!host.isUp && (host.isMember || !host.hasLeft)) {
                host.start();
            }
        }
        // What is cancelled now can be judged in the end.
        for (int i = 0; i < KEYS; i++) {
            if (random.nextInt(3) == 0) {
                Intent before = reference.find(0, i);
                if (commit(IntentCommands.cancel(buffer, 0, 0, i, 0)) && before != null) {
                    committed.put("0/" + i + "/" + before.spec().generation(), trueNs);
                }
            }
        }
    }

    private void check() {
        String state = reference.describe();
        for (SimulatedHost host : hosts) {
            if (host.isUp) {
                host.apply(Integer.MAX_VALUE);
                assertEquals(state, host.replica().describe(), host.name);
            }
        }
        fired.forEach(this::checkNeverTwiceSilently);
        reference.forEach(this::checkFired);
        reference.forEachCancelled(this::checkCancelled);
    }

    private void checkNeverTwiceSilently(Occurrence occurrence, List<Publication> publications) {
        IntentSpec spec = publications.get(0).firing().intent().spec();
        Map<String, Integer> silent = new HashMap<>();
        Map<String, Integer> total = new HashMap<>();
        for (Publication publication : publications) {
            String where = spec.isOnce() ? "" : publication.host().name;
            silent.merge(where, isFlagged(publication) ? 0 : 1, Integer::sum);
            total.merge(where, 1, Integer::sum);
        }
        assertTrue(silent.values().stream().allMatch(count -> count <= 1),
                () -> "fired twice without a flag: " + publications);
        if (spec.isLease()) {
            assertTrue(publications.size() == 1 && !isFlagged(publications.get(0)), publications::toString);
        } else if (!spec.isOnce()) {
            for (Publication publication : publications) {
                assertTrue(total.get(publication.host().name) == 1 || publication.host().hasForgotten,
                        () -> "fired twice on a host: " + publications);
            }
        }
        // With SKIP, a host that learns of a timer too late leaves it to a standby that does not.
        Intent intent = publications.get(0).firing().intent();
        if (isCalm && hosts.stream().noneMatch(host -> isMissed(host, intent, occurrence.number()))) {
            assertTrue(total.values().stream().allMatch(count -> count == 1)
                    && publications.stream().noneMatch(ClusterHistory::isFlagged), publications::toString);
        }
    }

    /** Of what is still armed, everything that was due has fired, or was passed over by its policy. */
    private void checkFired(Intent intent) {
        IntentSpec spec = intent.spec();
        long settledNs = trueNs - 5 * SECOND;
        for (long n = 0; n <= spec.lastOccurrence() && spec.deadlineNs(n) < settledNs; n++) {
            if (spec.isOnce()) {
                checkFiredOnce(intent, n);
            } else {
                for (SimulatedHost host : hosts) {
                    checkFiredOn(host, intent, n);
                }
            }
        }
    }

    private void checkFiredOn(SimulatedHost host, Intent intent, long n) {
        IntentSpec spec = intent.spec();
        long joinedNs = reference.membership().host(host.name) == null ? Long.MAX_VALUE
                : reference.membership().host(host.name).joinedNs();
        boolean isBefore = intent.armedNs() < joinedNs && spec.deadlineNs(n) < joinedNs;
        if (host.hasLeft || isBefore) {
            return;
        }
        boolean isThere = firingsOf(intent).stream().anyMatch(one -> one.host() == host && covers(one, n));
        assertTrue(isThere || isMissed(host, intent, n), () -> host.name + " has not fired " + n + " of " + intent
                + "\n" + reference.membership().hosts());
        assertFalse(isCalm && !isThere && spec.policy() == MisfirePolicy.FIRE_ALL);
    }

    private void checkFiredOnce(Intent intent, long n) {
        boolean isThere = firingsOf(intent).stream().anyMatch(one -> covers(one, n));
        boolean isForgiven = intent.spec().isLease() || hosts.stream().anyMatch(host -> isMissed(host, intent, n));
        boolean isSkip = intent.spec().policy() == MisfirePolicy.SKIP;
        assertTrue(isThere || (isForgiven && (!isCalm || isSkip)), () -> "no host has fired " + n + " of " + intent
                + "\n" + reference.membership().hosts());
        boolean hasNoneRestarted = nextEpoch == 1 + hosts.size();
        if (isThere && hasNoneRestarted && hosts.stream().noneMatch(host -> host.hasLeft)) {
            assertTrue(intent.isFired(n), () -> "the log does not know: " + n + " of " + intent);
        }
    }

    private List<Publication> firingsOf(Intent intent) {
        return byArming.getOrDefault(intent.spec().generation(), List.of());
    }

    private static boolean covers(Publication publication, long n) {
        return publication.firing().occurrence() <= n && n <= publication.firing().through();
    }

    /** Nothing of a timer that was certainly cancelled has fired since. */
    private void checkCancelled(CancelledIntent cancelled) {
        Intent intent = cancelled.intent();
        Long committedNs = committed.get(intent.owner() + "/" + intent.spec().key() + "/" + intent.spec().generation());
        if (committedNs == null || !cancelled.unconfirmed(reference.membership()).isEmpty()) {
            return;
        }
        certain.add(new Judged(cancelled, committedNs));
        for (Publication publication : firingsOf(intent)) {
            if (publication.trueNs() > committedNs) {
                assertTrue(cancelled.firedOn(reference.membership()).stream()
                        .anyMatch(host -> host.name().equals(publication.host().name)),
                        () -> "certainly cancelled at " + committedNs + " and fired: " + publication);
            }
        }
    }
}
