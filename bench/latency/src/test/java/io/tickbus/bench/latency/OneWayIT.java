package io.tickbus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The harness with real processes, shortly. */
@Timeout(120)
final class OneWayIT {
    @SuppressWarnings("unchecked")
    @Test
    void shouldDeliverEveryMessageOfEveryTransport() throws Exception {
        Process process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-cp",
                System.getProperty("java.class.path"), "io.tickbus.bench.latency.Latency", "--json", "--rounds", "3",
                "--warm-up", "2", "--count", "500", "--gap-ns", "20000")
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        List<Map<String, Object>> transports =
                (List<Map<String, Object>>) JSON.std.mapFrom(output).get("transports");
        assertTrue(transports.stream().anyMatch(each -> each.get("name").equals("tickbus-spin")), output);
        for (Map<String, Object> transport : transports) {
            assertEquals(1500, transport.get("count"), output);
            assertEquals(0, transport.get("lost"), output);
        }
    }
}
