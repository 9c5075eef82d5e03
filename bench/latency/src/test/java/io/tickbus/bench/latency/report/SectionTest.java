// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.bench.latency.Latency;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SectionTest {
    private static int seconds(boolean isQuick) {
        return Section.ALL.stream().filter(each -> each.isIn(isQuick)).mapToInt(each -> each.seconds(isQuick)).sum();
    }

    @Test
    void shouldKeepToWhatEachModePromises() {
        assertTrue(seconds(true) <= 180, "quick: " + seconds(true));
        assertTrue(seconds(false) <= 1_800, "full: " + seconds(false));
    }

    @Test
    void shouldRunInFullWhatHasNoPartInTheQuickMode() {
        Section drift = Section.ALL.stream().filter(each -> each.name().equals("drift")).findFirst().orElseThrow();
        assertFalse(drift.isIn(true));
        assertTrue(drift.isIn(false));
        assertEquals(List.of("timers", "drift"), drift.words(true));
        assertEquals(drift.seconds(false), drift.seconds(true));
    }

    @Test
    void shouldUseOnlyWordsThatExist() {
        for (Section section : Section.ALL) {
            for (boolean isQuick : new boolean[] {true, false}) {
                List<String> words = new ArrayList<>(section.words(isQuick));
                words.add("--json");
                assertDoesNotThrow(() -> Latency.commandLine().parseArgs(words.toArray(new String[0])),
                        words::toString);
            }
        }
    }
}
