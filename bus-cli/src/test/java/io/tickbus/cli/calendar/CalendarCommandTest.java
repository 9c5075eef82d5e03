// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.calendar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CalendarCommandTest {
    private static CliRun explain(Object... args) {
        Object[] line = new Object[args.length + 2];
        line[0] = "calendar";
        line[1] = "explain";
        System.arraycopy(args, 0, line, 2, args.length);
        return CliRun.of(line);
    }

    @Test
    void shouldPrintEachInstantWithItsOffsetAndRule() {
        CliRun run = explain("30 2 * * *", "--zone", "Europe/Berlin", "--from", "2027-03-27T00:00:00Z", "--count", "3");
        assertEquals(Tickbus.DONE, run.exitCode(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals("30 2 * * *, zone Europe/Berlin, gap at-transition, overlap first", lines.get(0));
        assertTrue(lines.get(2).matches("2027-03-27T02:30:00 +Sat +\\+01:00 +2027-03-27T01:30:00Z *"), lines.get(2));
        assertTrue(lines.get(3).matches("2027-03-28T03:00:00 +Sun +\\+02:00 +2027-03-28T01:00:00Z +at-transition"),
                lines.get(3));
        assertEquals(5, lines.size(), run.out());
    }

    @Test
    void shouldPrintBothTimesOfAnHourThatComesTwice() throws IOException {
        Map<String, Object> shown = explain("*/30 * * * *", "--zone", "Europe/Berlin", "--from",
                "2026-10-25T00:00:00Z", "--count", "4", "--json").json();
        assertEquals("both", shown.get("overlap"));
        List<?> rules = ((List<?>) shown.get("instants")).stream().map(row -> ((Map<?, ?>) row).get("rule")).toList();
        assertEquals(List.of("first", "first", "second", "second"), rules);
    }

    @Test
    void shouldFollowOptions() throws IOException {
        List<?> instants = (List<?>) explain("30 2 * * *", "--zone", "Europe/Berlin", "--from", "2026-12-23T00:00:00Z",
                "--except", "2026-12-24", "--until", "2026-12-25T12:00:00Z", "--json").json().get("instants");
        assertEquals(List.of("2026-12-23T01:30:00Z", "2026-12-25T01:30:00Z"),
                instants.stream().map(row -> ((Map<?, ?>) row).get("utc")).toList());
        CliRun none = explain("30 2 1 1 *", "--until", "2026-12-31T00:00:00Z", "--from", "2026-12-01T00:00:00Z");
        assertEquals(Tickbus.FAILED, none.exitCode());
        assertTrue(none.err().contains("it is never due in that time"), none.err());
    }

    @Test
    void shouldPointAtMistake() {
        CliRun run = explain("0 24 * * *");
        assertEquals(Tickbus.WRONG_USAGE, run.exitCode());
        List<String> lines = run.err().lines().toList();
        assertEquals(List.of("0 24 * * *", "  ^"), lines.subList(0, 2));
        assertTrue(lines.get(2).contains("an hour is a number from 0 to 23"), run.err());
        assertEquals(Tickbus.WRONG_USAGE, explain("0 0 * * *", "--zone", "Mars/Base").exitCode());
        assertEquals(Tickbus.WRONG_USAGE, explain("0 0 * * *", "--count", "0").exitCode());
    }
}
