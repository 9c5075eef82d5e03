package io.tickbus.bench.latency.enqueue;

import static io.tickbus.bench.latency.BenchProcess.list;
import static io.tickbus.bench.latency.BenchProcess.number;
import static io.tickbus.bench.latency.BenchProcess.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.bench.latency.BenchProcess;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole command, shortly: that each message came through, not what it cost. */
@Timeout(120)
final class EnqueueIT {
    @Test
    void shouldBringEachMessageThroughEachChannel() throws Exception {
        Map<String, Object> report =
                BenchProcess.json("enqueue", "--json", "--rounds", "5", "--warm-up", "2", "--burst", "500");
        List<Map<String, Object>> rows = list(report, "rows");
        assertEquals(List.of("tickbus-ring alone", "tickbus-bus alone", "array-blocking-queue alone",
                "synchronized-ring alone", "tickbus-ring contended", "tickbus-bus contended",
                "array-blocking-queue contended", "synchronized-ring contended"),
                rows.stream().map(row -> row.get("name")).toList());
        for (Map<String, Object> row : rows) {
            assertEquals(7 * 500, number(row, "messagesChecked"), row::toString);
            assertTrue(number(object(row, "nsPerMessage"), "max") > 0, row::toString);
        }
        assertTrue(number(object(report, "hiccup"), "watchedNs") > 0, report::toString);
    }

    @Test
    void shouldRefuseABurstThatDoesNotFit() throws Exception {
        Process bench = BenchProcess.start("enqueue", "--burst", "1025");
        assertEquals("", BenchProcess.output(bench));
        assertEquals(2, bench.waitFor());
    }
}
