package io.tickbus.bench.latency.report;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Parsed results of {@code bench all}, any part of which may be missing; what is missing is empty here. */
final class Results {
    private final Map<String, Object> root;

    Results(Map<String, Object> root) {
        this.root = root;
    }

    /** Reads a file of {@code bench all}, or of {@code bench oneway}, which is taken for a whole with that one part. */
    static Results read(Path file) {
        try {
            Map<String, Object> map = JSON.std.mapFrom(Files.readString(file, StandardCharsets.UTF_8));
            if (map.containsKey("sections")) {
                return new Results(map);
            }
            if (map.containsKey("transports")) {
                Map<String, Object> whole = new LinkedHashMap<>();
                whole.put("sections", new LinkedHashMap<>(Map.of("oneway", map)));
                return new Results(whole);
            }
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no such file: " + file, e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " is not JSON: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
        throw new IllegalArgumentException(file + " holds no results of 'bench all' or 'bench oneway'");
    }

    Map<String, Object> root() {
        return root;
    }

    /** One benchmark's object; empty where it was not run. */
    Map<String, Object> section(String name) {
        return object(object(root, "sections"), name);
    }

    boolean isDisturbed(String name) {
        return Boolean.TRUE.equals(section(name).get("disturbed"));
    }

    /** The transport of a name in the one-way section. */
    Map<String, Object> transport(String name) {
        return named(list(section("oneway"), "transports"), name).orElse(Map.of());
    }

    /** The wake-up leg of a transport at a gap. */
    Map<String, Object> leg(String name, long gapNs) {
        return list(section("wakeup"), "legs").stream().filter(leg -> name.equals(leg.get("name"))
                && number(leg, "gapNs").orElse(-1) == gapNs).findFirst().orElse(Map.of());
    }

    /** The row of a scenario whose name begins so. */
    Map<String, Object> row(String section, String start) {
        return list(section(section), "rows").stream()
                .filter(row -> String.valueOf(row.get("name")).startsWith(start)).findFirst().orElse(Map.of());
    }

    /** The row of a scenario of exactly that name. */
    Map<String, Object> exactRow(String section, String name) {
        return named(list(section(section), "rows"), name).orElse(Map.of());
    }

    private static Optional<Map<String, Object>> named(List<Map<String, Object>> list, String name) {
        return list.stream().filter(each -> name.equals(each.get("name"))).findFirst();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Map<String, Object> map, String key) {
        return map.get(key) instanceof Map ? (Map<String, Object>) map.get(key) : Map.of();
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> list(Map<String, Object> map, String key) {
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
