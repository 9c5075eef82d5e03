// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.aeron.ChannelUri;
import io.aeron.ChannelUriStringBuilder;
import io.tickbus.cluster.aeron.LocalAddress;
import io.tickbus.core.internal.platform.HostFiles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** Aeron's channels for the places that are typed: {@code HOST:PORT}, or a whole {@code aeron:} URI. */
final class RelayChannels {
    private static final int TERM_BYTES = 4 << 20;
    private static final int MOST_WINDOW_BYTES = TERM_BYTES / 2;
    private static final int LEAST_WINDOW_BYTES = 128 << 10;
    private static final String PREFIX = "aeron:";
    /** A receiver that says nothing for a second no longer makes the others wait. */
    private static final String SLOWEST = "min,t:1s";

    private RelayChannels() {
    }

    /** Checks a place as it is typed. */
    static String place(String text) {
        if (!text.startsWith(PREFIX)) {
            address(text);
        }
        return text;
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        if (host.isEmpty() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException("a place is HOST:PORT or an aeron: channel: place=" + text);
        }
        return new InetSocketAddress(host.replaceAll("^\\[|]$", ""), Integer.parseInt(port));
    }

    private static ChannelUriStringBuilder udp(String networkInterface) {
        return new ChannelUriStringBuilder().media("udp").networkInterface(networkInterface);
    }

    /** How long a socket's buffer may be: what this host allows anybody, but no more than helps. */
    private static int bufferBytes(String limit) {
        String allowed = HostFiles.ROOT.firstLine("proc/sys/net/core/" + limit);
        return allowed.matches("[0-9]{1,9}") ? Math.min(Integer.parseInt(allowed), MOST_WINDOW_BYTES)
                : LEAST_WINDOW_BYTES;
    }

    /**
     * What a sender publishes to: one place, unicast or multicast; or none yet, where there are several, which are
     * added one by one; or a place at which receivers ask for the signals.
     */
    static String publication(List<String> places, String server, String networkInterface, int mtu) {
        ChannelUriStringBuilder channel = udp(networkInterface).mtu(mtu).termLength(TERM_BYTES)
                .socketSndbufLength(bufferBytes("wmem_max"));
        if (server != null) {
            return channel.controlEndpoint(server).controlMode("dynamic").flowControl(SLOWEST).build();
        } else if (places.size() > 1) {
            return channel.controlMode("manual").flowControl(SLOWEST).build();
        }
        String place = places.get(0);
        if (place.startsWith(PREFIX)) {
            return place;
        }
        return channel.endpoint(place).flowControl(isMulticast(place) ? SLOWEST : null).build();
    }

    private static boolean isMulticast(String place) {
        InetAddress address = address(place).getAddress();
        return address != null && address.isMulticastAddress();
    }

    /** One of several places. */
    static String destination(String place) {
        return place.startsWith(PREFIX) ? place : udp(null).endpoint(place).build();
    }

    /** What a receiver subscribes to: its own place, the multicast group's, or the place of a server. */
    static String subscription(String place, String server, String networkInterface) {
        if (server == null && place.startsWith(PREFIX)) {
            return place;
        }
        int window = bufferBytes("rmem_max");
        ChannelUriStringBuilder channel = udp(networkInterface).socketRcvbufLength(window)
                .receiverWindowLength(window);
        if (server != null) {
            return channel.controlEndpoint(server).controlMode("dynamic")
                    .endpoint(place == null ? LocalAddress.towards(server) + ":0" : place).build();
        }
        return channel.endpoint(place).build();
    }

    /** This host's address as receivers see it, or a sender. */
    static String host(String place, String server) {
        String towards = server != null ? server : place.startsWith(PREFIX) ? endpointOf(place) : place;
        return LocalAddress.towards(towards);
    }

    /** Where a sender takes what receivers send back; the system chooses the port. */
    static String returns(String host) {
        return udp(null).endpoint(host + ":0").build();
    }

    private static String endpointOf(String channel) {
        ChannelUri uri = ChannelUri.parse(channel);
        String endpoint = uri.get("endpoint", uri.get("control"));
        if (endpoint == null) {
            throw new IllegalArgumentException("an aeron: channel needs an endpoint or a control: place=" + channel);
        }
        return endpoint;
    }
}
