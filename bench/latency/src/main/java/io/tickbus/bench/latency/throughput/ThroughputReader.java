package io.tickbus.bench.latency.throughput;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.run.BenchRun;
import io.tickbus.bench.latency.run.ParentWatch;
import io.tickbus.bench.latency.run.Pinning;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** A reading process. Arguments: a processor or −1, the directory, the transport, its number among readers, slices. */
public final class ThroughputReader {
    private static final int DIRECTORY = 1;
    private static final int NAME = 2;
    private static final int NUMBER = 3;
    private static final int SLICES = 4;

    private ThroughputReader() {
    }

    /** Runs all slices. */
    public static void main(String[] arguments) throws Exception {
        ParentWatch.start();
        int[] cpus = Pinning.pin(Integer.parseInt(arguments[0]));
        Path directory = Path.of(arguments[DIRECTORY]);
        int number = Integer.parseInt(arguments[NUMBER]);
        End end = Ends.valueOf(arguments[NAME]).make();
        end.openReader(directory);
        Flow flow = Flow.open(directory);
        System.out.println(BenchRun.READY + Arrays.toString(cpus));
        Tally tally = new Tally();
        for (int slice = 1; slice <= Integer.parseInt(arguments[SLICES]); slice++) {
            flow.awaitSlice(slice);
            readSlice(end, flow, tally, number);
        }
        System.out.println(BenchRun.RESULT + JSON.std.asString(Map.of("received", tally.received(), "lost",
                tally.lost(), "outOfOrder", tally.disordered())));
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void readSlice(End end, Flow flow, Tally tally, int number) {
        long last = Flow.NOT_YET;
        while (last == Flow.NOT_YET || tally.next() < last) {
            end.read(tally);
            flow.position(number, tally.next());
            last = flow.end();
        }
    }
}
