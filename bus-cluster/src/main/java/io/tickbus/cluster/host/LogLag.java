// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import java.util.concurrent.TimeUnit;

/** How far a host is behind the log: by its latest entry, or by the time that no entry has come. */
final class LogLag {
    /** Each host appends four entries a second. */
    private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(1);

    private volatile long aheadNs;
    private volatile long appliedNs = System.nanoTime();

    /** An entry was applied; this host's clock was ahead of the cluster's time by so much. The agent's thread. */
    void applied(long newAheadNs) {
        aheadNs = newAheadNs;
        appliedNs = System.nanoTime();
    }

    /** By how much this host's clock was ahead of the cluster's time at the latest entry; any thread. */
    long aheadNs() {
        return aheadNs;
    }

    /** How late the latest entry was applied, or for how long none has come; any thread. */
    long lagNs() {
        long quietNs = System.nanoTime() - appliedNs;
        return Math.max(Math.max(0, aheadNs), quietNs > QUIET_NS ? quietNs : 0);
    }
}
