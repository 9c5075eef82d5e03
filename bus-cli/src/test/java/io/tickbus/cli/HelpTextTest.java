// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.daemon.DaemonCommand;
import io.tickbus.daemon.DaemonSetting;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HelpTextTest {
    private static List<String> daemon(int width) {
        StringWriter text = new StringWriter();
        CommandSpec command = new CommandSpec("tickbus daemon", "Owns a bus.", null, null);
        assertNotNull(new DaemonCommand(command));
        HelpText.print(new PrintWriter(text), command, width);
        return text.toString().lines().toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 100})
    void shouldKeepEachSettingsKeyInOnePieceInLinesOfTheWidth(int width) {
        List<String> lines = daemon(width);
        for (DaemonSetting<?> setting : DaemonSetting.all()) {
            assertTrue(lines.stream().anyMatch(line -> line.contains("(" + setting.key() + ")")), setting.key());
            assertTrue(lines.stream().anyMatch(line -> line.strip().startsWith(setting.option())), setting.option());
        }
        // An example is a command to copy.
        lines.stream().filter(line -> !line.startsWith("  tickbus"))
                .forEach(line -> assertTrue(line.length() <= width, line));
    }

    @Test
    void shouldGroupOptionsUnderHeadings() {
        assertEquals(List.of("Options:", "Bus:", "Timer thread:", "Idle processors:", "Limits:", "Journal:", "Metrics:",
                "Log:", "General:"),
                daemon(80).stream().filter(line -> line.endsWith(":") && !line.startsWith(" "))
                        .filter(line -> !line.equals("Examples:")).toList());
    }

    @Test
    void shouldPutMeaningsBesideTermsOrBelow() {
        StringWriter text = new StringWriter();
        TextLayout.definitions(new PrintWriter(text), List.of("--a", "--a-term-that-is-longer-than-a-column"),
                List.of("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen",
                        "short"), 70);
        assertEquals(List.of("  --a  one two three four five six seven eight nine ten eleven twelve",
                "       thirteen fourteen fifteen", "  --a-term-that-is-longer-than-a-column", "       short"),
                text.toString().lines().toList());
    }

    @Test
    void shouldCutOnlyWordsThatAreLongerThanALine() {
        assertEquals(List.of("a bc", "defgh", "i"), TextLayout.wrap("a bc defghi", 5));
        assertEquals(List.of(""), TextLayout.wrap("", 5));
    }
}
