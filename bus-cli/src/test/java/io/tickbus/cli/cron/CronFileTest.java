// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.cron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.calendar.GapPolicy;
import io.tickbus.core.calendar.OverlapPolicy;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CronFileTest {
    private static CronFile parse(String... lines) {
        return CronFile.parse(String.join("\n", lines), ZoneId.of("UTC"));
    }

    @Test
    void shouldReadLinesWithWhatTheyAreIn() {
        CronFile read = parse("# jobs", "", "A=1", "0 4 * * *  ./early.sh 50\\%", "A = \"two words\"",
                "CRON_TZ=Europe/Berlin", "  @daily   echo hello  world", "CRON_TZ=", "CRON_GAP=shift",
                "CRON_OVERLAP=second", "5/10 * * * MON ./often");
        assertEquals(List.of(), read.problems());
        List<CronLine> lines = read.lines();
        assertEquals(List.of(4, 7, 11), lines.stream().map(CronLine::number).toList());
        assertEquals(List.of("./early.sh 50%", "echo hello  world", "./often"),
                lines.stream().map(CronLine::command).toList());
        assertEquals(List.of("UTC", "Europe/Berlin", "UTC"),
                lines.stream().map(line -> line.schedule().zone().getId()).toList());
        assertEquals(OverlapPolicy.SECOND, lines.get(2).schedule().overlap());
        assertEquals(GapPolicy.SHIFT, lines.get(2).schedule().gap());
        assertEquals(Map.of("A", "1"), lines.get(0).environment());
        assertEquals(Map.of("A", "two words"), lines.get(1).environment());
    }

    @Test
    void shouldNameEveryMistake() {
        List<String> problems = parse("* * * *", "61 * * * * ./a", "@reboot ./b", "0 0 * * * date +%s",
                "CRON_TZ=Mars/Base", "CRON_GAP=late", "0 0 * * * ./good").problems();
        assertEquals(6, problems.size(), problems::toString);
        assertTrue(problems.get(0).startsWith("line 1: a line has five fields"), problems::toString);
        assertTrue(problems.get(1).startsWith("line 2: a minute is a number from 0 to 59"), problems::toString);
        assertTrue(problems.get(2).startsWith("line 3: it is none of @yearly"), problems::toString);
        assertTrue(problems.get(3).contains("write each % as \\%"), problems::toString);
        assertTrue(problems.get(4).contains("CRON_TZ=Mars/Base"), problems::toString);
    }

    @Test
    void shouldGiveLineTheSameKeyWhereverItStands() {
        List<CronLine> before = parse("0 0 * * * ./a", "0 0 * * * ./b").lines();
        List<CronLine> after = parse("0 0 * * * ./b", "# changed", "0  0 * * *   ./a", "0 0 * * * ./a").lines();
        assertEquals(before.get(0).key(), after.get(1).key());
        assertEquals(before.get(1).key(), after.get(0).key());
        assertNotEquals(after.get(1).key(), after.get(2).key(), "the same line twice is two timers");
        assertNotEquals(before.get(0).key(), parse("CRON_TZ=Asia/Tokyo", "0 0 * * * ./a").lines().get(0).key());
    }
}
