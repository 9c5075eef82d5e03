// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.cluster.plan.ClusterFiring;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerScope;
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
 * A host that is no member follows three that are. It is killed, and so is each member in turn, one of which feeds it.
 */
@Timeout(300)
@EnabledOnOs(OS.LINUX)
class FollowerIT {
    private static final int MEMBERS = 3;
    private static final int FOLLOWER = 3;
    private static final int HOSTS = 4;
    private static final int SIGNAL = 7;
    private static final int TIMERS = 40;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    /** In a scope of its own. */
    private static final long FAR_KEY = 1_000_000;
    /** A state of some thousand messages, between which the member's service takes care of other things. */
    private static final int FAR_TIMERS = 30_000;

    @TempDir
    private Path folder;
    private final List<String> addresses = new ArrayList<>();
    private final ChildJvm[] daemons = new ChildJvm[HOSTS];
    private final ChildJvm[] agents = new ChildJvm[HOSTS];
    private final List<SignalSubscriber> subscribers = new ArrayList<>();
    /** By key: how often each host has fired it, and in the last place how often without the flag of a duplicate. */
    private final Map<Long, int[]> fired = new HashMap<>();
    private ClusterTimers timers;
    private long nextKey;

    private BusDirectory bus(int host) {
        return BusDirectory.at(folder, "host" + host);
    }

    private void startDaemon(int host) {
        daemons[host] = HostProcesses.daemon(folder, host);
        subscribers.add(SignalSubscriber.attach(bus(host), SubscriberOptions.defaults().joinAtOldest()));
    }

    private void startAgent(int host) {
        agents[host] = HostProcesses.agent(folder, host, host == FOLLOWER ? -1 : host, addresses);
        agents[host].expect("READY");
    }

    @AfterEach
    void closeAll() {
        if (timers != null) {
            timers.close();
        }
        subscribers.forEach(SignalSubscriber::close);
        Stream.concat(Stream.of(agents), Stream.of(daemons)).filter(Objects::nonNull).forEach(ChildJvm::close);
    }

    private void await(String what, BooleanSupplier condition) {
        long untilNs = System.nanoTime() + 90 * SECOND;
        while (!condition.getAsBoolean()) {
            for (int host = 0; host < subscribers.size(); host++) {
                int at = host;
                while (subscribers.get(host).poll(signal -> onSignal(at, signal), 256) > 0) {
                    assertEquals(0, subscribers.get(at).lost());
                }
            }
            LockSupport.parkNanos(2 * MS);
            assertTrue(System.nanoTime() < untilNs, () -> "not within 90 s: " + what + " next=" + nextKey
                    + Stream.of(agents).filter(Objects::nonNull).map(ChildJvm::transcript).toList());
        }
    }

    private void onSignal(int host, SignalRecord signal) {
        int[] counts = fired.computeIfAbsent(signal.key(), key -> new int[HOSTS + 1]);
        counts[host]++;
        counts[HOSTS] += ClusterFiring.of(signal).isMaybeDuplicate() ? 0 : 1;
    }

    /** Arms some of each scope, due in the next seconds; returns the first key. Even keys are of scope once. */
    private long armMany() {
        long first = nextKey;
        long utcNs = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        for (; nextKey < first + TIMERS; nextKey++) {
            long dueNs = utcNs + (4 + nextKey % 3) * SECOND;
            timers.add(nextKey % 2 == 0 ? IntentSpec.once(nextKey, SIGNAL, dueNs)
                    : IntentSpec.everywhere(nextKey, SIGNAL, dueNs));
        }
        timers.flush();
        awaitAnswers();
        return first;
    }

    private void awaitAnswers() {
        while (timers.unanswered() > 0) {
            timers.poll();
            LockSupport.parkNanos(MS);
        }
    }

    private void awaitFirings(long first) {
        await("firings from " + first, () -> {
            for (long key = first; key < nextKey; key++) {
                int[] counts = fired.getOrDefault(key, new int[HOSTS + 1]);
                for (int host = 0; host < HOSTS; host++) {
                    assertTrue(counts[host] <= 1, "twice on host " + host + ": key=" + key);
                }
                int hosts = Stream.of(0, 1, 2, 3).mapToInt(host -> counts[host]).sum();
                if (hosts < (key % 2 == 0 ? 1 : HOSTS)) {
                    return false;
                }
                assertTrue(key % 2 != 0 || counts[HOSTS] <= 1, "twice without the flag: key=" + key);
            }
            return true;
        });
    }

    private void awaitFollower(long epochBefore) {
        await("the follower has joined", () -> {
            Host host = timers.status().membership().host("host" + FOLLOWER);
            return host != null && host.epoch() != epochBefore && host.isFollower()
                    && host.covers(timers.status().timeNs());
        });
    }

    @Test
    void shouldFireAsMembersDoWhateverIsKilled() {
        int port = 25_000 + new SplittableRandom().nextInt(150) * 20;
        for (int host = 0; host < MEMBERS; host++) {
            addresses.add("localhost:" + (port + host * MemberOptions.PORTS));
            startDaemon(host);
        }
        for (int host = 0; host < MEMBERS; host++) {
            startAgent(host);
        }
        timers = ClusterTimers.connect(addresses, "app");
        await("three members", () -> timers.status().membership().hosts().size() == MEMBERS);
        long farNs = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) + 3_600 * SECOND;
        for (long key = FAR_KEY; key < FAR_KEY + FAR_TIMERS; key++) {
            timers.add(IntentSpec.everywhere(key, SIGNAL, farNs));
        }
        timers.flush();
        awaitAnswers();
        startDaemon(FOLLOWER);
        startAgent(FOLLOWER);
        awaitFollower(0);
        awaitFirings(armMany());
        int[] ofFollower = {0};
        fired.forEach((key, counts) -> ofFollower[0] += key % 2 == 0 ? counts[FOLLOWER] : 0);
        assertTrue(ofFollower[0] > 0, "no timer of scope once is the follower's");
        shouldArmByTheFollowersDaemon();
        for (int member = 0; member < MEMBERS; member++) {
            long first = armMany();
            agents[member].kill();
            armMany();
            startAgent(member);
            awaitFirings(first);
        }
        shouldFireWhatWasDueWhileTheFollowerWasAway();
    }

    private void shouldArmByTheFollowersDaemon() {
        try (TimerClient client = TimerClient.connect(bus(FOLLOWER), TimerClientOptions.defaults().withName("app")
                .withConnectTimeoutNs(30 * SECOND))) {
            assertEquals(ReplyCode.CANCELLED, client.call(new TimerCommand().cancel(FAR_KEY)
                    .scope(TimerScope.EVERYWHERE), 30 * SECOND).code());
        }
    }

    private void shouldFireWhatWasDueWhileTheFollowerWasAway() {
        long epoch = timers.status().membership().host("host" + FOLLOWER).epoch();
        long first = armMany();
        agents[FOLLOWER].kill();
        armMany();
        LockSupport.parkNanos(SECOND);
        startAgent(FOLLOWER);
        awaitFollower(epoch);
        awaitFirings(first);
        awaitFirings(armMany());
    }
}
