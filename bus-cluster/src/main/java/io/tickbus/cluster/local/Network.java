// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.local;

import io.tickbus.core.BusException;
import io.tickbus.core.internal.DurationText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;

/**
 * What joins hosts of this machine: loopback; loopback where each datagram is delayed on its way; or network
 * namespaces, whose links can be cut, and delayed where the kernel has {@code netem}.
 */
public final class Network implements AutoCloseable {
    private static final int FIRST_PORT = 20_400;
    private static final int PORTS = 100;

    private final int hosts;
    private final Namespaces namespaces;
    private final List<DelayedLinks> links = new ArrayList<>();
    private final List<List<String>> loopback = new ArrayList<>();
    private final long delayNs;
    private boolean isCut;

    private Network(int hosts, Namespaces namespaces, long delayNs) {
        this.hosts = hosts;
        this.namespaces = namespaces;
        this.delayNs = delayNs;
    }

    /**
     * A network.
     *
     * @param isCuttable whether it is to be cut
     * @param delayNs    how long a datagram takes from one host to another, 0 for no longer than it must
     * @throws BusException if this user or this kernel cannot have it
     */
    public static Network create(int hosts, boolean isCuttable, long delayNs) {
        if (!isCuttable) {
            return new Network(hosts, null, delayNs);
        }
        Network network = new Network(hosts, Namespaces.create(hosts), delayNs);
        for (int host = 1; host <= hosts && delayNs > 0; host++) {
            String refused = network.namespaces.impair(host, "delay",
                    TimeUnit.NANOSECONDS.toMicros(delayNs) + "us");
            if (!refused.isEmpty()) {
                network.close();
                throw new BusException(BusException.Reason.SYSTEM, "a delay between network namespaces",
                        "the kernel has no netem (" + refused + ")", "measure the delay and the cut in two runs: "
                        + "without a cut datagrams are delayed by this program");
            }
        }
        return network;
    }

    /** What to write before the command of a host's process. */
    public List<String> prefix(int host) {
        return namespaces == null ? List.of() : namespaces.on(host + 1);
    }

    /** Addresses of a cluster's members, as one of the hosts sees them; there can be more than one cluster. */
    public List<String> members(int host, int cluster) {
        if (namespaces != null) {
            List<String> members = new ArrayList<>();
            for (int i = 1; i <= hosts; i++) {
                members.add(Namespaces.address(i) + ":" + (FIRST_PORT + cluster * PORTS));
            }
            return members;
        }
        while (loopback.size() <= cluster) {
            loopback.add(LocalHosts.addresses(hosts));
            links.add(delayNs == 0 ? null : DelayedLinks.open(loopback.get(loopback.size() - 1), delayNs));
        }
        return delayNs == 0 ? Collections.unmodifiableList(loopback.get(cluster)) : links.get(cluster).seenFrom(host);
    }

    /** Cuts each host off, or joins all again. */
    public void cut(boolean isNowCut) {
        if (isNowCut != isCut) {
            namespaces.links(!isNowCut);
        }
        isCut = isNowCut;
    }

    /** From one host to another. */
    public long delayNs() {
        return delayNs;
    }

    @Override
    public String toString() {
        return (namespaces == null ? "joined by loopback" : "each in a network namespace") + (delayNs == 0 ? ""
                : ", with a delay of " + DurationText.format(delayNs) + (namespaces == null
                        ? " by this program, as loopback has none" : " by netem"));
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(links);
        CloseHelper.quietClose(namespaces);
    }
}
