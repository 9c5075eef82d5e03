// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManPageTest {
    private static final List<CommandSpec> COMMANDS = Tickbus.describe();

    @TempDir
    private Path folder;

    private static String page(CommandSpec command) {
        return ManPage.of(command, COMMANDS, "1.2.3", "2026-01-02");
    }

    private static CommandSpec command(String name) {
        return COMMANDS.stream().filter(each -> each.name.equals(name)).findFirst().orElseThrow();
    }

    @Test
    void shouldDescribeEachCommandAndOption() {
        for (CommandSpec command : COMMANDS) {
            String page = page(command);
            for (Option<?> option : command.options) {
                String name = "\\fB" + option.name.replace("-", "\\-") + "\\fR";
                assertEquals(option.isShown(), page.contains(name), command.name + " " + option.name);
            }
        }
        command("tickbus").commands.keySet().forEach(name -> assertTrue(
                page(command("tickbus")).contains("\\fB" + name + "\\fR\n"), name));
    }

    @Test
    void shouldPutTheEndOfHelpIntoTheSectionsOfAManualPage() {
        CommandSpec command = new CommandSpec("tickbus some", "Do some: all of it.", null, null);
        command.footer("""
                Examples:
                  tickbus some 1
                  tickbus some 2 ~      with 'a comment'

                It is
                noted.

                Exit code 1 when it fails.

                Environment: A variable.""");
        String page = page(command);
        assertTrue(page.contains("tickbus\\-some \\- do some\n"), page);
        assertTrue(page.endsWith("""
                .SH "NOTES"
                It is noted.
                .SH "EXIT STATUS"
                Exit code 1 when it fails.
                .SH "ENVIRONMENT"
                A variable.
                .SH "EXAMPLES"
                .RS 4
                \\fBtickbus some 1\\fR
                .RE
                .PP
                .RS 4
                \\fBtickbus some 2 \\(ti\\fR
                .RS 4
                with \\(aqa comment\\(aq
                .RE
                .RE
                .SH "SEE ALSO"
                \\fBtickbus\\fR(1)
                """), page);
    }

    @Test
    void shouldGiveTheFormatterNoCauseToWarn() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/man")), "skipped: there is no man");
        for (CommandSpec command : COMMANDS) {
            Path file = folder.resolve(ManPage.name(command) + ".1");
            Files.writeString(file, page(command), StandardCharsets.UTF_8);
            assertEquals("", warnings(file), file.toString());
        }
    }

    private static String warnings(Path page) throws IOException, InterruptedException {
        Process man = new ProcessBuilder("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        String warnings = new String(man.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, man.waitFor(), warnings);
        return warnings;
    }
}
