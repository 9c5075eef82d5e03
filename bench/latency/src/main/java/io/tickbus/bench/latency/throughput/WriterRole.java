// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.throughput;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.Hiccups;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.transport.Transport;
import io.tickbus.bench.latency.transport.Transports;
import io.tickbus.cli.host.HiccupMeter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The writing process. It writes in pieces, and begins a piece when the slowest reader has the one before the last: so
 * nothing is overwritten unread, and no transport's own way of holding its writer back is on the path.
 */
final class WriterRole implements ChildRole {
    private static final int PIECE = 16_384;
    private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(60);
    private static final long REST_MS = 90;
    private static final long HICCUP_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    private final Transport transport;
    private final FlowControl flow;
    private int readers;
    private long next;

    WriterRole(Map<String, Object> settings) throws Exception {
        Path directory = Path.of((String) settings.get("directory"));
        transport = Transports.of((String) settings.get("transport")).createForStream();
        transport.openSender(directory);
        flow = FlowControl.open(directory);
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) throws InterruptedException {
        readers = (int) JsonLines.number(arguments, "readers");
        List<Double> perSecond = new ArrayList<>();
        HiccupMeter hiccups = new HiccupMeter();
        for (int slice = 1; slice <= JsonLines.number(arguments, "slices"); slice++) {
            perSecond.add(slice(slice));
            TimeUnit.MILLISECONDS.sleep(REST_MS);
            hiccups.spinUntil(System.nanoTime() + HICCUP_NS);
        }
        return Map.of("messagesPerSecond", perSecond, "hiccup", new Hiccups().add(hiccups).toMap());
    }

    /** Messages a second of one slice, until the last reader has the last message. */
    private double slice(long number) {
        flow.begin(number);
        long first = next;
        long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < SLICE_NS) {
            transport.stream(next, PIECE);
            next += PIECE;
            awaitReaders(next - PIECE, startNs);
        }
        flow.end(next);
        awaitReaders(next, startNs);
        return (next - first) * (double) TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - startNs);
    }

    private void awaitReaders(long position, long startNs) {
        while (flow.slowest(readers) < position) {
            if (System.nanoTime() - startNs > TIMEOUT_NS) {
                throw new IllegalStateException("a reader makes no progress: position=" + flow.slowest(readers));
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
