// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.cluster.plan.ClusterFiring;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
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
 * Plain clients arm with a scope at three daemons, each with a member of a cluster beside it. A member is killed while
 * commands are on their way, and then a daemon together with its member.
 */
@Timeout(300)
@EnabledOnOs(OS.LINUX)
class ScopeIT {
    private static final int HOSTS = 3;
    private static final int TIMERS = 30;
    private static final int SIGNAL = 7;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long FAR_NS = 3_600 * SECOND;
    private static final long FAR_KEY = 1_000_000;

    /** An arming, and what became of it. */
    private static final class Arming {
        private final long number;
        private final boolean isOnce;
        private final List<ReplyCode> codes = new ArrayList<>();
        private long slackNs;
        private final List<Integer> hosts = new ArrayList<>();
        private int unflagged;

        Arming(long number, boolean isOnce) {
            this.number = number;
            this.isOnce = isOnce;
        }

        @Override
        public String toString() {
            return "number=" + number + " once=" + isOnce + " codes=" + codes + " hosts=" + hosts + " unflagged="
                    + unflagged;
        }
    }

    @TempDir
    private Path folder;
    private final List<String> members = new ArrayList<>();
    private final ChildJvm[] daemons = new ChildJvm[HOSTS];
    private final ChildJvm[] agents = new ChildJvm[HOSTS];
    private final TimerClient[] clients = new TimerClient[HOSTS];
    private final List<SignalSubscriber> subscribers = new ArrayList<>();
    /** By key: each key is armed once. */
    private final Map<Long, Arming> armings = new HashMap<>();
    private final TimerCommand command = new TimerCommand();

    private BusDirectory bus(int host) {
        return BusDirectory.at(folder, "host" + host);
    }

    private void startDaemon(int host) {
        daemons[host] = HostProcesses.daemon(folder, host);
    }

    private void startMember(int host) {
        agents[host] = HostProcesses.agent(folder, host, host, members);
    }

    @AfterEach
    void closeAll() {
        Stream.of(clients).filter(Objects::nonNull).forEach(TimerClient::close);
        subscribers.forEach(SignalSubscriber::close);
        Stream.concat(Stream.of(agents), Stream.of(daemons)).filter(Objects::nonNull).forEach(ChildJvm::close);
    }

    private void await(String what, BooleanSupplier condition) {
        long untilNs = System.nanoTime() + 90 * SECOND;
        while (!condition.getAsBoolean()) {
            read();
            LockSupport.parkNanos(2 * MS);
            assertTrue(System.nanoTime() < untilNs, () -> "not within 90 s: " + what + " " + armings
                    + Stream.of(agents).map(ChildJvm::transcript).toList());
        }
    }

    private void read() {
        for (int host = 0; host < HOSTS; host++) {
            int at = host;
            clients[host].pollReplies(this::onReply, 256);
            while (subscribers.get(host).poll(signal -> onSignal(at, signal), 256) > 0) {
                assertEquals(0, subscribers.get(at).lost());
            }
        }
    }

    private void onReply(TimerReply reply) {
        Arming arming = armings.get(reply.key());
        assertEquals(arming.number, reply.commandSequence());
        arming.codes.add(reply.code());
        arming.slackNs = reply.detail();
    }

    private void onSignal(int host, SignalRecord signal) {
        Arming arming = armings.get(signal.key());
        assertTrue(signal.isOf(arming.number), signal::toString);
        arming.hosts.add(host);
        ClusterFiring firing = ClusterFiring.of(signal);
        assertEquals(arming.isOnce, (firing.flags() & ClusterFiring.ONCE) != 0);
        assertEquals(signal.key(), firing.userPayload());
        arming.unflagged += firing.isMaybeDuplicate() ? 0 : 1;
    }

    /** Arms for each host some of each scope, in the next seconds. */
    private void armMany(long firstKey) {
        for (long key = firstKey; key < firstKey + TIMERS; key++) {
            for (int host = 0; host < HOSTS; host++) {
                arm(host, key + host * 1_000L, (2 + key % 2) * SECOND);
            }
        }
    }

    private void arm(int host, long key, long delayNs) {
        boolean isOnce = key % 2 == 0;
        long number = clients[host].send(command.arm(key, SIGNAL, System.nanoTime() + delayNs)
                .payload(key, 0, Integer.BYTES).scope(isOnce ? TimerScope.ONCE : TimerScope.EVERYWHERE)
                .notBefore(key % 3 == 0));
        assertTrue(number >= 0);
        armings.put(key, new Arming(number, isOnce));
    }

    private boolean areAllAnswered() {
        return armings.values().stream().allMatch(arming -> arming.codes.size() == 2);
    }

