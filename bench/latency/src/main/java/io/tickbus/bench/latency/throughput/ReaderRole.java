// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.throughput;

import io.tickbus.bench.latency.harness.ChildRole;
import io.tickbus.bench.latency.harness.JsonLines;
import io.tickbus.bench.latency.transport.Tally;
import io.tickbus.bench.latency.transport.Transport;
import io.tickbus.bench.latency.transport.Transports;
import java.nio.file.Path;
import java.util.Map;

/** A reading process: counts what it receives of each slice. */
final class ReaderRole implements ChildRole {
    private final Transport transport;
    private final FlowControl flow;
    private final int number;
    private final Tally tally = new Tally();

    ReaderRole(Map<String, Object> settings) throws Exception {
        Path directory = Path.of((String) settings.get("directory"));
        transport = Transports.of((String) settings.get("transport")).createForStream();
        transport.openReceiver(directory);
        flow = FlowControl.open(directory);
        number = (int) JsonLines.number(settings, "number");
    }

    @Override
    public Map<String, Object> carryOut(String order, Map<String, Object> arguments) {
        long slices = JsonLines.number(arguments, "slices");
        for (int slice = 1; slice <= slices; slice++) {
            flow.awaitSlice(slice);
            long last = FlowControl.NOT_YET;
            while (last == FlowControl.NOT_YET || tally.next() < last) {
                transport.drain(tally);
                flow.position(number, tally.next());
                last = flow.end();
            }
        }
        return Map.of("received", tally.received(), "lost", tally.lost() + tally.disordered());
    }

    @Override
    public void close() {
        transport.close();
    }
}
