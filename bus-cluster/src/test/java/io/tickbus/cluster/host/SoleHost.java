// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.TimerDaemon;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A cluster of one host in this process: a daemon, an agent, and a log without consensus. The owner 0 is "a". */
final class SoleHost implements AutoCloseable {
    static final long CLIENT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Path folder;
    private final IntentLog log = new IntentLog();
    private final HostFeed feed = new HostFeed();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
    private final HostClock clock = new SyntheticClock();
    private volatile long boundNs = 1_000;
    private long position;
    private boolean isFailing;
    private TimerDaemon daemon;
    private HostAgent agent;

    /** CLOCK_REALTIME, with a bound that the test sets. */
    private final class SyntheticClock implements HostClock {
        private final HostClock system = HostClock.system();

        @Override
        public long utcNs() {
            return system.utcNs();
        }

        @Override
        public long boundNs() {
            return boundNs;
        }
    }

    SoleHost(Path folder) {
        this.folder = folder;
    }

    /** Starts both. */
    SoleHost start() {
        startDaemon();
        command(IntentCommands.owner(buffer, 0, "a"));
        startAgent();
        return this;
    }

    void startDaemon() {
        daemon = TimerDaemon.open(DaemonContext.of(bus()).log(DaemonLog.toStream(System.err))).start();
    }

    void stopDaemon() {
        daemon.close();
    }

    void startAgent() {
        synchronized (this) {
            feed.give(HostFeed.Entry.state(log, () -> { }));
        }
        agent = HostAgent.start(clock, bus(), "host", false, folder.resolve("agent").resolve("fired"), feed,
                new Writer());
        await("the agent serves", agent::isServing);
    }

    BusDirectory bus() {
        return BusDirectory.at(folder, "sole");
    }

    HostAgent agent() {
        return agent;
    }

    /** Sets what the clock says of its error. */
    void bound(long newBoundNs) {
        boundNs = newBoundNs;
    }

    long utcNs() {
        return clock.utcNs();
    }

    /** Arms for the owner 0. */
    synchronized void arm(IntentSpec spec) {
        command(IntentCommands.arm(buffer, 0, 0, spec));
    }

    synchronized void cancel(long key) {
        command(IntentCommands.cancel(buffer, 0, 0, key, 0));
    }

    private synchronized void command(int length) {
        send(buffer, length);
    }

    /** A timer of the owner 0, as the log has it. */
    synchronized Intent find(long key) {
        return log.find(0, key);
    }

    /** Somebody joins with a name and a life of his own. */
    synchronized void join(String name, long epoch) {
        command(IntentCommands.join(buffer, 0, name, epoch));
    }

    /** And leaves. */
    synchronized void leave(int host, long epoch) {
        command(IntentCommands.leave(buffer, 0, host, epoch));
    }

    /** Whether the log knows as fired the timers of as many keys. */
    synchronized boolean fired(long firstKey, int count) {
        for (long key = firstKey; key < firstKey + count; key++) {
            if (!log.find(0, key).isFired(0)) {
                return false;
            }
        }
        return true;
    }

    /** The agent's next turn throws. */
    synchronized void fail() {
        isFailing = true;
    }

    synchronized boolean hasFailed() {
        return !isFailing;
    }

    static void await(String what, BooleanSupplier condition) {
        long untilNs = System.nanoTime() + TIMEOUT_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > untilNs) {
                throw new AssertionError("not within 30 s: " + what);
            }
            LockSupport.parkNanos(NAP_NS);
        }
    }

    private synchronized void poll() {
        if (isFailing) {
            isFailing = false;
            throw new IllegalStateException("wanted by the test");
        }
        if (feed.isStateWanted()) {
            feed.give(HostFeed.Entry.state(log, () -> { }));
        }
    }

    private synchronized void send(DirectBuffer commands, int length) {
        position += 64;
        long nowNs = clock.utcNs();
        log.apply(commands, 0, length, position, nowNs, 1);
        feed.give(HostFeed.Entry.applied(commands, 0, length, position, nowNs, 1));
    }

    /** Everything arrives. */
    private final class Writer implements LogWriter {
        @Override
        public boolean poll() {
            SoleHost.this.poll();
            return false;
        }

        @Override
        public boolean send(DirectBuffer commands, int length) {
            SoleHost.this.send(commands, length);
            return true;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @Override
    public void close() {
        if (agent != null) {
            agent.close();
        }
        daemon.close();
    }
}