    private static boolean isArmed(Arming arming) {
        return arming.codes.equals(List.of(ReplyCode.SUBMITTED, ReplyCode.ARMED));
    }

    private boolean haveAllFired() {
        return armings.values().stream().filter(ScopeIT::isArmed)
                .allMatch(arming -> arming.hosts.size() >= (arming.isOnce ? 1 : HOSTS));
    }

    /** Returns how many were answered as armed; the others are uncertain, since their member was away for too long. */
    private long check() {
        for (Arming arming : armings.values()) {
            assertTrue(isArmed(arming) || arming.codes.equals(List.of(ReplyCode.SUBMITTED, ReplyCode.UNCERTAIN)),
                    arming::toString);
            assertEquals(arming.hosts.size(), arming.hosts.stream().distinct().count(), arming::toString);
            assertTrue(!arming.isOnce || arming.unflagged <= 1, arming::toString);
        }
        return armings.values().stream().filter(ScopeIT::isArmed).count();
    }

    private TimerReply call(int host, TimerCommand called) {
        return clients[host].call(called, 30 * SECOND);
    }

    /** The first arming that the cluster accepts at a host: before that its agent does not serve the daemon yet. */
    private void awaitMember(int host, long key) {
        await("member " + host, () -> {
            TimerReply reply = call(host, command.arm(key, SIGNAL, System.nanoTime() + FAR_NS)
                    .scope(TimerScope.EVERYWHERE));
            assertTrue(reply.code() == ReplyCode.ARMED || reply.reason() == ReplyReason.NO_CLUSTER
                    || reply.code() == ReplyCode.UNCERTAIN, reply::toString);
            return reply.code() == ReplyCode.ARMED;
        });
    }

    @Test
    void shouldFireAsPromisedWhateverIsKilledBetweenTheClientAndTheLog() {
        int port = 29_100 + new SplittableRandom().nextInt(150) * 20;
        for (int host = 0; host < HOSTS; host++) {
            members.add("localhost:" + (port + host * MemberOptions.PORTS));
            startDaemon(host);
            clients[host] = TimerClient.connect(bus(host), TimerClientOptions.defaults().withName("app")
                    .withConnectTimeoutNs(30 * SECOND));
            subscribers.add(SignalSubscriber.attach(bus(host), SubscriberOptions.defaults().joinAtOldest()));
        }
        assertEquals(ReplyReason.NO_CLUSTER, call(0, command.arm(FAR_KEY, SIGNAL, 0).scope(TimerScope.ONCE)).reason());
        for (int host = 0; host < HOSTS; host++) {
            startMember(host);
        }
        for (int host = 0; host < HOSTS; host++) {
            awaitMember(host, FAR_KEY + host);
        }
        armMany(0);
        await("answers", this::areAllAnswered);
        assertEquals(HOSTS * TIMERS, check());
        armings.values().forEach(arming -> assertTrue(arming.slackNs < 3 * SECOND, arming::toString));
        armMany(TIMERS);
        agents[1].kill();
        startMember(1);
        await("answers in spite of the killed member", this::areAllAnswered);
        await("firings", this::haveAllFired);
        long armed = check();
        shouldKeepWhatWasAcknowledgedWhenADaemonAndItsMemberAreKilled();
        System.out.println("ScopeIT armings=" + armings.size() + " armed=" + armed);
    }

    private void shouldKeepWhatWasAcknowledgedWhenADaemonAndItsMemberAreKilled() {
        assertEquals(ReplyCode.UNKNOWN, call(2, command.cancel(FAR_KEY + 9).scope(TimerScope.EVERYWHERE)).code());
        TimerReply cancelled = call(2, command.cancel(FAR_KEY + 1).scope(TimerScope.EVERYWHERE));
        assertEquals(ReplyCode.CANCELLED, cancelled.code());
        assertTrue(cancelled.detail() >= 0 && cancelled.detail() <= HOSTS, cancelled::toString);
        daemons[0].kill();
        agents[0].kill();
        assertThrows(BusException.class, () -> clients[0].pollReplies(this::onReply, 1));
        startDaemon(0);
        startMember(0);
        assertEquals(0, clients[0].reconnect());
        awaitMember(0, FAR_KEY + 5);
        assertEquals(ReplyCode.UNKNOWN, call(0, command.cancel(FAR_KEY + 1).scope(TimerScope.EVERYWHERE)).code());
        assertEquals(ReplyCode.CANCELLED, call(0, command.cancel(FAR_KEY).scope(TimerScope.EVERYWHERE)).code());
        assertEquals(ReplyCode.CANCELLED, call(1, command.cancel(FAR_KEY + 2).scope(TimerScope.ONCE)).code());
        check();
    }
}
