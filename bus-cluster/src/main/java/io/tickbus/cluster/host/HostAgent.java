// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import io.tickbus.client.TimerClient;
import io.tickbus.cluster.intent.CancelledIntent;
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.cluster.intent.IntentEvents;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.Membership;
import io.tickbus.cluster.plan.ClusterFiring;
import io.tickbus.cluster.plan.Firing;
import io.tickbus.cluster.plan.FiringPlan;
import io.tickbus.cluster.plan.LocalTimers;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberListener;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.ExpandableArrayBuffer;

/**
 * A host's agent: applies the log to a state of its own, arms what is due soon at the local daemon, reads from the bus
 * what has fired, and tells the log of the firings of {@code once} timers and that the host lives.
 *
 * <p>It begins when it has applied its own joining. Before that it cancels what an earlier agent has armed, and reads
 * from the bus and its file what has fired; so nothing fires twice because the agent, the daemon or both were killed.
 * Where signals are missing, what may have been in them is flagged.
 *
 * <p><b>Threads:</b> one of its own; the accessors are for any.
 */
public final class HostAgent implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HostAgent.class.getName());
    private static final long IDLE_NS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long SOON_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long FLUSH_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long BOUND_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** While something is armed that is not to fire before its time. */
    private static final long BOUND_SOON_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long CLOSE_TIMEOUT_MS = 10_000;
    private static final int ENTRIES = 256;
    private static final int DECISIONS = 256;
    private static final int SIGNALS = 1024;
    private static final long UINT32 = 0xFFFF_FFFFL;

    private final HostClock clock;
    private final BusDirectory bus;
    private final String name;
    private final boolean isFollower;
    private final HostFeed feed;
    private final LogWriter log;
    private final long epoch;
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(4096);
    private final FiringReports reports;
    private final LocalDaemon daemon;
    private final HostGateway gateway;
    private final Thread thread = new Thread(this::run, "tickbus-cluster-host");
    private final Events events = new Events();
    private FiredFile fired;
    private SignalSubscriber signals;
    private boolean hasGap;
    private boolean isFileBroken;
    private IntentLog state;
    private Host self;
    private FiringPlan plan;
    /** Another member has joined with this host's name, and was last heard of then. */
    private boolean isSuperseded;
    private long rivalSeenNs;
    private boolean isDaemonLost = true;
    private long confirmedPosition;
    private long boundNs = -1;
    /** Not later than it was read. */
    private long boundReadNs = System.nanoTime() - BOUND_NS;
    private long nextFlushNs;
    private long nextStateNs;
    private long nextAttemptNs;
    private volatile boolean isClosing;
    private final AtomicLong firings = new AtomicLong();
    private final AtomicLong flagged = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();
    private final AtomicLong maybeEarly = new AtomicLong();
    private final LogLag lag = new LogLag();
    private volatile boolean isServing;

    private HostAgent(HostClock clock, BusDirectory bus, String name, boolean isFollower, HostFeed feed,
            LogWriter log) {
        this.clock = clock;
        this.bus = bus;
        this.name = name;
        this.isFollower = isFollower;
        this.feed = feed;
        this.log = log;
        this.reports = new FiringReports(log);
        this.epoch = (System.currentTimeMillis() << Short.SIZE) | (System.nanoTime() & 0xFFFF);
        this.daemon = new LocalDaemon(bus, owner -> state.ownerName(owner), (owner, key) -> plan.onRefused(owner, key));
        this.gateway = new HostGateway(bus, clock, log, owner -> {
            TimerClient client = daemon.find(owner);
            return client == null ? 0 : client.owner();
        });
    }

    /**
     * Starts an agent.
     *
     * @param isFollower whether the host is no member
     * @param file       where it remembers what has fired
     */
    public static HostAgent start(HostClock clock, BusDirectory bus, String name, boolean isFollower, Path file,
            HostFeed feed, LogWriter log) {
        HostAgent agent = new HostAgent(clock, bus, name, isFollower, feed, log);
        agent.fired = FiredFile.open(file);
        agent.thread.start();
        return agent;
    }

    /** Signals of the cluster's timers that the local daemon has published since the agent began. */
    public long firings() {
        return firings.get();
    }

    /** How many of them may be duplicates. */
    public long flagged() {
        return flagged.get();
    }

    /** Occurrences that did not fire here, by policy, lease or age. */
    public long missed() {
        return missed.get();
    }

    /** Timers that may have fired before their time, against their mode, as the clock's bound grew at that moment. */
    public long maybeEarly() {
        return maybeEarly.get();
    }

    /** How long after the cluster's time the latest entry was applied here, or for how long none has come. */
    public long lagNs() {
        return lag.lagNs();
    }

    /** Whether it has caught up and the daemon is there. */
    public boolean isServing() {
        return isServing;
    }

    private void run() {
        while (!isClosing) {
            boolean hasWorked;
            try {
                hasWorked = work();
            } catch (BusException e) {
                lostDaemon(e);
                hasWorked = false;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "the agent of host " + name + " failed and begins once more", e);
                beginLater();
                // What it knows may be half of an entry.
                self = null;
                plan = null;
                feed.wantState();
                hasWorked = false;
            }
            if (!hasWorked) {
                LockSupport.parkNanos(IDLE_NS);
            }
        }
        leave();
    }

    private void lostDaemon(BusException why) {
        if (!isDaemonLost) {
            LOG.log(System.Logger.Level.WARNING, "the daemon of this host is gone: {0}", why.getMessage());
        }
        beginLater();
    }

    private void beginLater() {
        isDaemonLost = true;
        isServing = false;
        gateway.close();
        nextAttemptNs = System.nanoTime() + RETRY_NS;
    }

    private boolean work() {
        boolean hasWorked = log.poll();
        hasWorked |= feed.poll(state, events, ENTRIES) > 0;
        long nowNs = System.nanoTime();
        if (nowNs - boundReadNs >= (plan != null && plan.needsBound() ? BOUND_SOON_NS : BOUND_NS)) {
            readBound();
        }
        if (nowNs - nextFlushNs >= 0) {
            nextFlushNs = nowNs + FLUSH_NS;
            flushFired();
        }
        if (self != null && isSuperseded) {
            standDown();
        }
        if (state != null && self != null && isDaemonLost && nowNs - nextAttemptNs >= 0) {
            begin();
        }
        if (!isDaemonLost) {
            hasWorked |= daemon.poll();
            hasWorked |= gateway.poll(state);
            boolean hasConfirmed = daemon.hasConfirmedCancels();
            int read = signals.poll(this::onSignal, SIGNALS);
            hasWorked |= read > 0;
            // A signal is published before the daemon replies: all of them are read now that were published by then.
            boolean hasReadAll = read < SIGNALS && !hasGap;
            if (hasConfirmed && hasReadAll && reports.isEmpty()) {
                confirmedPosition = state.position();
            }
            if (hasGap) {
                begin();
            } else if (hasReadAll) {
                daemon.takeRevoked(plan::onRevoked);
            }
            hasWorked |= plan.poll(clock.utcNs(), boundNs, DECISIONS) > 0;
        }
        if (state != null && nowNs - nextStateNs >= 0) {
            nextStateNs = nowNs + Membership.RENEW_NS;
            tellState();
        }
        if (self != null) {
            reports.poll(state, self.number());
        }
        return hasWorked;
    }

    private void readBound() {
        boundReadNs = System.nanoTime();
        boundNs = clock.boundNs();
    }

    /**
     * Connects to the daemon, cancels everything that is armed there, and reads what has fired. Then the plan begins,
     * or arms everything once more.
     */
    private void begin() {
        isDaemonLost = true;
        cancelArmed();
        attach();
        noteOwners();
        while (signals.poll(this::onSignal, SIGNALS) > 0) {
            nextStateNs = System.nanoTime();
        }
        noteOwners();
        // The daemon that gave these numbers is still there.
        daemon.poll();
        boolean isUncertain = hasGap;
        hasGap = false;
        if (isUncertain) {
            fired.uncertain(FiringPlan.uncertainUntilNs(clock.utcNs(), boundNs));
        }
        flushFired();
        if (plan == null) {
            beginPlan();
        } else {
            plan.onDaemonLost(isUncertain);
        }
        gateway.open();
        isDaemonLost = false;
        isServing = true;
    }

    private void flushFired() {
        if (signals != null && signals.sequence() - fired.sequence() > signals.file().header().slotCount() / 4) {
            // So that signals of others which are overwritten are not taken for missing ones.
            fired.history(fired.historyId(), signals.sequence());
        }
        try {
            fired.flush();
            isFileBroken = false;
        } catch (UncheckedIOException e) {
            // The bus knows too, until its ring is overwritten.
            if (!isFileBroken) {
                LOG.log(System.Logger.Level.ERROR, e.getMessage(), e);
            }
            isFileBroken = true;
        }
    }

    private void attach() {
        if (signals != null) {
            return;
        }
        SubscriberListener listener = new SubscriberListener() {
            @Override
            public void onLoss(long firstSequence, long count) {
                hasGap = true;
            }

            @Override
            public void onNewHistory(long nextSequence) {
                hasGap = true;
                fired.history(signals.file().header().historyId(), nextSequence);
            }
        };
        SubscriberOptions options = SubscriberOptions.defaults().withListener(listener);
        SignalSubscriber oldest = SignalSubscriber.attach(bus, options.joinAtOldest());
        long historyId = oldest.file().header().historyId();
        boolean isKnown = fired.wasThere() && fired.historyId() == historyId;
        boolean wasHereBefore = fired.wasThere() || self.joinedNs() < self.seenNs() - Membership.LEASE_NS;
        hasGap = !isKnown && wasHereBefore;
        signals = isKnown && fired.sequence() >= oldest.sequence()
                ? SignalSubscriber.attach(bus, options.joinAt(fired.sequence())) : oldest;
        hasGap |= isKnown && fired.sequence() < oldest.sequence();
        fired.history(historyId, signals.sequence());
    }

    private void noteOwners() {
        for (int owner = 0; owner < state.owners().size(); owner++) {
            noteOwner(owner);
        }
    }

    /** The owner's firings are told from other signals by the number that the daemon has given it. */
    private boolean noteOwner(int owner) {
        SignalsHeader header = signals.file().header();
        long epoch = header.epoch();
        return fired.owner(owner, daemon.client(owner).owner(), header.epochSequence(), epoch);
    }

    private void beginPlan() {
        fired.memory().retain((owner, key, generation) -> intent(owner, key, generation) != null);
        plan = new FiringPlan(state, self, fired.memory(), events);
        state.forEach(intent -> reportRemembered(intent, false));
        state.forEachCancelled(tomb -> reportRemembered(tomb.intent(), true));
        LOG.log(System.Logger.Level.INFO, "host {0} serves: {1} timers", name, state.size());
    }

    /** The timer of an arming, also if it was cancelled lately; null if it cannot fire any more. */
    private Intent intent(int owner, long key, int generation) {
        Intent intent = state.find(owner, key);
        if (intent != null && intent.spec().generation() == generation) {
            return intent;
        }
        CancelledIntent cancelled = state.findCancelled(owner, key);
        return cancelled != null && cancelled.intent().spec().generation() == generation ? cancelled.intent() : null;
    }

    /** It may have fired while the agent was away; if it was cancelled, before that or after. */
    private void reportRemembered(Intent intent, boolean isCancelled) {
        long next = fired.memory().next(intent.owner(), intent.spec().key(), intent.spec().generation());
        if (isCancelled && next == 0 && fired.uncertainUntilNs() > Long.MIN_VALUE) {
            next = 1;
        }
        boolean isNews = isCancelled || (intent.spec().isOnce() && !intent.isFired(next - 1));
        if (next > 0 && isNews) {
            reports.add(intent, next - 1, next - 1, state.term());
        }
    }

    private void onSignal(SignalRecord signal) {
        int owner = fired.owner(signal.owner(), signal.sequence());
        ClusterFiring firing = owner == FiredFile.NO_OWNER ? null : ClusterFiring.of(signal);
        if (firing == null) {
            return;
        }
        firings.incrementAndGet();
        flagged.addAndGet(firing.isMaybeDuplicate() ? 1 : 0);
        Intent intent = intent(owner, signal.key(), signal.generation());
        if (intent == null) {
            return;
        }
        long occurrence = signal.occurrence() & UINT32;
        long through = occurrence;
        if (plan != null && state.find(owner, signal.key()) == intent) {
            through = onFiring(intent, signal, occurrence);
        } else if (plan != null) {
            reports.add(intent, occurrence, occurrence, state.term());
        }
        fired.fired(owner, signal.key(), signal.generation(), through + 1, signal.sequence() + 1);
    }

    private long onFiring(Intent intent, SignalRecord signal, long occurrence) {
        long publishedUtcNs = clock.utcNs() - (System.nanoTime() - signal.publishedNs());
        Firing planned = plan.onLocalFired(intent.owner(), signal.key(), signal.generation(), signal.occurrence(),
                publishedUtcNs);
        if (planned != null && intent.spec().isNotBefore()) {
            checkNotBefore(planned, signal.publishedNs(), publishedUtcNs);
        }
        long through = planned == null ? occurrence : planned.through();
        if (intent.spec().isOnce()) {
            reports.add(intent, occurrence, through, planned == null ? state.term() : planned.term());
        }
        return through;
    }

    /** The clock's bound may have grown just before the firing, too late to revoke it. */
    private void checkNotBefore(Firing firing, long publishedNs, long publishedUtcNs) {
        if (publishedNs - boundReadNs >= 0) {
            readBound();
        }
        long deadlineNs = firing.intent().spec().deadlineNs(firing.occurrence());
        boolean hasBound = (firing.flags() & ClusterFiring.BOUND_UNKNOWN) == 0;
        if (hasBound && (boundNs < 0 || publishedUtcNs - boundNs < deadlineNs)) {
            maybeEarly.incrementAndGet();
            LOG.log(System.Logger.Level.WARNING, "a timer may have fired early, as the error bound of this host''s "
                    + "clock grew just then: owner={0} key={1} occurrence={2} boundNs={3}",
                    state.ownerName(firing.intent().owner()), firing.intent().spec().key(), firing.occurrence(),
                    boundNs);
        }
    }

    private void tellState() {
        if (self == null && isSuperseded && System.nanoTime() - rivalSeenNs < Membership.LEASE_NS) {
            return;
        }
        isSuperseded &= self != null;
        int length = self == null ? IntentCommands.join(buffer, 0, name, epoch, isFollower)
                : IntentCommands.state(buffer, 0, self.number(), epoch, confirmedPosition, boundNs, lag.aheadNs());
        log.send(buffer, length);
    }

    /** Another one has joined with this host's name: two that take themselves for one would both fire, unflagged. */
    private void standDown() {
        LOG.log(System.Logger.Level.ERROR, "another member has joined as host {0}; this one fires nothing while that "
                + "one lives: give each member a name of its own", name);
        self = null;
        plan = null;
        reports.clear();
        beginLater();
        cancelArmed();
        daemon.reset();
    }

    private void cancelArmed() {
        daemon.reset();
        for (int owner = 0; owner < state.owners().size(); owner++) {
            daemon.client(owner);
        }
    }

    /** Cancels what is armed, so that nothing fires here until the next agent begins, and tells the log. */
    private void leave() {
        gateway.close();
        try {
            if (self != null && !isDaemonLost) {
                cancelArmed();
                while (signals.poll(this::onSignal, SIGNALS) > 0) {
                    LockSupport.parkNanos(1);
                }
                reports.poll(state, self.number());
                log.send(buffer, IntentCommands.leave(buffer, 0, self.number(), epoch));
            }
        } catch (BusException e) {
            LOG.log(System.Logger.Level.WARNING, "the daemon of this host is gone: {0}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the agent of host " + name + " does not leave cleanly", e);
        } finally {
            flushFired();
            fired.close();
            daemon.close();
            if (signals != null) {
                signals.close();
            }
            log.close();
        }
    }

    /** What the log and the plan say; the agent's thread. */
    private final class Events implements IntentEvents, LocalTimers, HostFeed.Taker {
        @Override
        public void onState(IntentLog newState) {
            state = newState;
            state.tell(this);
            plan = null;
            isDaemonLost = true;
            isServing = false;
            reports.clear();
            self = state.membership().host(name);
            if (self != null && self.epoch() != epoch) {
                self = null;
            }
        }

        @Override
        public void onApplied(long clusterNs) {
            lag.applied(clock.utcNs() - clusterNs);
            gateway.settle(state);
        }

        @Override
        public void onArmed(Intent intent, Intent replaced) {
            if (replaced != null) {
                forget(replaced);
            }
            if (plan != null) {
                plan.onArmed(intent, replaced);
            }
        }

        @Override
        public void onCancelled(Intent intent) {
            if (plan != null) {
                plan.onCancelled(intent);
                nextStateNs = Math.min(nextStateNs, System.nanoTime() + SOON_NS);
            }
        }

        @Override
        public void onExpired(Intent intent) {
            if (plan != null) {
                plan.onExpired(intent);
            }
            forget(intent);
        }

        @Override
        public void onForgotten(CancelledIntent cancelled) {
            forget(cancelled.intent());
        }

        private void forget(Intent intent) {
            fired.memory().forget(intent.owner(), intent.spec().key(), intent.spec().generation());
        }

        @Override
        public void onFired(Intent intent, long first, long last, int host, boolean isNew) {
            if (self != null && host == self.number()) {
                reports.applied(intent, first);
            }
            if (plan != null) {
                plan.onFired(intent, first, last, host, isNew);
            }
        }

        @Override
        public void onHost(Host host) {
            if (self == null && host.name().equals(name) && host.epoch() == epoch) {
                self = host;
            }
            if (host.name().equals(name) && host.epoch() != epoch) {
                isSuperseded |= host == self;
                rivalSeenNs = System.nanoTime() - (host.hasLeft() ? Membership.LEASE_NS : 0);
            }
        }

        @Override
        public void arm(Firing firing) {
            if (daemon.find(firing.intent().owner()) == null) {
                plan.onRefused(firing.intent().owner(), firing.intent().spec().key());
                return;
            }
            if (noteOwner(firing.intent().owner())) {
                flushFired();
            }
            daemon.arm(firing);
        }

        @Override
        public void revoke(Firing firing) {
            daemon.revoke(firing);
        }

        @Override
        public void cancel(Firing firing) {
            // While the daemon is gone nothing is armed, and begin() cancels what an unreachable one has.
            if (isDaemonLost) {
                return;
            }
            try {
                daemon.cancel(firing);
            } catch (BusException e) {
                // The log's entry is to be applied to its end.
                lostDaemon(e);
            }
        }

        @Override
        public void firedAfterCancel(Firing firing) {
            reports.add(firing.intent(), firing.occurrence(), firing.through(), firing.term());
        }

        @Override
        public void missed(Intent intent, long first, long last) {
            missed.addAndGet(Math.min(last - first, Integer.MAX_VALUE) + 1);
        }
    }

    /** Leaves the cluster cleanly. */
    @Override
    public void close() {
        isClosing = true;
        LockSupport.unpark(thread);
        if (!Uninterrupted.join(thread, CLOSE_TIMEOUT_MS)) {
            LOG.log(System.Logger.Level.WARNING, "the agent of host {0} does not end", name);
        }
    }
}
