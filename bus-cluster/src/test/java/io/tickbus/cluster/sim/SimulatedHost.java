// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.sim;

import io.tickbus.cluster.intent.CancelledIntent;
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.cluster.intent.IntentEvents;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentResult;
import io.tickbus.cluster.intent.Membership;
import io.tickbus.cluster.plan.FiredMemory;
import io.tickbus.cluster.plan.Firing;
import io.tickbus.cluster.plan.FiringPlan;
import io.tickbus.cluster.plan.LocalTimers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** A host of a {@link ClusterHistory}: a clock, a daemon with its bus, a file, and an agent with a replica. */
final class SimulatedHost implements LocalTimers {
    /** What a host has published. */
    record Publication(Firing firing, SimulatedHost host, long trueNs, long localNs) {
        @Override
        public String toString() {
            return host.name + " at " + trueNs + " " + firing;
        }
    }

    private static final long RETRY_NS = 300_000_000L;

    final String name;
    final boolean isMember;
    private final ClusterHistory history;
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
    /** The clock: how far it is ahead of the true time, and how fast that grows. */
    long errorNs;
    /** What the clock says of its error. */
    long boundNs;
    /** What the error is limited to: less than the bound while that has grown and nobody has read it yet. */
    long limitNs;
    long driftPpm;
    boolean isConnected = true;
    boolean hasLeft;
    boolean hasForgotten;
    /** The daemon, what is armed, and what it has published. */
    boolean isDaemonUp = true;
    final List<Firing> armed = new ArrayList<>();
    private final List<Firing> revoking = new ArrayList<>();
    final List<Publication> bus = new ArrayList<>();
    private boolean isBusLost;
    /** The file: what had been published when it was written. */
    private final List<Publication> file = new ArrayList<>();
    private long fileUncertainNs = Long.MIN_VALUE;
    /** The agent. */
    boolean isUp;
    private IntentLog replica;
    private int applied;
    private int number;
    private long epoch;
    private FiringPlan plan;
    private FiredMemory memory;
    private int read;
    private final List<Publication> unreported = new ArrayList<>();
    private long confirmedPosition;
    private long nextStateNs;
    private long nextReportNs;

    SimulatedHost(ClusterHistory history, String name, boolean isMember) {
        this.history = history;
        this.name = name;
        this.isMember = isMember;
    }

    long localNs() {
        return history.trueNs + errorNs;
    }

    IntentLog replica() {
        return replica;
    }

    /** The agent starts: what its predecessor has armed is cancelled, and what has fired is read. */
    void start() {
        isUp = true;
        hasLeft = false;
        epoch = history.nextEpoch++;
        armed.clear();
        revoking.clear();
        memory = new FiredMemory();
        file.forEach(this::remember);
        bus.forEach(this::remember);
        if (isBusLost) {
            fileUncertainNs = Math.max(fileUncertainNs, FiringPlan.uncertainUntilNs(localNs(), boundNs));
            isBusLost = false;
        }
        memory.uncertain(Long.MIN_VALUE, fileUncertainNs);
        read = bus.size();
        plan = null;
        unreported.clear();
        replica = new IntentLog();
        applied = 0;
        confirmedPosition = 0;
        if (history.snapshot != null && history.random.nextBoolean()) {
            applied = history.snapshotIndex;
            replica = history.loaded(history.snapshot);
        }
        replica.tell(events);
        number = -1;
        nextStateNs = history.trueNs;
        nextReportNs = 0;
    }

    private void remember(Publication fired) {
        Intent intent = fired.firing().intent();
        memory.note(intent.owner(), intent.spec().key(), intent.spec().generation(), fired.firing().through() + 1);
    }

    void crashAgent() {
        isUp = false;
    }

    void crashDaemon() {
        isDaemonUp = false;
        armed.clear();
    }

    void restartDaemon() {
        isDaemonUp = true;
        if (isUp) {
            readBus();
            if (plan != null) {
                plan.onDaemonLost(false);
            }
            revoking.clear();
        }
    }

    /** The clock says that its error may be larger, or that it is smaller. */
    void changeBound(long newBoundNs) {
        boundNs = Math.max(newBoundNs, Math.abs(errorNs));
        limitNs = Math.min(limitNs, boundNs);
    }

    /** Everything in memory is lost. */
    void reboot() {
        isUp = false;
        armed.clear();
        bus.clear();
        read = 0;
        isBusLost = true;
        hasForgotten = true;
    }

    void leave() {
        if (plan != null && isDaemonUp) {
            armed.clear();
            readBus();
            history.send(this, buffer, IntentCommands.leave(buffer, 0, number, epoch));
        }
        isUp = false;
        hasLeft = true;
    }

    void writeFile() {
        file.addAll(bus.subList(0, read));
        bus.subList(0, read).clear();
        read = 0;
    }

    private final IntentEvents events = new IntentEvents() {
        @Override
        public void onArmed(Intent intent, Intent replaced) {
            if (plan != null) {
                plan.onArmed(intent, replaced);
            }
        }

        @Override
        public void onCancelled(Intent intent) {
            if (plan != null) {
                plan.onCancelled(intent);
            }
        }

        @Override
        public void onExpired(Intent intent) {
            if (plan != null) {
                plan.onExpired(intent);
            }
        }

        @Override
        public void onFired(Intent intent, long first, long last, int host, boolean isNew) {
            if (host == number) {
                unreported.removeIf(one -> one.firing().intent() == intent && one.firing().occurrence() == first);
            }
            if (plan != null) {
                plan.onFired(intent, first, last, host, isNew);
            }
        }

        @Override
        public void onHost(Host host) {
            if (plan == null && host.name().equals(name) && host.epoch() == epoch) {
                number = host.number();
                plan = new FiringPlan(replica, host, memory, SimulatedHost.this);
                replica.forEach(intent -> reportRemembered(intent, false));
                replica.forEachCancelled(tomb -> reportRemembered(tomb.intent(), true));
            }
        }

        @Override
        public void onResult(byte type, IntentResult result, int given) {
            // Nobody waits for it.
        }
    };

