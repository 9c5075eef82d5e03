// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.tickbus.cluster.host.HostClock;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.core.BusDirectory;
import java.nio.file.Path;
import java.util.List;

/**
 * How a member of the cluster runs.
 *
 * <p>A member's address is {@code host:port}; it uses that UDP port and the five after it. All members and clients are
 * given the same list in the same order.
 *
 * @param member  which of the addresses is this member's, from 0
 * @param members addresses of all members: 1, 3 or 5
 * @param folder  where it keeps its log, its snapshots, and what has fired here; on a disk
 * @param bus     the bus of this host's daemon, which fires
 * @param name    the host's name in the cluster, the same for all its lives
 * @param clock   the host's calendar clock
 * @param snapshotBytes how much the log grows until the next snapshot is taken, at least {@link #SEGMENT_LENGTH}
 */
public record MemberOptions(int member, List<String> members, Path folder, BusDirectory bus, String name,
        HostClock clock, long snapshotBytes) {
    /** Bytes of a file of the log, the least that is deleted. */
    public static final int SEGMENT_LENGTH = 8 << 20;
    /** With three hosts and few armings that is half a day. */
    public static final long DEFAULT_SNAPSHOT_BYTES = 64L << 20;
    /** The port of a member if nothing else is said. */
    public static final int DEFAULT_PORT = 20_400;
    /** How many ports a member uses, from its own on. */
    public static final int PORTS = 6;
    /** Of these Aeron's are the first. */
    private static final int AERON_PORTS = 5;

    /** Checks and copies the values. */
    public MemberOptions {
        members = List.copyOf(members);
        if (member < 0 || member >= members.size()) {
            throw new IllegalArgumentException("a member is one of those listed: member=" + member + " members="
                    + members);
        }
        if (snapshotBytes < SEGMENT_LENGTH) {
            throw new IllegalArgumentException("a snapshot is taken every " + SEGMENT_LENGTH + " bytes at most: "
                    + "snapshotBytes=" + snapshotBytes);
        }
        IntentCommands.requireHostName(name);
    }

    /** With the host's own clock. */
    public static MemberOptions of(int member, List<String> members, Path folder, BusDirectory bus, String name) {
        return new MemberOptions(member, members, folder, bus, name, HostClock.system(), DEFAULT_SNAPSHOT_BYTES);
    }

    /** Sets the calendar clock. */
    public MemberOptions withClock(HostClock newClock) {
        return new MemberOptions(member, members, folder, bus, name, newClock, snapshotBytes);
    }

    /** Sets how much the log grows until the next snapshot is taken. */
    public MemberOptions withSnapshotBytes(long bytes) {
        return new MemberOptions(member, members, folder, bus, name, clock, bytes);
    }

    /** What Aeron calls the cluster's members: five endpoints of each. */
    static String clusterMembers(List<String> members) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < members.size(); i++) {
            text.append(i);
            for (int port = 0; port < AERON_PORTS; port++) {
                text.append(',').append(endpoint(members.get(i), port));
            }
            text.append('|');
        }
        return text.toString();
    }

    /** What Aeron calls the endpoints of the cluster's ingress. */
    public static String ingressEndpoints(List<String> members) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < members.size(); i++) {
            text.append(i == 0 ? "" : ",").append(i).append('=').append(endpoint(members.get(i), 0));
        }
        return text.toString();
    }

    /** The address of one of a member's ports. */
    static String endpoint(String address, int port) {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? address : address.substring(0, colon);
        int first = colon < 0 ? DEFAULT_PORT : Integer.parseInt(address.substring(colon + 1));
        return host + ":" + (first + port);
    }

    /** The host's part of an address. */
    static String host(String address) {
        int colon = address.lastIndexOf(':');
        return colon < 0 ? address : address.substring(0, colon);
    }
}
