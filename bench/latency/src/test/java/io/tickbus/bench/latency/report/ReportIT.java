// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.bench.latency.BenchProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, with figures of real runs. */
@Timeout(240)
final class ReportIT {
    /** Runs in the page after its own script, and tells the frame around it what it finds. */
    private static final String PROBE = "<script>var root = document.documentElement;"
            + "parent.postMessage({ errors: window.pageErrors || 0, width: window.innerWidth,"
            + " overflow: root.scrollWidth - window.innerWidth, boxes: document.querySelectorAll('.chart').length,"
            + " drawn: Array.prototype.filter.call(document.querySelectorAll('.chart'),"
            + " function (c) { var s = c.querySelector('svg'); return s && s.getBoundingClientRect().height > 100"
            + " && s.querySelectorAll('path').length > 3; }).length,"
            + " paths: Array.prototype.map.call(document.querySelectorAll('.chart'), function (c) {"
            + " return c.id + ':' + c.querySelectorAll('svg path').length; }).join(' ') }, '*');</script></body>";
    /** A frame of the wanted width, since a browser's window is not narrower than it likes. */
    private static final String FRAME = "<!DOCTYPE html><body><script>window.onmessage = function (e) {"
            + " Object.keys(e.data).forEach(function (k) { document.body.setAttribute('data-' + k, e.data[k]); }); };"
            + "</script><iframe src='report.html' style='width:WIDTHpx;height:900px;border:0'></iframe></body>";
    private static final String COUNTER = "<head><script>window.onerror = function () {"
            + " window.pageErrors = (window.pageErrors || 0) + 1; }; console.error = window.onerror;</script>";

    @TempDir
    private Path folder;

    @Test
    void shouldDrawEveryChartWideAndNarrow() throws Exception {
        Optional<String> browser = Stream.of("chromium", "chromium-browser", "google-chrome").filter(ReportIT::isThere)
                .findFirst();
        String reason = "ReportIT is skipped: there is no chromium on the PATH to open the page in";
        if (browser.isEmpty()) {
            System.out.println(reason);
        }
        assumeTrue(browser.isPresent(), reason);
        BenchProcess.assumeSharedMemory();
        Map<String, Object> sections = new LinkedHashMap<>();
        Map<String, Object> oneway = BenchProcess.json("oneway", "--json", "--rounds", "3", "--warm-up", "1");
        sections.put("oneway", oneway);
        sections.put("wakeup", BenchProcess.json("wakeup", "--json", "--rounds", "1", "--warm-up", "1",
                "--only", "futex,fifo"));
        sections.put("throughput", BenchProcess.json("throughput", "--json", "--slices", "1", "--passes", "1",
                "--readers", "1"));
        Path page = folder.resolve("report.html");
        HtmlReport.write(JSON.std.mapFrom(JSON.std.asString(Map.of("sections", sections))), page);
        String html = Files.readString(page);
        Files.writeString(page, html.replaceFirst("<head>", Matcher.quoteReplacement(COUNTER))
                .replace("</body>\n</html>", PROBE + "</html>"));
        String boxes = BenchProcess.list(oneway, "transports").stream().anyMatch(ReportIT::isNearFloor) ? "5" : "4";
        for (int width : new int[] {1280, 390}) {
            Path frame = folder.resolve("frame.html");
            Files.writeString(frame, FRAME.replace("WIDTH", Integer.toString(width)));
            String document = open(browser.get(), frame);
            assertEquals(Integer.toString(width), attribute(document, "data-width"));
            assertEquals("0", attribute(document, "data-errors"));
            assertEquals(boxes, attribute(document, "data-boxes"));
            assertEquals(boxes, attribute(document, "data-drawn"),
                    "drawn at a width of " + width + ", paths of each: " + attribute(document, "data-paths"));
            assertTrue(Integer.parseInt(attribute(document, "data-overflow")) <= 0, "wider than " + width);
        }
    }

    /** Without a C compiler there is no floor, and on a busy host nothing may be near it: no chart of ratios then. */
    private static boolean isNearFloor(Map<String, Object> transport) {
        Object ratio = transport.get("ratioToFloor");
        Object median = ratio instanceof Map<?, ?> of ? of.get("p50") : null;
        return median instanceof Number number && number.doubleValue() > 0 && number.doubleValue() < 20
                && ((Number) transport.get("lost")).longValue() == 0;
    }

    private static String open(String browser, Path page) throws IOException, InterruptedException {
        // Not in the test's folder: the browser's helpers may write to it after its end, and then that is not deleted.
        Path profile = Files.createTempDirectory("tickbus-report-it-");
        try {
            Process process = new ProcessBuilder(List.of(browser, "--headless=new", "--no-sandbox", "--disable-gpu",
                    "--disable-dev-shm-usage", "--user-data-dir=" + profile, "--window-size=1400,1000",
                    "--virtual-time-budget=10000", "--dump-dom", page.toUri().toString()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String document = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(1, TimeUnit.MINUTES));
            return document;
        } finally {
            // As far as that goes.
            new ProcessBuilder("rm", "-rf", "--", profile.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        }
    }

    private static String attribute(String document, String name) {
        int start = document.indexOf(name + "=\"") + name.length() + 2;
        assertTrue(start > name.length() + 1, () -> name + " is not there");
        return document.substring(start, document.indexOf('"', start));
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place.isEmpty() ? "." : place, program)));
    }
}
