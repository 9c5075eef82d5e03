// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.internal.IntegerText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;


final class ArgumentsTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"daemon", "tail", "publish", "stat", "dump", "clock", "doctor", "demo",
        "arm", "cancel", "pause", "resume", "list", "reload", "remove"})
    void shouldExplainEachCommandWithAnExample(String command) {
        CliRun run = CliRun.of(command, "--help");
        assertEquals(Tickbus.DONE, run.exitCode(), run.err());
        assertTrue(run.out().contains("Example"), run.out());
        assertTrue(run.out().contains("--json"), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "--nonsense", "daemon --evry 1ms:1", "daemon --every 1ms",
        "daemon --every 1:2", "daemon --every 36501d:1",
        "daemon --journal-keep 1d", "daemon --recovery-rate 0", "daemon --journal x --journal-size 0",
        "daemon --journal x --journal-size 9999999999999", "daemon --slots x", "tail --seconds Infinity",
        "tail --seconds NaN", "publish 1 --count 2 --every 106751d23h47m", "stat --owner 4294967295",
        "stat --owner 99999999999", "arm --key 1 --signal 2 --at 1796126400", "replay --from 0 --speed 0x",
        "replay --from 0 --to x", "publish @/dev/zero", "daemon --every 1s:010:08x",
        "daemon --every 1ms:x", "daemon --every 10ns:1", "daemon --mode fast",
        "daemon --max-clients 0", "daemon --log-level loud", "daemon --grace 2d", "daemon --guard-max 1",
        "arm --key 1 --signal 2", "arm --signal 2 --in 1s", "arm --key 1 --in 1s", "arm --key x --signal 2 --in 1s",
        "arm --key 1 --signal 2 --in 1s --at 5", "arm --key 1 --signal 2 --at noon", "arm --key 1 --signal 2 --in 1",
        "arm --key 1 --signal 2 --every 1s --misfire never", "arm --key 1 --signal 2 --every 1s --misfire fire-all",
        "arm --key 1 --signal 2 --every 1s --cap 3", "arm --key 1 --signal 2 --in 1s --grace 2h",
        "arm --key 1 --signal 2 --in 1s --payload 0x1", "cancel", "cancel x", "cancel 1 --timer-owner 65536",
        "pause", "resume", "list 1", "list --timeout 0",
        "daemon --slots 3", "daemon --heartbeat 1us", "daemon --heartbeat 365d", "daemon --bus ../x",
        "tail --from middle", "tail --wait sleep",
        "tail --count 0", "tail --seconds 0", "tail --signal 99999999999", "publish", "publish x",
        "publish 1 --count 0", "publish 1 --payload 0xABC",
        "publish 1 --payload 12345678901234567", "dump --slots 3..1",
        "dump --slots 1..2 --last 3", "dump --last 0", "tail a --bus b", "stat a --bus b",
        "dump a --bus b", "dump a --file b", "stat a b", "tail ../x", "stat --owner nobody-of-that-name"})
    void shouldRefuseWrongUsageInASentence(String line) {
        CliRun run = CliRun.of((Object[]) (line.isEmpty() ? new String[0] : line.split(" ", -1)));
        assertEquals(Tickbus.WRONG_USAGE, run.exitCode(), run.err());
        assertTrue(run.err().startsWith("tickbus: "), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().strip().endsWith(" --help'"), run.err());
        assertEquals("", run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"stat --dir", "daemon --dir", "daemon --journal", "replay --from 0 --journal",
        "dump --file"})
    void shouldRefuseEmptyPath(String line) {
        List<String> args = new ArrayList<>(List.of(line.split(" ", -1)));
        args.add("");
        CliRun run = CliRun.of(args.toArray());
        assertEquals(Tickbus.WRONG_USAGE, run.exitCode(), run.err());
        assertTrue(run.err().contains("empty"), run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"daemon --slots 1x", "tail --seconds 0", "tail --count x", "daemon --cpu 1e3",
        "daemon --every 1s:x"})
    void shouldSpeakOfNumbersInItsOwnWords(String line) {
        CliRun run = CliRun.of((Object[]) line.split(" ", -1));
        assertEquals(Tickbus.WRONG_USAGE, run.exitCode(), run.err());
        for (String word : List.of("not an int", "For input string", "Infinity", "Exception", "java.")) {
            assertFalse(run.err().contains(word), run.err());
        }
    }

    @Test
    void shouldPrintNoEscapeCodesWhereNobodySeesThem() {
        for (String dumb : new String[] {null, "", "dumb", "none"}) {
            assertFalse(Terminal.hasColours(dumb));
        }
        assertTrue(Terminal.hasColours("xterm"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '"', textBlock = """
            nonsense          ~ there is no command 'nonsense'; see 'tickbus --help'
            stats             ~ there is no command 'stats', but 'stat'; see 'tickbus --help'
            help stats        ~ there is no command 'stats', but 'stat'; see 'tickbus --help'
            --json            ~ 'tickbus' has no option '--json'; see 'tickbus --help'
            daemon --evry 1   ~ 'tickbus daemon' has no option '--evry', but '--every'; see 'tickbus daemon --help'
            daemon --slots    ~ --slots needs a value: --slots N; see 'tickbus daemon --help'
            daemon --slots --json ~ --slots needs a value: --slots N; see 'tickbus daemon --help'
            stat --json=1     ~ --json takes no value, so leave out '=1'; see 'tickbus stat --help'
            stat a b          ~ 'tickbus stat' takes no further argument: unexpected 'b'; see 'tickbus stat --help'
            clock x           ~ 'tickbus clock' takes no argument: unexpected 'x'; see 'tickbus clock --help'
            arm               ~ 'tickbus arm' needs --key KEY and --signal ID; see 'tickbus arm --help'
            cancel            ~ 'tickbus cancel' needs KEY; see 'tickbus cancel --help'
            stat --bus a --bus b ~ --bus is given twice; give it once; see 'tickbus stat --help'
            journal x         ~ verify|stats: one of verify, stats is expected: value=x; see 'tickbus journal --help'
            ""                ~ name a command; see 'tickbus --help'
            """)
    void shouldSayWhatIsWrongAndWhatToDo(String line, String sentence) {
        CliRun run = CliRun.of((Object[]) (line.isEmpty() ? new String[0] : line.split(" ", -1)));
        assertEquals("tickbus: " + sentence, run.err().strip());
        assertEquals(Tickbus.WRONG_USAGE, run.exitCode());
    }

    @Test
    void shouldTakeValuesInEveryForm() {
        CommandSpec command = new CommandSpec("x", "", null, null);
        Option<Long> number = command.option("--number", "N", IntegerText::toLong, "");
        Option<String> text = command.option("--text", "T", each -> each, "").repeatable();
        Option<String> journal = command.option("--journal", "DIR", each -> each, "").alone("here");
        Option<Long> argument = command.argument("KEY", IntegerText::toLong, "");
        Option<Boolean> flag = command.flag("--flag", "");
        assertTrue(command.parse(List.of("--number=-5", "--text", "a", "--text=b=c", "--journal", "--flag", "--",
                "-7")));
        assertEquals(List.of(-5L, List.of("a", "b=c"), "here", -7L, true),
                List.of(number.get(), text.all(), journal.get(), argument.get(), flag.isGiven()));
    }

    @Test
    void shouldMakeTheCommandThatIsAskedForOnly() {
        assertEquals(CliRun.of("help", "stat"), CliRun.of("--debug", "stat", "--help"));
        assertEquals(CliRun.of("--help"), CliRun.of("help"));
    }

    @Test
    void shouldPrintTheVersionOfTheLayoutToo() {
        for (CliRun run : new CliRun[] {CliRun.of("--version"), CliRun.of("stat", "--version")}) {
            assertEquals(Tickbus.DONE, run.exitCode());
            assertTrue(run.out().contains("signals layout 2"), run.out());
        }
    }

    @Test
    void shouldShowTheStackTraceOnlyWhereAskedFor() {
        CliRun plain = CliRun.of("stat", "--dir", folder, "--bus", "nobody");
        assertEquals(Tickbus.FAILED, plain.exitCode());
        assertEquals(1, plain.err().lines().count(), plain.err());
        CliRun debug = CliRun.of("stat", "--dir", folder, "--bus", "nobody", "--debug");
        assertEquals(Tickbus.FAILED, debug.exitCode());
        assertTrue(debug.err().contains("\tat io.tickbus"), debug.err());
    }
}
