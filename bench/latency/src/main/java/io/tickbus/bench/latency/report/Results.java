// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.harness.IdleStates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Parsed results of {@code bench all}, any part of which may be missing; what is missing is empty here. */
final class Results {
    private final Map<String, Object> root;

    Results(Map<String, Object> root) {
        this.root = root;
    }

    /** Reads a file of {@code bench all}, or of one benchmark, which is taken for a whole with that one part. */
    static Results read(Path file) {
        Object parsed = parse(file);
        if (parsed instanceof Map<?, ?> map) {
            if (map.containsKey("sections")) {
                return new Results(object(Map.of("root", map), "root"));
            }
            if (map.containsKey("transports")) {
                return new Results(Map.of("sections", Map.of("oneway", map)));
            }
            if (map.containsKey("legs")) {
                return new Results(Map.of("sections", Map.of("wakeup", map)));
            }
        }
        throw new IllegalArgumentException(file + " holds no results of 'bench all', 'bench oneway' or 'bench wakeup'");
    }

    private static Object parse(Path file) {
        try {
            return JSON.std.anyFrom(Files.readString(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no such file: " + file, e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " is not JSON: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
    }

    /** With what JMH's EnqueueBenchmark and ContendedBenchmark wrote as JSON: what a message costs, by channel. */
    Results withEnqueue(Path jmh) {
        Map<String, Map<String, Object>> rows = new LinkedHashMap<>();
        if (parse(jmh) instanceof List<?> list) {
            for (Map<String, Object> entry : list(Map.of("entries", list), "entries")) {
                String channel = String.valueOf(object(entry, "params").get("channel"));
                Map<String, Object> row = rows.computeIfAbsent(channel,
                        key -> new LinkedHashMap<>(Map.of("name", key)));
                String benchmark = String.valueOf(entry.get("benchmark"));
                if (benchmark.endsWith("EnqueueBenchmark.enqueue")) {
                    row.put("aloneNs", object(entry, "primaryMetric").get("score"));
                } else if (benchmark.endsWith("ContendedBenchmark.pair") && "sample".equals(entry.get("mode"))) {
                    Map<String, Object> percentiles =
                            object(object(object(entry, "secondaryMetrics"), "enqueue"), "scorePercentiles");
                    row.put("contendedNs", Map.of("p50", percentiles.get("50.0"), "p99", percentiles.get("99.0")));
                }
            }
        }
        Map<String, Object> sections = new LinkedHashMap<>(object(root, "sections"));
        sections.put("enqueue", Map.of("rows", List.copyOf(rows.values())));
        Map<String, Object> whole = new LinkedHashMap<>(root);
        whole.put("sections", sections);
        return new Results(whole);
    }

    Map<String, Object> root() {
        return root;
    }

    /** One benchmark's object; empty where it was not run. */
    Map<String, Object> section(String name) {
        return object(object(root, "sections"), name);
    }

    /** What a section had to leave out, and why. */
    String reasons(String name) {
        return list(section(name), "leftOut").stream().map(each -> each.get("what") + ": " + each.get("why"))
                .reduce((one, other) -> one + "; " + other).orElse("–");
    }

    /** All rows of a section, whatever it calls them. */
    List<Map<String, Object>> rows(String name) {
        return Stream.of("transports", "legs", "runs", "paths", "rows").map(each -> list(section(name), each))
                .filter(each -> !each.isEmpty()).findFirst().orElse(List.of());
    }

    boolean isDisturbed(String name) {
        return Boolean.TRUE.equals(section(name).get("disturbed"));
    }

    /** The transport of a name in the one-way section. */
    Map<String, Object> transport(String name) {
        return first(list(section("oneway"), "transports"), each -> name.equals(each.get("name")));
    }

    /** The wake-up leg of a transport at a gap, with idle states as the host has them. */
    Map<String, Object> leg(String name, long gapNs) {
        return first(list(section("wakeup"), "legs"), each -> name.equals(each.get("name")) && isUsual(each)
                && number(each, "gapNs").orElse(-1) == gapNs);
    }

    /** Whether a row was measured with idle states as the host has them. */
    static boolean isUsual(Map<String, Object> row) {
        return !IdleStates.FORBIDDEN.label().equals(row.get("idleStates"));
    }

    /** The row of a scenario whose name begins so, with idle states as the host has them. */
    Map<String, Object> row(String section, String start) {
        return first(list(section(section), "rows"),
                each -> String.valueOf(each.get("name")).startsWith(start) && isUsual(each));
    }

    /** The row of a scenario of exactly that name. */
    Map<String, Object> exactRow(String section, String name) {
        return first(list(section(section), "rows"), each -> name.equals(each.get("name")));
    }

    private static Map<String, Object> first(List<Map<String, Object>> list, Predicate<Map<String, Object>> wanted) {
        return list.stream().filter(wanted).findFirst().orElse(Map.of());
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Map<String, ?> map, String key) {
        return map.get(key) instanceof Map ? (Map<String, Object>) map.get(key) : Map.of();
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> list(Map<String, ?> map, String key) {
        return map.get(key) instanceof List ? (List<Map<String, Object>>) map.get(key) : List.of();
    }

    /** A number at the end of a path of keys. */
    static OptionalDouble number(Map<String, Object> map, String... path) {
        Map<String, Object> inner = map;
        for (int i = 0; i < path.length - 1; i++) {
            inner = object(inner, path[i]);
        }
        return inner.get(path[path.length - 1]) instanceof Number number ? OptionalDouble.of(number.doubleValue())
                : OptionalDouble.empty();
    }
}
