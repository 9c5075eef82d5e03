package io.tickbus.bench.latency.throughput;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.run.Hiccups;
import io.tickbus.bench.latency.run.ParentWatch;
import io.tickbus.bench.latency.run.Pinning;
import io.tickbus.core.platform.HiccupMeter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The writing process. Arguments: a processor or −1, the directory, the transport, how many readers, slices. Writes in
 * pieces, and begins a piece when the slowest reader has the one before the last: so nothing is overwritten unread, and
 * no transport's own way of holding its writer back is on the path.
 */
public final class ThroughputWriter {
    private static final int PIECE = 16_384;
    private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(60);
    private static final long REST_MS = 90;
    private static final long HICCUP_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int DIRECTORY = 1;
    private static final int NAME = 2;
    private static final int READERS = 3;
    private static final int SLICES = 4;

    private final End end;
    private final Flow flow;
    private final int readers;
    private long next;

    private ThroughputWriter(End end, Flow flow, int readers) {
        this.end = end;
        this.flow = flow;
        this.readers = readers;
    }

    /** Runs all slices. */
    public static void main(String[] arguments) throws Exception {
        ParentWatch.start();
        int[] cpus = Pinning.pin(Integer.parseInt(arguments[0]));
        Path directory = Path.of(arguments[DIRECTORY]);
        End end = Ends.valueOf(arguments[NAME]).make();
        end.openWriter(directory);
        ThroughputWriter writer =
                new ThroughputWriter(end, Flow.open(directory), Integer.parseInt(arguments[READERS]));
        System.out.println(BenchRun.READY + Arrays.toString(cpus));
        BenchRun.awaitWord();
        List<Double> perSecond = new ArrayList<>();
        HiccupMeter hiccups = new HiccupMeter();
        for (int slice = 1; slice <= Integer.parseInt(arguments[SLICES]); slice++) {
            perSecond.add(writer.slice(slice));
            TimeUnit.MILLISECONDS.sleep(REST_MS);
            hiccups.spinUntil(System.nanoTime() + HICCUP_NS);
        }
        Hiccups seen = new Hiccups();
        seen.add(hiccups);
        System.out.println(BenchRun.RESULT + JSON.std.asString(Map.of("messagesPerSecond", perSecond, "hiccup",
                seen.toMap())));
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    /** Messages a second of one slice, until the last reader has the last message. */
    private double slice(long number) {
        flow.begin(number);
        long first = next;
        long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < SLICE_NS) {
            end.write(next, PIECE);
            next += PIECE;
            awaitReaders(next - PIECE, startNs);
        }
        flow.end(next);
        awaitReaders(next, startNs);
        return (next - first) * (double) TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - startNs);
    }

    private void awaitReaders(long position, long startNs) {
        while (flow.slowest(readers) < position) {
            if (System.nanoTime() - startNs > PATIENCE_NS) {
                throw new IllegalStateException("a reader does not get on: position=" + flow.slowest(readers));
            }
            Thread.onSpinWait();
        }
    }
}
