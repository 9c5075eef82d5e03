// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The hosts, and which of them count for what is due when: see {@link Host}.
 *
 * <p><b>Threads:</b> that of its {@link IntentLog}.
 */
public final class Membership {
    /** How long a host counts after its latest entry in the log. */
    public static final long LEASE_NS = TimeUnit.SECONDS.toNanos(10);
    /** How much later a change takes effect, so that all can have applied it. */
    public static final long SETTLE_NS = TimeUnit.SECONDS.toNanos(2);
    /** How often a host appends an entry. */
    public static final long RENEW_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final long MAX_STEP_NS = TimeUnit.SECONDS.toNanos(1);

    private final List<Host> hosts = new ArrayList<>();
    private long forgottenNs = Long.MIN_VALUE;

    /** All hosts that ever joined, by number. */
    public List<Host> hosts() {
        return Collections.unmodifiableList(hosts);
    }

    /** The host of a number; null if there is none. */
    public Host host(int number) {
        return number >= 0 && number < hosts.size() ? hosts.get(number) : null;
    }

    /** The host of a name; null if it never joined. */
    public Host host(String name) {
        for (Host host : hosts) {
            if (host.name().equals(name)) {
                return host;
            }
        }
        return null;
    }

    /** Who counted for what was due at this time or before is not known exactly any more. */
    public long forgottenNs() {
        return forgottenNs;
    }

    /** How many hosts count for what is due at a time. */
    public int covering(long utcNs) {
        int count = 0;
        for (Host host : hosts) {
            count += host.covers(utcNs) ? 1 : 0;
        }
        return count;
    }

    /**
     * A time that is past by the clocks of most hosts that count, as they have last reported them, but not much later
     * than the former one: so that each can say in time that the cluster's time has left its clock.
     */
    long passedNs(long formerNs, long nowNs) {
        int count = 0;
        int behind = 0;
        for (Host host : hosts) {
            if (!host.hasLeft && host.untilNs > nowNs) {
                count++;
                behind += host.lagNs < -MAX_STEP_NS ? 1 : 0;
            }
        }
        long passedNs = nowNs;
        if (behind > (count - 1) / 2) {
            long[] clocks = hosts.stream().filter(host -> !host.hasLeft && host.untilNs > nowNs)
                    .mapToLong(host -> host.seenNs + host.lagNs).sorted().toArray();
            passedNs = clocks[(count - 1) / 2];
        }
        return formerNs == 0 ? passedNs : Math.max(formerNs, Math.min(passedNs, formerNs + MAX_STEP_NS));
    }

    Host join(String name, long epoch, boolean isFollower, long nowNs) {
        Host host = host(name);
        if (host == null) {
            host = new Host(hosts.size(), name, nowNs);
            hosts.add(host);
        }
        host.epoch = epoch;
        host.boundNs = -1;
        host.hasLeft = false;
        host.isFollower = isFollower;
        renew(host, nowNs);
        return host;
    }

    void renew(Host host, long nowNs) {
        host.seenNs = nowNs;
        long fromNs = nowNs + SETTLE_NS;
        if (fromNs > host.untilNs) {
            if (host.earlierUntilNs > host.earlierFromNs) {
                forgottenNs = Math.max(forgottenNs, host.earlierUntilNs);
            }
            host.earlierFromNs = host.fromNs;
            host.earlierUntilNs = host.untilNs;
            host.fromNs = fromNs;
        }
        host.untilNs = nowNs + LEASE_NS;
    }

    /** The host leaves: it does not count for what is due when all can know that. */
    void leave(Host host, long nowNs) {
        host.hasLeft = true;
        host.untilNs = Math.min(host.untilNs, nowNs + SETTLE_NS);
    }

    void restore(Host host) {
        hosts.add(host);
    }

    void restoreForgotten(long newForgottenNs) {
        forgottenNs = newForgottenNs;
    }
}
