// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.tickbus.cluster.host.HostAgent;

/** A host that fires the cluster's timers: a member or a follower. The methods are for any thread. */
public interface ClusterHost extends AutoCloseable {
    /** The agent of this host. */
    HostAgent agent();

    /** Up to where it has applied the log; of a follower, -1 before it knows anything. */
    long position();

    /** Whether it is a member that leads. */
    boolean isLeader();

    /** How many snapshots have been taken since the member was started; 0 of a follower. */
    long snapshots();

    /** Leaves cleanly: nothing fires on this host until it is started again. */
    @Override
    void close();
}
