// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.local;

import io.tickbus.cluster.aeron.MemberOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;

/**
 * Delays datagrams between members on loopback: each host sees the others under addresses of its own, where a thread
 * takes what it sends, and passes it later, as well as what comes back. What members send to other addresses than the
 * listed ones, such as when one reads another's log to catch up, is not delayed.
 */
final class DelayedLinks implements AutoCloseable {
    private static final int LONGEST = 65_536;
    private static final int BUFFER_BYTES = 4 << 20;
    private static final long NAP_NS = TimeUnit.MICROSECONDS.toNanos(100);

    /** A datagram on its way. */
    private record Datagram(DatagramChannel from, SocketAddress to, ByteBuffer contents, long dueNs) {
    }

    /** One port of one member, as another host sees it. */
    private static final class Port {
        private final DatagramChannel channel;
        private final SocketAddress target;
        /** By who sends: the socket from which the target hears that one, and to which it answers. */
        private final Map<SocketAddress, DatagramChannel> senders = new HashMap<>();

        Port(DatagramChannel channel, SocketAddress target) {
            this.channel = channel;
            this.target = target;
        }
    }

    /** Where answers to a sender go. */
    private record Answers(Port port, SocketAddress sender) {
    }

    private final List<List<String>> members = new ArrayList<>();
    private final Queue<Datagram> underway = new ArrayDeque<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(LONGEST);
    private final Thread thread = new Thread(this::run, "delayed-links");
    private final long delayNs;
    private final Selector selector;
    private volatile boolean isClosed;

    private DelayedLinks(long delayNs, Selector selector) {
        this.delayNs = delayNs;
        this.selector = selector;
    }

    /** Links between members on 127.0.0.1. */
    static DelayedLinks open(List<String> addresses, long delayNs) {
        try {
            DelayedLinks links = new DelayedLinks(delayNs, Selector.open());
            for (int from = 0; from < addresses.size(); from++) {
                List<String> seen = new ArrayList<>();
                for (int to = 0; to < addresses.size(); to++) {
                    seen.add(from == to ? addresses.get(to) : links.link(addresses.get(to)));
                }
                links.members.add(seen);
            }
            links.thread.setDaemon(true);
            links.thread.start();
            return links;
        } catch (IOException e) {
            throw new UncheckedIOException("no delayed links can be made", e);
        }
    }

    private String link(String member) throws IOException {
        String own = LocalHosts.addresses(1).get(0);
        for (int i = 0; i < MemberOptions.PORTS; i++) {
            DatagramChannel channel = open();
            channel.bind(place(own, i));
            channel.register(selector, SelectionKey.OP_READ, new Port(channel, place(member, i)));
        }
        return own;
    }

    private static DatagramChannel open() throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES);
        return channel;
    }

    private static InetSocketAddress place(String address, int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(),
                Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)) + port);
    }

    /** The members' addresses, as one of the hosts sees them. */
    List<String> seenFrom(int host) {
        return members.get(host);
    }

    private void run() {
        while (!isClosed) {
            try {
                selector.selectNow();
                for (SelectionKey key : selector.selectedKeys()) {
                    take(key);
                }
                selector.selectedKeys().clear();
                pass();
            } catch (IOException e) {
                // A datagram is lost when nobody listens, as on a network.
                Thread.onSpinWait();
            }
            LockSupport.parkNanos(NAP_NS);
        }
    }

    private void take(SelectionKey key) throws IOException {
        DatagramChannel channel = (DatagramChannel) key.channel();
        while (true) {
            buffer.clear();
            SocketAddress sender = channel.receive(buffer);
            if (sender == null) {
                return;
            }
            ByteBuffer contents = ByteBuffer.allocate(buffer.flip().remaining()).put(buffer).flip();
            long dueNs = System.nanoTime() + delayNs;
            if (key.attachment() instanceof Port port) {
                underway.add(new Datagram(sender(port, sender), port.target, contents, dueNs));
            } else {
                Answers answers = (Answers) key.attachment();
                underway.add(new Datagram(answers.port().channel, answers.sender(), contents, dueNs));
            }
        }
    }

    private DatagramChannel sender(Port port, SocketAddress sender) throws IOException {
        DatagramChannel known = port.senders.get(sender);
        if (known == null) {
            known = open();
            known.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            known.register(selector, SelectionKey.OP_READ, new Answers(port, sender));
            port.senders.put(sender, known);
        }
        return known;
    }

    private void pass() throws IOException {
        for (Datagram next = underway.peek(); next != null && next.dueNs() - System.nanoTime() <= 0;
                next = underway.peek()) {
            underway.remove();
            next.from().send(next.contents(), next.to());
        }
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        selector.keys().forEach(key -> CloseHelper.quietClose(key.channel()));
        CloseHelper.quietClose(selector);
    }
}
