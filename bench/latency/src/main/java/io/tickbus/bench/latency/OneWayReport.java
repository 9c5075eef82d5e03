package io.tickbus.bench.latency;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.posix.HostFacts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run found, with the ratios to the floor and what the host did meanwhile. */
final class OneWayReport {
    private static final String FLOOR = "c-floor";
    private static final double DISTURBED_SHARE = 0.10;

    private final List<Map<String, Object>> transports = new ArrayList<>();
    private final Map<String, Object> hiccup;
    private final Map<String, Object> environment;

    private OneWayReport(Map<String, Object> hiccup, Map<String, Object> environment) {
        this.hiccup = hiccup;
        this.environment = environment;
    }

    @SuppressWarnings("unchecked")
    static OneWayReport of(Map<String, Object> result, int rounds) {
        Map<String, Object> environment = new LinkedHashMap<>(HostFacts.read());
        environment.put("senderPinned", result.remove("senderPinned"));
        environment.put("receiverPinned", result.remove("receiverPinned"));
        OneWayReport report = new OneWayReport((Map<String, Object>) result.remove("hiccup"), environment);
        List<Integer> floor = result.containsKey(FLOOR)
                ? (List<Integer>) ((Map<String, Object>) result.get(FLOOR)).get("roundMediansNs") : List.of();
        for (Map.Entry<String, Object> entry : result.entrySet()) {
            Map<String, Object> transport = new LinkedHashMap<>();
            transport.put("name", entry.getKey());
            transport.put("rounds", rounds);
            transport.putAll((Map<String, Object>) entry.getValue());
            List<Integer> medians = (List<Integer>) transport.remove("roundMediansNs");
            transport.put("ratioToFloor", ratios(medians, floor));
            report.transports.add(transport);
        }
        return report;
    }

    /** Quartiles of the per-round ratios; empty without a floor. */
    private static Map<String, Object> ratios(List<Integer> medians, List<Integer> floor) {
        Map<String, Object> quartiles = new LinkedHashMap<>();
        if (!floor.isEmpty()) {
            double[] sorted = new double[floor.size()];
            for (int i = 0; i < sorted.length; i++) {
                sorted[i] = (double) medians.get(i) / Math.max(1, floor.get(i));
            }
            Arrays.sort(sorted);
            quartiles.put("p25", sorted[sorted.length / 4]);
            quartiles.put("p50", sorted[sorted.length / 2]);
            quartiles.put("p75", sorted[sorted.length * 3 / 4]);
        }
        return quartiles;
    }

    private boolean isDisturbed() {
        double stolenNs = ((Number) hiccup.get("stolenNs")).doubleValue();
        return stolenNs > DISTURBED_SHARE * ((Number) hiccup.get("watchedNs")).longValue();
    }

    String toJson() throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("transports", transports);
        map.put("hiccup", hiccup);
        map.put("disturbed", isDisturbed());
        map.put("environment", environment);
        return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(map) + "\n";
    }

    String toText() {
        StringBuilder text = new StringBuilder();
        for (Map<String, Object> transport : transports) {
            text.append(String.format(Locale.ROOT, "%-14s count=%s lost=%s latencyNs=%s ratioToFloor=%s%n",
                    transport.get("name"), transport.get("count"), transport.get("lost"), transport.get("latencyNs"),
                    transport.get("ratioToFloor")));
        }
        text.append("hiccup ").append(hiccup).append(System.lineSeparator());
        text.append(environment).append(System.lineSeparator());
        if (isDisturbed()) {
            text.append("The host was too busy for a verdict: an idle thread lost more than a tenth of its time.")
                    .append(System.lineSeparator());
        }
        return text.toString();
    }
}