    /** It may have fired while the agent was away; if it was cancelled, before that or after. */
    private void reportRemembered(Intent intent, boolean isCancelled) {
        long next = memory.next(intent.owner(), intent.spec().key(), intent.spec().generation());
        if (isCancelled && next == 0 && hasForgotten) {
            next = 1;
        }
        boolean isNews = isCancelled || (intent.spec().isOnce() && !intent.isFired(next - 1));
        if (next > 0 && isNews) {
            unreported.add(new Publication(new Firing(intent, next - 1, next - 1, 0, 0, 0, 0, 0), this, 0, 0));
        }
    }

    /** Applies up to a number of entries of the log. */
    void apply(int limit) {
        int end = isConnected ? (int) Math.min(history.log.size(), (long) applied + limit) : applied;
        while (isUp && applied < end) {
            history.log.get(applied).applyTo(replica);
            applied++;
        }
    }

    void work() {
        if (!isUp) {
            return;
        }
        readBus();
        if (plan != null && isDaemonUp) {
            if (history.random.nextBoolean()) {
                revoking.forEach(armed::remove);
                revoking.forEach(plan::onRevoked);
                revoking.clear();
            }
            plan.poll(localNs(), boundNs, Integer.MAX_VALUE);
        }
        boolean isKnown = armed.isEmpty() || (plan != null && isDaemonUp && revoking.isEmpty());
        if (isKnown && limitNs < boundNs && history.statedBoundNs(name) >= boundNs) {
            limitNs = boundNs;
            errorNs = history.error(this);
        }
        if (history.trueNs >= nextStateNs) {
            nextStateNs = history.trueNs + Membership.RENEW_NS;
            confirmedPosition = unreported.isEmpty() && isDaemonUp ? replica.position() : confirmedPosition;
            int length = plan == null ? IntentCommands.join(buffer, 0, name, epoch)
                    : IntentCommands.state(buffer, 0, number, epoch, confirmedPosition, boundNs, 0);
            history.send(this, buffer, length);
        }
        if (history.trueNs >= nextReportNs && !unreported.isEmpty()) {
            nextReportNs = history.trueNs + RETRY_NS;
            report();
        }
    }

    private void report() {
        for (Iterator<Publication> all = unreported.iterator(); all.hasNext();) {
            Firing firing = all.next().firing();
            Intent intent = firing.intent();
            CancelledIntent tomb = replica.findCancelled(intent.owner(), intent.spec().key());
            boolean isKnown = replica.find(intent.owner(), intent.spec().key()) == intent
                    || (tomb != null && tomb.intent() == intent);
            if (!isKnown) {
                all.remove();
            } else {
                history.send(this, buffer, IntentCommands.fired(buffer, 0, number, intent, firing.occurrence(),
                        firing.through(), firing.term()));
            }
        }
    }

    private void readBus() {
        while (read < bus.size()) {
            Publication fired = bus.get(read);
            read++;
            Intent intent = fired.firing().intent();
            Firing planned = plan == null ? null : plan.onLocalFired(intent.owner(), intent.spec().key(),
                    intent.spec().generation(), (int) fired.firing().occurrence(), fired.localNs());
            if (planned == null || intent.spec().isOnce()) {
                unreported.add(fired);
                nextReportNs = 0;
            }
        }
    }

    /** The daemon fires what is due by its clock; false if that is nothing. */
    boolean fire() {
        int before = bus.size();
        for (int i = 0; isDaemonUp && i < armed.size(); i++) {
            Firing firing = armed.get(i);
            if (firing.dueUtcNs() <= localNs()) {
                armed.remove(i);
                i--;
                Publication publication = new Publication(firing, this, history.trueNs, localNs());
                bus.add(publication);
                history.published(publication);
            }
        }
        return bus.size() > before;
    }

    @Override
    public void arm(Firing firing) {
        for (Firing other : armed) {
            if (other.intent().owner() == firing.intent().owner()
                    && other.intent().spec().key() == firing.intent().spec().key()) {
                throw new AssertionError("armed twice: " + other + "\n" + firing);
            }
        }
        armed.add(firing);
    }

    @Override
    public void cancel(Firing firing) {
        armed.remove(firing);
    }

    @Override
    public void revoke(Firing firing) {
        revoking.add(firing);
    }

    @Override
    public void firedAfterCancel(Firing firing) {
        unreported.add(new Publication(firing, this, 0, 0));
        nextReportNs = 0;
    }

    @Override
    public void missed(Intent intent, long first, long last) {
        history.missed(this, intent, first, last);
    }

    /** Its replica through a snapshot and back is the same. */
    void checkSnapshot() {
        if (isUp) {
            IntentLog loaded = history.loaded(history.snapshotOf(replica));
            if (!loaded.describe().equals(replica.describe())) {
                throw new AssertionError("the snapshot differs:\n" + replica.describe() + "\n" + loaded.describe());
            }
        }
    }
}
