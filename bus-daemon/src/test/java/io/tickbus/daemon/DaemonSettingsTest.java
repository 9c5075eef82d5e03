// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalsOptions;
import io.tickbus.daemon.journal.JournalOptions;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import io.tickbus.timer.RateQuotas;
import io.tickbus.timer.TimerQuotas;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DaemonSettingsTest {
    @TempDir
    Path folder;

    @Test
    void shouldHaveTheDefaultsOfTheParts() {
        DaemonSettings settings = DaemonSettings.defaults();
        assertEquals(SignalsOptions.defaults(), settings.signals());
        assertEquals(TimerQuotas.DEFAULT, settings.quotas());
        assertEquals(RateQuotas.DEFAULT, settings.rates());
        assertNull(settings.journal("bus"));
        Path journal = folder.resolve("journal");
        assertEquals(JournalOptions.defaults(journal),
                settings.with(DaemonSetting.JOURNAL, journal.toString()).journal("bus"));
        assertEquals("settings [mode=park]",
                "settings " + settings.with(DaemonSetting.MODE, DaemonMode.PARK).with(DaemonSetting.CPU, null));
    }

    @Test
    void shouldReadEveryKeyFromAFile() throws IOException {
        DaemonSettings settings = load(List.of("# how we like it", "! another comment", "", "bus.name = md",
                "bus.dir=/tmp/buses", "bus.owner = timers", "bus.group=staff", "bus.slots = 0x100", "bus.parking=off",
                "bus.heartbeat=1s", "mode = ECO", "cpu = 3", "every=1ms:42, 10ms:7:1001", "guard.min=10us",
                " guard.max = 0.2ms ", "guard.share = 0.5", "eco.slack=1s", "late.threshold=1ms", "fire.limit=1",
                "command.limit = 65536", "grace=0", "idle.latency = 0", "idle.cpus=4-5,2", "quota.clients = 7",
                "quota.timers=1000",
                "quota.timers-per-client = 10", "quota.user-share=0.02", "quota.firings-per-client=1",
                "quota.firings-per-user=2", "quota.arms-per-client=3", "quota.arms-per-user=4",
                "quota.arms-burst=5", "journal = /var/lib/j", "journal.keep=1d", "journal.size=3",
                "journal.roll = daily", "journal.snapshot-every=4", "journal.recovery-rate=5",
                "journal.clock-wait=90s", "log.level = Warning",
                "log.format = json", "metrics.port = 9000", "metrics.bind=0.0.0.0"), Map.of());
        assertEquals(DaemonSetting.all().size(), DaemonSettings.defaults().differences(settings).size(),
                "every setting was changed: " + settings);
        assertEquals(new SignalsOptions(256, false, 1_000_000_000, "staff"), settings.signals());
        assertEquals(new JournalOptions(Path.of("/var/lib/j"), 86_400_000_000_000L, 3 << 20, Roll.DAILY, 5, 4 << 20,
                90_000_000_000L), settings.journal("md"));
        assertEquals(new TimerQuotas(1000, 10, 20), settings.quotas());
        assertEquals(new RateQuotas(1, 2, 3, 4, 5), settings.rates());
        assertEquals(List.of(2, 4, 5), settings.value(DaemonSetting.IDLE_CPUS));
        assertEquals("1ms:42,10ms:7:1001", settings.text(DaemonSetting.EVERY));
        assertEquals("200us", settings.text(DaemonSetting.GUARD_MAX));
        assertEquals("90s", settings.text(DaemonSetting.JOURNAL_CLOCK_WAIT));
        assertEquals(1, settings.userShareOf(7));
        assertEquals(4, DaemonSettings.defaults().userShareOf(7));
    }

    @Test
    void shouldLetFlagsGoBeforeTheFile() throws IOException {
        Map<DaemonSetting<?>, String> flags = Map.of(DaemonSetting.MODE, "spin", DaemonSetting.GUARD_MAX, "1ms");
        DaemonSettings settings = load(List.of("mode=park", "guard.min=500us", "fire.limit=5"), flags);
        assertEquals(DaemonMode.SPIN, settings.value(DaemonSetting.MODE));
        assertEquals(1_000_000, settings.value(DaemonSetting.GUARD_MAX));
        assertEquals(500_000, settings.value(DaemonSetting.GUARD_MIN));
        assertEquals(5, settings.value(DaemonSetting.FIRE_LIMIT));
        assertEquals(DaemonMode.SPIN, DaemonSettings.load(null, flags).value(DaemonSetting.MODE));
        assertEquals(List.of("command line", folder.resolve("daemon.properties") + ":3", "default", "program"),
                List.of(settings.origin(DaemonSetting.MODE), settings.origin(DaemonSetting.FIRE_LIMIT),
                        settings.origin(DaemonSetting.GRACE),
                        settings.with(DaemonSetting.GRACE, 1L).origin(DaemonSetting.GRACE)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "mode = turbo|mode=turbo|one of spin, hybrid, park, eco",
        "mode =|mode=|one of spin",
        "guard.max = 11ms|guard.max=11ms|a duration from 0 to 10ms",
        "guard.max = 10|guard.max=10|a duration",
        "guard.min = -1us|guard.min=-1us|a duration",
        "guard.share = 1.01|guard.share=1.01|a number from 0 to 1",
        "guard.share = NaN|guard.share=NaN|a number from 0 to 1",
        "eco.slack = 61s|eco.slack=61s|0 to 1m",
        "quota.timers = 0|quota.timers=0|a whole number from 1 to 16777216",
        "quota.timers = 16777217|quota.timers=16777217|16777216",
        "quota.timers = 1e6|quota.timers=1e6|a whole number",
        "quota.clients = 4097|quota.clients=4097|1 to 4096",
        "fire.limit = 99999999999|fire.limit=99999999999|a whole number",
        "command.limit = x \\|command.limit=x \\|a whole number",
        "log.level = all|log.level=all|one of trace, debug, info, warning, error, off",
        "idle.latency = -1|idle.latency=-1|off, or microseconds from 0 to 1000000",
        "idle.latency = 1000001|idle.latency=1000001|off, or microseconds",
        "idle.cpus = 5-4|idle.cpus=5-4|all, or processors such as 2,4-5",
        "idle.cpus = ,|idle.cpus=,|all, or processors",
        "speed = 3|no setting 'speed'; |config sample",
        "Mode = spin|no setting 'Mode', but 'mode'|config sample",
        "guard.mx = 1us|no setting 'guard.mx', but 'guard.max'|config sample",
        "= 3|no setting ''|config sample",
        "bus.name = a/b|bus.name=a/b|1 to 64 letters",
        "bus.slots = 3|bus.slots=3|a power of two",
        "bus.parking = yes|bus.parking=yes|on or off",
        "bus.dir =|bus.dir=|a path that is not empty",
        "cpu = -1|cpu=-1|a processor's number, or any",
        "every = 1ms|every=1ms|timers such as",
        "every = 1ms:1:5,2ms:2:5|every=1ms:1:5,2ms:2:5|no two have the same key",
        "every = 36501d:1|every=36501d:1|36500d",
        "journal = /|journal=/|a folder of its own",
        "journal.size = 8796093022208|journal.size=8796093022208|of MiB from 1 to 8796093022207",
        "journal.recovery-rate = 0|journal.recovery-rate=0|a whole number from 1",
        "mode spin|line=mode spin|key = value",
        "mode: spin|line=mode: spin|key = value",
    })
    void shouldRefuseWithFileLineKeyValueAndWhatIsAllowed(String line, String found, String allowed) {
        BusException e = assertThrows(BusException.class, () -> load(List.of("# one", "", line), Map.of()));
        assertEquals(Reason.BAD_SETTINGS, e.reason());
        for (String part : List.of(folder.resolve("daemon.properties") + " line 3: ", found, allowed)) {
            assertTrue(e.getMessage().contains(part), e.getMessage() + " lacks " + part);
        }
    }

    @Test
    void shouldRefuseAKeyThatStandsTwice() {
        BusException e = assertThrows(BusException.class, () -> load(List.of("mode=spin", "", "mode=spin"), Map.of()));
        assertTrue(e.getMessage().contains("line 3: mode is set in line 1 already"), e.getMessage());
    }

    @Test
    void shouldRefuseProcessorsWithoutALatency() {
        Map<DaemonSetting<?>, String> flags = Map.of(DaemonSetting.IDLE_CPUS, "1");
        String message =
                assertThrows(IllegalArgumentException.class, () -> DaemonSettings.load(null, flags)).getMessage();
        assertTrue(message.endsWith("idle.cpus=1 idle.latency=off"), message);
    }

    @Test
    void shouldRefuseGuardsThatContradictEachOther() {
        BusException e = assertThrows(BusException.class, () ->
                load(List.of("guard.min=151us"), Map.of()));
        assertTrue(e.getMessage().contains("guard.min=151us guard.max=150us"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> DaemonSettings.defaults()
                .with(DaemonSetting.GUARD_MIN, 2L).with(DaemonSetting.GUARD_MAX, 1L).checkConsistent());
    }

    @Test
    void shouldRefuseOptionsOfNoJournal() throws IOException {
        Map<DaemonSetting<?>, String> flags = Map.of(DaemonSetting.JOURNAL_KEEP, "1d");
        String message = assertThrows(IllegalArgumentException.class, () ->
                DaemonSettings.load(null, flags)).getMessage();
        assertTrue(message.startsWith("--journal-keep says how a journal is kept"), message);
        assertNotNull(load(List.of("journal=on"), flags).journal("md"));
        assertNull(load(List.of("journal.keep=1d"), Map.of()).journal("md"), "a file may leave it off");
    }

    @Test
    void shouldHandOverEveryProblem() throws IOException {
        List<String> problems = new ArrayList<>();
        assertNull(load(List.of("mode=x", "mode=spin", "grace=1h", "guard.min=1ms"), problems));
        assertEquals(3, problems.size(), problems.toString());
        assertTrue(problems.get(0).contains("line 1: "), problems.toString());
        assertTrue(problems.get(1).contains("line 2: mode is set in line 1 already"), problems.toString());
        assertTrue(problems.get(2).contains("the shortest guard"), problems.toString());
        problems.clear();
        assertEquals("10us", load(List.of("grace=10us"), problems).text(DaemonSetting.GRACE));
        assertEquals(List.of(), problems);
    }

    @Test
    void shouldRefuseFilesThatAreNoSettings() throws IOException {
        Path missing = folder.resolve("missing");
        assertEquals(Reason.NOT_FOUND,
                assertThrows(BusException.class, () -> DaemonSettings.load(missing, Map.of())).reason());
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xFF, 0, (byte) 0xC0});
        assertEquals(Reason.BAD_SETTINGS,
                assertThrows(BusException.class, () -> DaemonSettings.load(binary, Map.of())).reason());
        Path huge = Files.writeString(folder.resolve("huge"), "#".repeat(65_537));
        assertEquals(Reason.BAD_SETTINGS,
                assertThrows(BusException.class, () -> DaemonSettings.load(huge, Map.of())).reason());
    }

    @Test
    void shouldSkipByteOrderMarkAndShowWhatIsInvisible() throws IOException {
        Path file = Files.writeString(folder.resolve("bom"), "\uFEFFmode = park\n");
        assertEquals(DaemonMode.PARK, DaemonSettings.load(file, Map.of()).value(DaemonSetting.MODE));
        Files.writeString(file, "mode\u200b = park\n");
        BusException e = assertThrows(BusException.class, () -> DaemonSettings.load(file, Map.of()));
        assertTrue(e.getMessage().contains("'mode\\u200b', but 'mode'"), e.getMessage());
    }

    @Test
    @Timeout(20)
    void shouldRefuseWhatIsNoRegularFileWithoutReadingIt() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        for (Path path : List.of(pipe, Path.of("/dev/zero"), Path.of("/dev/null"), folder)) {
            BusException e = assertThrows(BusException.class, () -> DaemonSettings.load(path, Map.of()));
            assertTrue(e.getMessage().contains("not a regular file"), e.getMessage());
        }
    }

    @Test
    void shouldRefuseFlagsAsMisuse() {
        String message = assertThrows(IllegalArgumentException.class, () ->
                DaemonSettings.load(null, Map.of(DaemonSetting.MODE, "x"))).getMessage();
        assertTrue(message.contains("mode=x"), message);
        DaemonSettings settings = DaemonSettings.defaults();
        assertThrows(IllegalArgumentException.class, () -> settings.with(DaemonSetting.FIRE_LIMIT, 0));
        assertThrows(IllegalArgumentException.class, () -> settings.with(DaemonSetting.MODE, null));
        assertThrows(IllegalArgumentException.class, () -> settings.with(DaemonSetting.LOG_LEVEL, Level.ALL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "\n\n"})
    void shouldReadAFileThatSaysNothing(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("empty"), text);
        assertEquals(DaemonSettings.defaults(), DaemonSettings.load(file, Map.of()));
    }

    @Test
    void shouldReadBackWhatItWrites() throws IOException {
        DaemonSettings settings = DaemonSettings.defaults().with(DaemonSetting.MODE, DaemonMode.PARK)
                .with(DaemonSetting.GUARD_MAX, 1_234_567L).with(DaemonSetting.QUOTA_CLIENTS, 3)
                .with(DaemonSetting.JOURNAL, "").with(DaemonSetting.CPU, 0);
        List<String> lines = DaemonSetting.all().stream()
                .map(setting -> setting.key() + "=" + settings.text(setting)).toList();
        assertEquals(settings, load(lines, Map.of()));
    }

    @Test
    void shouldKeepWhatOnlyARestartChanges() {
        DaemonSettings running = DaemonSettings.defaults().with(DaemonSetting.GRACE, 5L);
        DaemonSettings wanted = DaemonSettings.defaults().with(DaemonSetting.GRACE, 7L)
                .with(DaemonSetting.MODE, DaemonMode.SPIN).with(DaemonSetting.COMMAND_LIMIT, 9);
        DaemonSettings reloaded = running.reloaded(wanted);
        assertEquals(5, reloaded.value(DaemonSetting.GRACE));
        assertEquals(DaemonMode.SPIN, reloaded.value(DaemonSetting.MODE));
        assertEquals(9, reloaded.value(DaemonSetting.COMMAND_LIMIT));
        assertEquals(List.of(DaemonSetting.GRACE), reloaded.differences(wanted));
        assertEquals(List.of(DaemonSetting.MODE, DaemonSetting.GRACE, DaemonSetting.COMMAND_LIMIT),
                running.differences(wanted));
        assertNotEquals(running, wanted);
    }

    @Test
    void shouldSayWhatEachSettingIs() {
        Set<String> options = new HashSet<>();
        for (DaemonSetting<?> setting : DaemonSetting.all()) {
            assertSame(setting, DaemonSetting.of(setting.key()));
            assertFalse(setting.allowed().isEmpty());
            assertFalse(setting.description().isEmpty());
            assertEquals(DaemonSettings.defaults().text(setting), setting.defaultText());
            assertTrue(options.add(setting.option()), setting.option());
        }
        assertNull(DaemonSetting.of("modes"));
        assertTrue(DaemonSetting.MODE.isReloadable());
        assertFalse(DaemonSetting.IDLE_LATENCY.isReloadable());
    }

    private DaemonSettings load(List<String> lines, List<String> problems) throws IOException {
        return DaemonSettings.load(Files.write(folder.resolve("daemon.properties"), lines), Map.of(),
                problem -> problems.add(problem.getMessage()));
    }

    private DaemonSettings load(List<String> lines, Map<DaemonSetting<?>, String> flags) throws IOException {
        Path file = folder.resolve("daemon.properties");
        Files.write(file, lines, StandardCharsets.UTF_8);
        return DaemonSettings.load(file, flags);
    }
}
