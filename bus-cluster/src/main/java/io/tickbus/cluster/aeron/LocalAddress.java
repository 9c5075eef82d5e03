// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;

/** This host's address as another host sees it: where that one sends its answers. */
public final class LocalAddress {
    private LocalAddress() {
    }

    /**
     * The address on the way to a place. Nothing is sent.
     *
     * @param place {@code host:port}
     * @throws IllegalArgumentException if there is no such way
     */
    public static String towards(String place) {
        int colon = place.lastIndexOf(':');
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(place.substring(0, colon).replaceAll("^\\[|]$", ""),
                    Integer.parseInt(place.substring(colon + 1))));
            String local = socket.getLocalAddress().getHostAddress();
            return local.indexOf(':') < 0 ? local : "[" + local.replaceFirst("%.*", "") + "]";
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("there is no way to " + place + " (" + e.getMessage() + "); check its "
                    + "name and this host's routes", e);
        }
    }
}
