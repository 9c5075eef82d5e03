// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReportTest {
    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);

    private List<String> lines() {
        return text.toString().lines().toList();
    }

    @Test
    void shouldReadLabelAndUnitFromName() {
        ReportText.print(out, new Report().with("heartbeatAgeNs", 1_500_000).with("published", 12_345)
                .with("publisherPid", 12_345).with("fileBytes", 4096).with("cpuPercent", 12.34)
                .with("firstRealtimeNs", 1_000_000_000L).with("deadlineNs", 1_000_000L).with("nextDeadlineInNs", null)
                .with("parking", true).with("p999Ns", 20).with("flags", List.of("LATE", "LAST")));
        assertEquals(List.of("heartbeat age     1.5 ms", "published         12,345", "publisher pid     12345",
                "file bytes        4.0 KiB", "cpu               12.3 %", "first             1970-01-01T00:00:01Z",
                "deadline          1000000", "next deadline in  -", "parking           yes", "p99.9             20 ns",
                "flags             LATE, LAST"), lines());
    }

    @Test
    void shouldShowOtherTextOrNothingWhenTextIsGiven() {
        Report report = new Report().with("condition", "alive", "ALIVE").with("problem", null, null)
                .with("clients", List.of());
        ReportText.print(out, report);
        assertEquals(List.of("condition       ALIVE", "clients         none"), lines());
        assertEquals("{\"condition\":\"alive\",\"problem\":null,\"clients\":[]}", report.line());
    }

    @Test
    void shouldPrintReportsInsideAsSectionsAndTables() {
        ReportText.print(out, new Report().with("tsc", new Report().with("constant", true))
                .with("costs", List.of(new Report().with("name", "a").with("count", 7),
                        new Report().with("name", "bcdef").with("count", 1234))));
        assertEquals(List.of("tsc", "  constant        yes", "costs", "  NAME   COUNT", "  a          7",
                "  bcdef  1,234"), lines());
    }

    @Test
    void shouldContinueATableUnderOneHeading() {
        ReportText.Table table = ReportText.table("key");
        table.print(out, List.of(new Report().with("key", "1")));
        table.print(out, List.of(new Report().with("key", "22")));
        assertEquals(List.of("KEY", "1", "22"), lines());
    }

    @Test
    void shouldPrintSomeColumnsAtATimeWhereALineIsTooShort() {
        List<Report> rows = List.of(new Report().with("name", "one").with("latencyP50Ns", 1_000)
                        .with("latencyMaxNs", 2_000).with("reason", "because of this and of that"),
                new Report().with("name", "three").with("latencyP50Ns", 3).with("latencyMaxNs", 4).with("reason", "-"));
        ReportText.table("name", "latencyP50Ns", "latencyMaxNs", "reason").print(out, rows, "", 34);
        assertEquals(List.of("NAME   LATENCY P50  LATENCY MAX", "one           1 µs         2 µs",
                "three         3 ns         4 ns", "", "NAME   REASON", "one    because of this and of that",
                "three  -"), lines());
    }

    @Test
    void shouldWrapACellThatIsWiderThanALine() {
        List<Report> rows = List.of(new Report().with("name", "one").with("reason", "because of this and of that"));
        ReportText.table("name", "reason").print(out, rows, "", 25);
        assertEquals(List.of("NAME  REASON", "one   because of this and", "      of that"), lines());
    }

    @Test
    void shouldTakeTheWidthOfATerminalOnlyWhereItIsOne() {
        for (String none : new String[] {"", "x", "0", "-1"}) {
            assertEquals(Terminal.UNLIMITED, Terminal.width(none));
        }
        assertEquals(60, Terminal.width("60"));
    }
}
