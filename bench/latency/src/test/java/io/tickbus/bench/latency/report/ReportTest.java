// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class ReportTest {
    @TempDir
    private Path folder;

    static Map<String, Object> transport(String name, double p50, double ratio, long lost) {
        return Map.of("name", name, "count", 1000, "lost", lost, "latencyNs", Map.of("p50", p50),
                "ratioToFloor", Map.of("p25", ratio - 0.02, "p50", ratio, "p75", ratio + 0.02),
                "syscallsPerMessage", 0.0, "settings", "</script><b>bold</b>");
    }

    static Results results(boolean isDisturbed, double spinRatio) {
        return new Results(Map.of("sections", Map.of("oneway", Map.of("disturbed", isDisturbed, "transports",
                List.of(transport("c-floor", 100, 1, 0), transport("tickbus-spin", 105, spinRatio, 0),
                        transport("kill-sigwait", 20_000, 200, 0))))));
    }

    @Test
    void shouldLetNothingOutOfItsScript() throws IOException {
        String html = HtmlReport.of(results(false, 1.05));
        assertFalse(html.contains("</script><b>"));
        assertTrue(html.contains("\\u003c/script>\\u003cb>"));
        assertTrue(html.contains("0.11 µs from process to process, 1.05 times the C floor; kill + sigwait: 20.0 µs"));
        assertFalse(html.matches("(?s).*<(script|link|img)[^>]+(src|href)=\"http.*"), "it needs the network");
    }

    @Test
    void shouldComeOutWholeWithoutAnyResults() throws IOException {
        String html = HtmlReport.of(new Results(Map.of()));
        assertTrue(html.contains("\"headlines\":[]"));
        assertEquals(9, GoalCheck.of(new Results(Map.of())).size());
        assertTrue(GoalCheck.of(new Results(Map.of())).stream()
                .allMatch(row -> row.get("verdict").equals(GoalCheck.NOT_MEASURED)));
    }

    @Test
    void shouldJudgeNothingThatWasDisturbed() {
        assertEquals(GoalCheck.HOLDS, GoalCheck.of(results(false, 1.05)).get(0).get("verdict"));
        assertEquals(GoalCheck.BUSY, GoalCheck.of(results(true, 1.05)).get(0).get("verdict"));
    }

    @Test
    void shouldNotMissWhatCannotBeMeasuredHere() {
        Map<String, Object> spin = Map.of("name", "tickbus-spin", "latencyNs", Map.of("p50", 100));
        Map<String, Object> kill = Map.of("name", "kill-sigwait", "latencyNs", Map.of("p50", 20_000));
        Map<String, Object> clock =
                Map.of("path", "System.nanoTime", "clockSource", "tsc", "costNs", Map.of("p50", 60));
        List<Map<String, Object>> goals = GoalCheck.of(new Results(Map.of("sections", Map.of(
                "oneway", Map.of("transports", List.of(spin, kill), "leftOut",
                        List.of(Map.of("what", "the count of system calls", "why", "there is no 'strace'"))),
                "clocks", Map.of("paths", List.of(clock))))));
        assertEquals(GoalCheck.NOT_MEASURABLE, goals.get(0).get("verdict"));
        assertEquals("the count of system calls: there is no 'strace'", goals.get(0).get("measured"));
        assertEquals(GoalCheck.NOT_MEASURED, goals.get(1).get("verdict"), "JMH was not run");
        assertEquals(GoalCheck.NOT_MEASURABLE, goals.get(6).get("verdict"));
        assertEquals("TSC 60 ns; no HPET can be read here", goals.get(6).get("measured"));
        assertEquals(GoalCheck.NOT_MEASURABLE, goals.get(7).get("verdict"));
    }

    private static Object ecoVerdict(Map<String, Object> flaw) {
        Map<String, Object> ours = new HashMap<>(Map.of("name", "tickbus-eco-park 1-5s", "cpuPercent",
                Map.of("daemon", 2.5), "latenessNs", Map.of("mean", 9_000_000)));
        ours.putAll(flaw);
        Map<String, Object> naive = Map.of("name", "naive-map-1ms 1-5s", "cpuPercent", Map.of("jvm", 4.8));
        return GoalCheck.of(new Results(Map.of("sections", Map.of("eco", Map.of("rows", List.of(ours, naive))))))
                .get(2).get("verdict");
    }

    @Test
    void shouldNotJudgeWhatWasNotWarm() {
        assertEquals(GoalCheck.HOLDS, ecoVerdict(Map.of("isWarm", true, "jitPercent", 0.3)));
        assertEquals(GoalCheck.COLD, ecoVerdict(Map.of("isWarm", false, "jitPercent", 0.3)));
        assertEquals(GoalCheck.COMPILING, ecoVerdict(Map.of("isWarm", true, "jitPercent", 4.0)));
        assertEquals(GoalCheck.MISSED, ecoVerdict(Map.of("cpuPercent", Map.of("daemon", 9.5))));
    }

    @Test
    void shouldTellTheTwoWaysToBeIdleApart() {
        Map<String, Object> usual = wakeUp("futex", 1_000_000, 29_000, 1);
        Map<String, Object> calm = new HashMap<>(wakeUp("futex", 1_000_000, 6_000, 1));
        calm.put("idleStates", "forbidden");
        Results results = new Results(Map.of("sections", Map.of("wakeup", Map.of("legs", List.of(calm, usual)))));
        assertEquals(usual, results.leg("futex", 1_000_000));
        assertTrue(WaitingChart.of(results).contains("futex: 29.00 µs"));
        assertEquals(2, Comparison.of(results, results).rows().size());
    }

    private static Map<String, Object> wakeUp(String name, long gapNs, double p50Ns, double cpuPercent) {
        return Map.of("name", name, "gapNs", gapNs, "latencyNs", Map.of("p50", p50Ns), "cpuPercent",
                Map.of("receiver", cpuPercent));
    }

    @Test
    void shouldDrawTheWaysToWaitWhenWokenEachMillisecond() throws Exception {
        Results results = new Results(Map.of("sections", Map.of("wakeup", Map.of("legs", List.of(
                wakeUp("tickbus-spin", 1_000_000, 100, 99.9), wakeUp("tickbus-predictive", 1_000_000, 190, 5.6),
                wakeUp("futex", 1_000_000, 28_700, 0), wakeUp("tickbus-park", 10_000, 10_600, 30))))));
        byte[] svg = WaitingChart.of(results).getBytes(StandardCharsets.UTF_8);
        Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg));
        assertEquals(3, document.getElementsByTagName("circle").getLength(), "park was not measured at that gap");
        assertEquals("tickbus-spin: 0.10 µs at 99.9 % CPU; tickbus-predictive: 0.19 µs at 5.6 % CPU; "
                + "futex: 28.70 µs at 0.1 % CPU", document.getElementsByTagName("title").item(0).getTextContent());
        assertThrows(IllegalArgumentException.class, () -> WaitingChart.of(new Results(Map.of())));
    }

    private static Map<String, Object> jmh(String benchmark, String mode, String channel, double score, double p99) {
        Map<String, Object> percentiles = Map.of("50.0", score, "99.0", p99);
        return Map.of("benchmark", "io.tickbus.bench.micro." + benchmark, "mode", mode, "params",
                Map.of("channel", channel), "primaryMetric", Map.of("score", score), "secondaryMetrics",
                Map.of("enqueue", Map.of("scorePercentiles", percentiles)));
    }

    private Map<String, Object> enqueueGoal(double busNs, double busP99Ns) throws IOException {
        List<Map<String, Object>> entries = List.of(jmh("EnqueueBenchmark.enqueue", "avgt", "tickbus", busNs, 0),
                jmh("ContendedBenchmark.pair", "sample", "tickbus", 160, busP99Ns),
                jmh("ContendedBenchmark.pair", "avgt", "tickbus", 1, 1),
                jmh("EnqueueBenchmark.enqueue", "avgt", "synchronized-ring", 12, 0),
                jmh("ContendedBenchmark.pair", "sample", "synchronized-ring", 200, 900),
                jmh("EnqueueBenchmark.enqueue", "avgt", "array-blocking", 14, 0),
                jmh("ContendedBenchmark.pair", "sample", "array-blocking", 300, 800));
        Path file = Files.writeString(folder.resolve("jmh.json"), JSON.std.asString(entries));
        return GoalCheck.of(new Results(Map.of()).withEnqueue(file)).get(1);
    }

    @Test
    void shouldJudgeEnqueueingByItsCostAndItsJitter() throws IOException {
        assertEquals(GoalCheck.HOLDS, enqueueGoal(6.9, 400).get("verdict"));
        assertTrue(String.valueOf(enqueueGoal(6.9, 400).get("measured"))
                .contains("the bus 6.9, 160 and 400 ns; a synchronized ring 12.0, 200 and 900;"));
        assertEquals(GoalCheck.MISSED, enqueueGoal(9.1, 400).get("verdict"), "costs more than claimed");
        assertEquals(GoalCheck.MISSED, enqueueGoal(6.9, 850).get("verdict"), "no steadier than a lock");
    }

    private static Map<String, Object> cost(int timers, double p50) {
        return Map.of("name", "tickbus-engine " + timers, "nsPerArm", Map.of("p50", p50));
    }

    @Test
    void shouldTellWhatAnArmCostsAmongFewAndMany() {
        List<Map<String, Object>> eco = List.of(
                Map.of("name", "tickbus-eco-park", "cpuPercent", Map.of("daemon", 2.5), "latenessNs",
                        Map.of("mean", 9_000_000)),
                Map.of("name", "naive-map-1ms", "cpuPercent", Map.of("jvm", 4.8)));
        Map<String, Object> sections = Map.of("eco", Map.of("rows", eco), "cost",
                Map.of("rows", List.of(cost(1_000_000, 41), cost(10_000, 29))));
        assertEquals("CPU 2.5 % of the daemon against 4.8 %; mean lateness 9.0 ms, of 50 allowed; an arm 29 ns among "
                + "10,000, 41 among 1,000,000",
                GoalCheck.of(new Results(Map.of("sections", sections))).get(2).get("measured"));
    }

    @Test
    void shouldNotCompareMultiplesOfFloorsThatDiffer() {
        Results fast = new Results(Map.of("sections", Map.of("oneway", Map.of("transports",
                List.of(transport("c-floor", 100, 1, 0), transport("tickbus-spin", 105, 1.05, 0))))));
        Results slow = new Results(Map.of("sections", Map.of("oneway", Map.of("transports",
                List.of(transport("c-floor", 310, 1, 0), transport("tickbus-spin", 420, 1.35, 0))))));
        assertEquals(List.of("other floor", "same", "other floor"),
                Comparison.of(fast, slow).rows().stream().map(row -> row.get("verdict")).toList());
    }

    @Test
    void shouldTellNoiseFromChange() {
        List<Map<String, Object>> same = Comparison.of(results(false, 1.05), results(false, 1.06)).rows();
        assertTrue(same.stream().allMatch(row -> row.get("verdict").equals("same")), same::toString);
        Comparison worse = Comparison.of(results(false, 1.05), results(true, 1.40));
        assertFalse(worse.isComparable());
        assertEquals(List.of("worse"), worse.rows().stream().map(row -> row.get("verdict"))
                .filter(verdict -> !verdict.equals("same")).toList());
        Comparison fewer = Comparison.of(results(false, 1.05), new Results(Map.of()));
        assertTrue(fewer.rows().stream().allMatch(row -> row.get("verdict").equals("missing")));
        Comparison more = Comparison.of(new Results(Map.of()), results(false, 1.05));
        assertEquals(3, more.rows().stream().filter(row -> row.get("verdict").equals("new")).count());
    }

    @Test
    void shouldTakeTheResultsOfOneBenchmarkAndRefuseAnythingElse() throws IOException {
        Path oneWay = folder.resolve("oneway.json");
        Files.writeString(oneWay, JSON.std.asString(results(false, 1.05).section("oneway")));
        assertFalse(Results.read(oneWay).transport("tickbus-spin").isEmpty());
        for (String text : List.of("", "nonsense", "{}", "[1]")) {
            Path file = Files.writeString(folder.resolve("bad.json"), text);
            assertThrows(IllegalArgumentException.class, () -> Results.read(file), text);
        }
        assertThrows(IllegalArgumentException.class, () -> Results.read(folder.resolve("none.json")));
    }
}
