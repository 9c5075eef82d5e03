// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.tickbus.cluster.host.HostClock;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.core.BusDirectory;
import java.nio.file.Path;
import java.util.List;

/**
 * How a follower runs.
 *
 * @param members addresses of all members, as {@link MemberOptions} has them
 * @param folder  where it remembers what has fired here; on a disk
 * @param bus     the bus of this host's daemon, which fires
 * @param name    the host's name in the cluster, the same for all its lives and of no other host
 * @param clock   the host's calendar clock
 */
public record FollowerOptions(List<String> members, Path folder, BusDirectory bus, String name, HostClock clock) {
    /** Checks and copies the values. */
    public FollowerOptions {
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("a follower is given the members' addresses: members=" + members);
        }
        IntentCommands.requireHostName(name);
    }

    /** With the host's own clock. */
    public static FollowerOptions of(List<String> members, Path folder, BusDirectory bus, String name) {
        return new FollowerOptions(members, folder, bus, name, HostClock.system());
    }
}
