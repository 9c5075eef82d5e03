// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.bench;

import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.logbuffer.Header;
import io.tickbus.cluster.aeron.AeronLogWriter;
import io.tickbus.cluster.aeron.AeronNode;
import io.tickbus.cluster.aeron.MemberOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.publisher.SignalPublisher;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * A member of another cluster that uses the timers of Aeron Cluster itself, set up as ours: each member publishes an
 * event of a timer on a bus of its own as soon as its service is called.
 */
final class AeronTimers implements ClusteredService {
    static final int SIGNAL = 3;
    private static final int BODY = 4 * Long.BYTES;
    private static final long NAP_NS = TimeUnit.MICROSECONDS.toNanos(500);

    private final SignalPublisher publisher;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private volatile boolean isEnded;
    private Cluster cluster;

    private AeronTimers(SignalPublisher publisher) {
        this.publisher = publisher;
    }

    /**
     * Runs until its standard input ends. Each line of it arms timers: key and time of the first, nanoseconds from one
     * to the next, how many.
     *
     * @param bus what happens is published there
     */
    static void run(int member, List<String> members, Path folder, BusDirectory bus) {
        MemberOptions options = MemberOptions.of(member, members, folder, bus, "aeron");
        String host = members.get(member).substring(0, members.get(member).lastIndexOf(':'));
        try (SignalPublisher publisher = SignalPublisher.open(bus, SignalsOptions.defaults().withSlotCount(1 << 16))) {
            AeronTimers timers = new AeronTimers(publisher);
            try (AeronNode node = AeronNode.launch(options, timers);
                    AeronLogWriter log = new AeronLogWriter(() -> new AeronCluster.Context()
                            .aeronDirectoryName(node.aeronDirectory()).ingressChannel("aeron:udp?term-length=64k")
                            .ingressEndpoints(MemberOptions.ingressEndpoints(members))
                            .egressChannel("aeron:udp?term-length=64k|endpoint=" + host + ":0"))) {
                Thread reading = new Thread(timers::read, "reading");
                reading.setDaemon(true);
                reading.start();
                timers.send(log);
            }
        }
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
        isEnded = true;
    }

    private void send(AeronLogWriter log) {
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(BODY);
        while (!isEnded) {
            log.poll();
            String line = lines.peek();
            if (line != null) {
                String[] words = line.split(" ", -1);
                for (int i = 0; i < words.length; i++) {
                    buffer.putLong(i * Long.BYTES, Long.parseLong(words[i]));
                }
                if (log.send(buffer, BODY)) {
                    lines.remove();
                }
            }
            LockSupport.parkNanos(NAP_NS);
        }
    }

    @Override
    public void onStart(Cluster newCluster, Image snapshot) {
        cluster = newCluster;
    }

    @Override
    public void onSessionMessage(ClientSession session, long timestamp, DirectBuffer buffer, int offset, int length,
            Header header) {
        int at = offset + length - BODY;
        long key = buffer.getLong(at);
        long dueNs = buffer.getLong(at + Long.BYTES);
        long stepNs = buffer.getLong(at + 2 * Long.BYTES);
        long count = buffer.getLong(at + 3 * Long.BYTES);
        for (int i = 0; i < count; i++) {
            while (!cluster.scheduleTimer(key + i, dueNs + i * stepNs)) {
                cluster.idleStrategy().idle();
            }
        }
    }

    @Override
    public void onTimerEvent(long correlationId, long timestamp) {
        publisher.publish(SIGNAL, correlationId);
    }

    @Override
    public void onSessionOpen(ClientSession session, long timestamp) {
        // Whoever sends may arm.
    }

    @Override
    public void onSessionClose(ClientSession session, long timestamp, CloseReason closeReason) {
        // Its timers stay.
    }

    @Override
    public void onTakeSnapshot(ExclusivePublication snapshotPublication) {
        // Nobody asks for one.
    }

    @Override
    public void onRoleChange(Cluster.Role newRole) {
        // Each member publishes, whatever it is.
    }

    @Override
    public void onTerminate(Cluster terminated) {
        // Ends with its standard input.
    }
}
