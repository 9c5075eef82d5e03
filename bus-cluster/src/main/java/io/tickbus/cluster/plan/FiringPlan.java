// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.plan;

import io.tickbus.cluster.intent.CancelledIntent;
import io.tickbus.cluster.intent.Hashes;
import io.tickbus.cluster.intent.Host;
import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentEvents;
import io.tickbus.cluster.intent.IntentLog;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.cluster.intent.Membership;
import io.tickbus.core.timer.MisfirePolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What one host fires: decided from the state that the log gives, {@link #HORIZON_NS} before each deadline, and armed
 * then at the host's daemon, which fires it whatever becomes of the network. It begins when the host has applied its
 * own joining: so nothing fires while a host catches up.
 *
 * <p>An <em>everywhere</em> timer fires on each host. Of a {@link IntentSpec#ONCE} timer the hosts that cover the
 * deadline T are ranked by a hash. The first fires at T, the k-th standby at T + k·standby, unless the log has told it
 * of the firing by then. All firings but one per occurrence are flagged {@link ClusterFiring#MAYBE_DUPLICATE}: the one
 * without the flag belongs to the first host, and only if that host has applied the log up to {@code T - SETTLE} and
 * covers T. All hosts for which that is true rank the same hosts in the same order ({@link Host}), so there is one such
 * firing at most, whatever clocks and networks do.
 *
 * <p>A firing that is not to come before T is armed for T and the error bound. If that grows by more than a clock
 * drifts, the firing is revoked, and armed again, later, when it is certain that it has not happened.
 *
 * <p><b>Threads:</b> that of its {@link IntentLog}.
 */
public final class FiringPlan implements IntentEvents {
    /** How long before its deadline a firing is decided and armed. Shorter than {@link Membership#SETTLE_NS}. */
    public static final long HORIZON_NS = TimeUnit.MILLISECONDS.toNanos(500);
    /** By how much a clock may run wrong while nothing corrects it; what the kernel assumes too. */
    static final long DRIFT_PPM = 500;
    /** With FIRE_ALL, the most occurrences that are made up for one by one. */
    static final int MAX_CATCH_UP = 1_000;
    private static final long REFUSED_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LEASE_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(20);
    /** The error of a clock whose bound is unknown is taken to be less than this. */
    private static final long UNKNOWN_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long NS_PER_US = 1_000;
    /** The most times of timers that are gone which may wait for being passed over. */
    private static final int MIN_STALE = 1 << 10;
    private static final long PPM = 1_000_000;

    /** A timer of this host's plan. */
    private static final class Planned {
        final Intent intent;
        /** The first occurrence that is neither fired here nor passed over. */
        long next;
        /** Null while nothing is armed. */
        Firing armed;
        /** Null before the first. */
        Firing lastFired;
        /** When it was published, by the host's CLOCK_REALTIME. */
        long lastFiredNs;
        int wakes;
        boolean isUncertain;
        /** When the present occurrence is due, but for the clock's error. */
        long dueNs;
        /** What was revoked does not fire earlier when it is armed again. */
        long earliestNs;
        boolean isRevoked;

        Planned(Intent intent, long next) {
            this.intent = intent;
            this.next = next;
        }
    }

    private record Wake(long timeNs, Planned planned, int number) implements Comparable<Wake> {
        @Override
        public int compareTo(Wake other) {
            return Long.compare(timeNs, other.timeNs);
        }
    }

    private final IntentLog log;
    private final Host self;
    private final FiredMemory memory;
    private final LocalTimers timers;
    /** In the order of their arming, which makes a simulation repeat itself. */
    private final Map<Intent, Planned> all = new LinkedHashMap<>();
    /** Those of which something is armed that is not to fire before its time. */
    private final Set<Planned> notBefore = new LinkedHashSet<>();
    private final PriorityQueue<Wake> wakes = new PriorityQueue<>();
    private long nowNs;
    private long boundNs;

    /** Begins with what the state has now. */
    public FiringPlan(IntentLog log, Host self, FiredMemory memory, LocalTimers timers) {
        this.log = log;
        this.self = self;
        this.memory = memory;
        this.timers = timers;
        log.forEach(this::add);
    }

    /**
     * Up to when a timer may have been due that has fired before now, where that is not remembered. The clock may have
     * been ahead then, by more than it is known to be wrong now.
     */
    public static long uncertainUntilNs(long utcNs, long boundNs) {
        return utcNs + Math.max(0, boundNs) + UNKNOWN_NS;
    }

    /** Timers in the plan, also those that have fired for the last time. */
    public int size() {
        return all.size();
    }

    @Override
    public void onArmed(Intent intent, Intent replaced) {
        if (replaced != null) {
            drop(replaced);
        }
        add(intent);
    }

    @Override
    public void onCancelled(Intent intent) {
        Planned planned = drop(intent);
        CancelledIntent cancelled = log.findCancelled(intent.owner(), intent.spec().key());
        if (planned != null && planned.lastFired != null && cancelled != null
                && planned.lastFiredNs >= cancelled.cancelledNs() - largestDifferenceNs()) {
            timers.firedAfterCancel(planned.lastFired);
        }
    }

    /** By how much this host's clock and the cluster's time may differ. */
    private long largestDifferenceNs() {
        long largestNs = 0;
        for (Host host : log.membership().hosts()) {
            largestNs = Math.max(largestNs, host.boundNs() < 0 ? UNKNOWN_NS : host.boundNs());
        }
        return largestNs + (boundNs < 0 ? UNKNOWN_NS : boundNs);
    }

    @Override
    public void onExpired(Intent intent) {
        Planned planned = drop(intent);
        if (planned != null && !intent.spec().isOnce() && planned.next <= intent.spec().lastOccurrence()) {
            timers.missed(intent, planned.next, intent.spec().lastOccurrence());
        }
    }

    @Override
    public void onFired(Intent intent, long first, long last, int host, boolean isNew) {
        Planned planned = all.get(intent);
        if (planned != null && intent.isFired(planned.next)) {
            disarm(planned);
            advance(planned, intent.nextUnfired(planned.next));
        }
    }

    private void add(Intent intent) {
        IntentSpec spec = intent.spec();
        boolean isOlder = !spec.isOnce() && intent.armedNs() < self.joinedNs();
        long first = isOlder ? spec.firstOccurrenceFrom(self.joinedNs()) : 0;
        long remembered = memory.next(intent.owner(), spec.key(), spec.generation());
        Planned planned = new Planned(intent, Math.max(first, remembered));
        all.put(intent, planned);
        advance(planned, spec.isOnce() ? intent.nextUnfired(planned.next) : planned.next);
    }

    private Planned drop(Intent intent) {
        Planned planned = all.remove(intent);
        if (planned != null) {
            disarm(planned);
            planned.wakes++;
        }
        return planned;
    }

    private void disarm(Planned planned) {
        if (planned.armed != null) {
            timers.cancel(planned.armed);
            clear(planned);
        }
    }

    /** Nothing of it is armed any more. */
    private void clear(Planned planned) {
        planned.armed = null;
        planned.isRevoked = false;
        notBefore.remove(planned);
    }

    private void advance(Planned planned, long next) {
        planned.next = next;
        planned.isUncertain = false;
        planned.earliestNs = Long.MIN_VALUE;
        if (next > planned.intent.spec().lastOccurrence()) {
            planned.wakes++;
        } else {
            wakeAt(planned, planned.intent.spec().deadlineNs(next) - HORIZON_NS);
        }
    }

    private void wakeAt(Planned planned, long timeNs) {
        planned.wakes++;
        wakes.add(new Wake(timeNs, planned, planned.wakes));
        if (wakes.size() > MIN_STALE + 2 * all.size()) {
            wakes.removeIf(wake -> wake.number() != wake.planned().wakes);
        }
    }

    /** Times to wake at, also of timers that are gone. */
    int wakes() {
        return wakes.size();
    }

    /** When {@link #poll} has something to do next, CLOCK_REALTIME nanoseconds; Long.MAX_VALUE for never. */
    public long nextWakeNs() {
        return wakes.isEmpty() ? Long.MAX_VALUE : wakes.peek().timeNs();
    }

    /**
     * Arms what is to be armed by now.
     *
     * @param newNowNs   the host's CLOCK_REALTIME
     * @param newBoundNs its error bound; -1 if it is unknown
     * @param limit      the most decisions to make
     * @return how many were made
     */
    public int poll(long newNowNs, long newBoundNs, int limit) {
        boolean isWorse = (newBoundNs < 0) != (boundNs < 0) || newBoundNs > boundAt(newNowNs);
        nowNs = newNowNs;
        boundNs = newBoundNs;
        if (isWorse) {
            notBefore.forEach(this::revokeIfEarly);
        }
        int count = 0;
        while (count < limit && nextWakeNs() <= nowNs) {
            Wake wake = wakes.poll();
            if (wake.number() == wake.planned().wakes) {
                decide(wake.planned());
                count++;
            }
        }
        return count;
    }

    /** The bound at a time, if nothing corrects the clock until then. */
    private long boundAt(long utcNs) {
        return Math.max(0, boundNs) + Math.max(0, utcNs - nowNs) * DRIFT_PPM / PPM;
    }

    /** When a time has certainly come, by the host's clock. */
    private long notBeforeNs(long utcNs) {
        long boundThenNs = boundAt(utcNs);
        // The bound grows until then too.
        return utcNs + boundThenNs + boundThenNs * DRIFT_PPM / PPM + 1;
    }

    private void revokeIfEarly(Planned planned) {
        boolean saysBound = (planned.armed.flags() & ClusterFiring.BOUND_UNKNOWN) == 0;
        boolean isEarly = boundNs < 0 ? saysBound : notBeforeNs(planned.dueNs) > planned.armed.dueUtcNs();
        if (isEarly && !planned.isRevoked) {
            planned.isRevoked = true;
            timers.revoke(planned.armed);
        }
    }

    /** Whether something is armed that is not to fire before its time: then the clock's bound matters at once. */
    public boolean needsBound() {
        return !notBefore.isEmpty();
    }

    /** What was revoked is not armed any more. If it had fired before, {@link #onLocalFired} was called. */
    public void onRevoked(Firing firing) {
        Planned planned = all.get(firing.intent());
        if (planned != null && planned.isRevoked && firing.equals(planned.armed)) {
            clear(planned);
            planned.earliestNs = firing.dueUtcNs();
            wakeAt(planned, nowNs);
        }
    }

    private void decide(Planned planned) {
        Intent intent = planned.intent;
        IntentSpec spec = intent.spec();
        long first = spec.isOnce() ? intent.nextUnfired(planned.next) : planned.next;
        long through = first;
        long dueNs = spec.deadlineNs(first);
        long certainNs = certainNs(spec);
        if (spec.periodNs() > 0 && certainNs - dueNs > spec.graceUs() * NS_PER_US) {
            long lastDue = Math.min(spec.firstOccurrenceFrom(certainNs + 1) - 1, spec.lastOccurrence());
            if (spec.policy() == MisfirePolicy.FIRE_ONCE) {
                through = Math.max(first, lastDue);
            } else {
                long from = spec.policy() == MisfirePolicy.SKIP
                        ? spec.firstOccurrenceFrom(certainNs - spec.graceUs() * NS_PER_US) : lastDue - MAX_CATCH_UP + 1;
                if (from > first) {
                    timers.missed(intent, first, Math.min(from - 1, spec.lastOccurrence()));
                    advance(planned, from);
                    return;
                }
            }
        }
        planned.next = first;
        if (spec.isOnce()) {
            armOnce(planned, through, dueNs);
        } else {
            arm(planned, through, dueNs, 0, isUncertain(planned, dueNs));
        }
    }

    /** What time it is for a timer: the latest that has certainly come, if it is not to fire before its own. */
    private long certainNs(IntentSpec spec) {
        return spec.isNotBefore() ? nowNs - Math.max(0, boundNs) : nowNs;
    }

    private boolean isUncertain(Planned planned, long dueNs) {
        return planned.isUncertain || memory.isUncertain(dueNs);
    }

    private void armOnce(Planned planned, long through, long dueNs) {
        Intent intent = planned.intent;
        IntentSpec spec = intent.spec();
        boolean isAuthoritative = log.timeNs() > dueNs - Membership.SETTLE_NS && self.covers(dueNs)
                && dueNs > log.membership().forgottenNs();
        int rank = rank(intent, dueNs);
        boolean isOnly = isAuthoritative && rank == 0 && !isUncertain(planned, dueNs);
        if (spec.isLease() && !isOnly) {
            if (nowNs < dueNs && rank == 0) {
                wakeAt(planned, nowNs + LEASE_RETRY_NS);
            } else {
                timers.missed(intent, planned.next, through);
                advance(planned, through + 1);
            }
            return;
        }
        long standbyNs = rank * (spec.standbyUs() * NS_PER_US);
        // A standby that comes late leaves the others their time all the same.
        long fromNs = rank > 0 ? Math.max(dueNs, nowNs) : dueNs;
        arm(planned, through, fromNs + standbyNs, rank, !isOnly);
    }

    /** How many of the hosts that cover the deadline come before this one. */
    private int rank(Intent intent, long dueNs) {
        List<Host> ranked = new ArrayList<>();
        for (Host host : log.membership().hosts()) {
            if (host != self && host.covers(dueNs)) {
                ranked.add(host);
            }
        }
        if (!self.covers(dueNs)) {
            if (!ranked.isEmpty()) {
                return ranked.size();
            }
            for (Host host : log.membership().hosts()) {
                if (host != self && host.untilNs() > log.timeNs()) {
                    ranked.add(host);
                }
            }
        }
        int rank = 0;
        long own = weight(intent, self);
        for (Host host : ranked) {
            int comparison = Long.compareUnsigned(weight(intent, host), own);
            rank += comparison > 0 || (comparison == 0 && host.number() < self.number()) ? 1 : 0;
        }
        return rank;
    }

    private static long weight(Intent intent, Host host) {
        return Hashes.weight(host.number(), intent.owner(), intent.spec().key(), intent.spec().generation());
    }

    private void arm(Planned planned, long through, long dueNs, int rank, boolean mayBeDuplicate) {
        Intent intent = planned.intent;
        IntentSpec spec = intent.spec();
        long deadlineNs = spec.deadlineNs(planned.next);
        int flags = mayBeDuplicate ? ClusterFiring.MAYBE_DUPLICATE : 0;
        if (certainNs(spec) > deadlineNs) {
            flags |= intent.armedNs() > deadlineNs - HORIZON_NS ? ClusterFiring.ARMED_LATE : ClusterFiring.CAUGHT_UP;
        }
        flags |= through > planned.next ? ClusterFiring.COALESCED : 0;
        flags |= boundNs < 0 ? ClusterFiring.BOUND_UNKNOWN : 0;
        long atNs = dueNs;
        if (spec.isNotBefore()) {
            flags |= ClusterFiring.NOT_BEFORE;
            atNs = Math.max(boundNs < 0 ? dueNs : notBeforeNs(dueNs), planned.earliestNs);
            notBefore.add(planned);
        }
        int boundUs = boundNs < 0 ? ClusterFiring.BOUND_UNKNOWN_US
                : (int) Math.min(ClusterFiring.BOUND_UNKNOWN_US - 1, (boundAt(dueNs) + NS_PER_US - 1) / NS_PER_US);
        planned.dueNs = dueNs;
        planned.armed = new Firing(intent, planned.next, through, atNs, rank, flags, log.term(), boundUs);
        planned.wakes++;
        timers.arm(planned.armed);
    }

    /**
     * The daemon has published a firing that was armed.
     *
     * @param publishedNs when, by the host's CLOCK_REALTIME
     * @return the firing; null if the plan had cancelled it, or replaced its intent, before
     */
    public Firing onLocalFired(int owner, long key, int generation, int occurrence, long publishedNs) {
        Intent intent = log.find(owner, key);
        Planned planned = intent == null || intent.spec().generation() != generation ? null : all.get(intent);
        if (planned == null || planned.armed == null || (int) planned.armed.occurrence() != occurrence) {
            return null;
        }
        Firing fired = planned.armed;
        clear(planned);
        planned.lastFired = fired;
        planned.lastFiredNs = publishedNs;
        advance(planned, fired.through() + 1);
        return fired;
    }

    /** The daemon has refused what was armed, perhaps as it has no room: it is tried again. */
    public void onRefused(int owner, long key) {
        Intent intent = log.find(owner, key);
        Planned planned = intent == null ? null : all.get(intent);
        if (planned != null && planned.armed != null) {
            clear(planned);
            wakeAt(planned, nowNs + REFUSED_RETRY_NS);
        }
    }

    /**
     * What was armed is armed no more, as the daemon was restarted. To be called when all its firings were handed over
     * that are known.
     *
     * @param isUncertain whether there may have been others
     */
    public void onDaemonLost(boolean isUncertain) {
        for (Planned planned : new ArrayList<>(all.values())) {
            if (planned.armed != null) {
                clear(planned);
                planned.isUncertain |= isUncertain;
                wakeAt(planned, planned.intent.spec().deadlineNs(planned.next) - HORIZON_NS);
            }
        }
    }
}
