// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.LateCause;
import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Dashboard, rules and documents name metrics that are exported, and every exported one is explained and shown. */
class MetricNamesTest {
    /** Of a recording rule, whose name has colons, nothing is exported. */
    private static final Pattern METRIC = Pattern.compile("(?<![:\\w])tickbus_[a-z0-9_]+(?![:\\w])");
    private static final Pattern EXPRESSION = Pattern.compile("\"expr\": \"((?:[^\"\\\\]|\\\\.)*)\"|expr: '(.*)'");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(tickbus_[a-z0-9_]+)` \\| ([^|]+) \\|");
    private static final Pattern ALERT = Pattern.compile("(?m)^ +- alert: (\\w+)$");
    private static final Pattern RUNBOOK = Pattern.compile("(?m)^ +runbook_url: .*/docs/METRICS\\.md#(\\w+)$");
    private static final Pattern HEADING = Pattern.compile("(?m)^### (Tickbus\\w+)$");
    private static final Pattern LINK = Pattern.compile("\\]\\(#(\\w+)\\)");
    private static final Pattern CAUSE = Pattern.compile("(?m)^\\| ([a-z][a-z -]+) \\|");
    /** A rule or another panel uses them, or they only describe. */
    private static final Set<String> NOT_ON_DASHBOARD = Set.of("tickbus_daemon_info", "tickbus_ring_slots");

    private static String text(String path) throws IOException {
        return Files.readString(ProjectFiles.root().resolve(path));
    }

    private static Set<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(match.groupCount() > 0 ? 1 : 0))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> exported() {
        return Arrays.stream(BusMetric.values()).map(BusMetric::exposedName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The metrics that the expressions of a file query. */
    private static Set<String> queried(String path) throws IOException {
        String expressions = EXPRESSION.matcher(text(path)).results()
                .map(match -> match.group(1) == null ? match.group(2) : match.group(1))
                .collect(Collectors.joining("\n"));
        Set<String> histograms = Arrays.stream(BusMetric.values())
                .filter(metric -> metric.type() == BusMetric.Type.HISTOGRAM).map(BusMetric::exposedName)
                .collect(Collectors.toSet());
        return found(METRIC, expressions).stream().map(name -> {
            String base = name.replaceFirst("_(bucket|sum|count)$", "");
            return histograms.contains(base) ? base : name;
        }).collect(Collectors.toCollection(TreeSet::new));
    }

    private static void assertSame(Set<String> expected, Set<String> actual, String what) {
        assertEquals(String.join("\n", new TreeSet<>(expected)), String.join("\n", new TreeSet<>(actual)), what);
    }

    @Test
    void shouldExplainEveryMetricAndNoOther() throws IOException {
        Set<String> explained = found(ROW, text("docs/METRICS.md"));
        assertSame(exported(), explained, "rows of docs/METRICS.md");
        Set<String> named = found(METRIC, text("docs/METRICS.md"));
        named.removeAll(explained);
        // tickbus_host_clock_… stands for several.
        named.remove("tickbus_host_clock_");
        named.remove("tickbus_");
        assertSame(Set.of(), named, "metrics named in docs/METRICS.md that are not exported");
    }

    @Test
    void shouldShowEveryMetricAndNoOther() throws IOException {
        Set<String> shown = queried("deploy/grafana/dashboards/tickbus.json");
        shown.addAll(NOT_ON_DASHBOARD);
        assertSame(exported(), shown, "metrics that the dashboard queries");
    }

    @Test
    void shouldAlertOnExportedMetricsOnly() throws IOException {
        Set<String> queried = queried("deploy/prometheus/tickbus.rules.yml");
        assertTrue(queried.size() > 20, queried::toString);
        queried.removeAll(exported());
        assertSame(Set.of(), queried, "metrics that the rules query and that are not exported");
    }

    @Test
    void shouldSayWhatToDoAboutEachAlert() throws IOException {
        String rules = text("deploy/prometheus/tickbus.rules.yml");
        String page = text("docs/METRICS.md");
        Set<String> alerts = found(ALERT, rules);
        Set<String> anchors = lower(alerts.stream());
        assertSame(alerts, found(HEADING, page), "sections of the runbook");
        assertSame(anchors, found(RUNBOOK, rules), "links of the alerts");
        Set<String> links = found(LINK, page);
        links.removeAll(anchors);
        assertSame(Set.of(), links, "links to sections that do not exist");
    }

    @Test
    void shouldTestEachAlert() throws IOException {
        Set<String> tested = found(Pattern.compile("(?m)^ +alertname: (\\w+)$"),
                text("deploy/prometheus/tickbus.rules.test.yml"));
        assertSame(found(ALERT, text("deploy/prometheus/tickbus.rules.yml")), tested, "alerts with a unit test");
    }

    @Test
    void shouldSayWhatToDoAboutEachCause() throws IOException {
        String page = text("docs/METRICS.md");
        String section = page.substring(page.indexOf("### TickbusLate\n"), page.indexOf("### TickbusVeryLate"));
        Set<String> causes = found(CAUSE, section);
        causes.remove("cause");
        assertSame(Arrays.stream(LateCause.values()).map(LateCause::label).collect(Collectors.toSet()), causes,
                "causes in the runbook");
    }

    private static Set<String> lower(Stream<String> names) {
        return names.map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    }

    @Test
    void shouldHaveAllThatTheDocumentsLinkTo() {
        for (String path : new String[] {"deploy/prometheus/prometheus.yml",
            "deploy/grafana/provisioning/dashboards/tickbus.yml",
            "deploy/grafana/provisioning/datasources/prometheus.yml"}) {
            Path file = ProjectFiles.root().resolve(path);
            assertTrue(Files.exists(file), file::toString);
        }
    }
}
