// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.wait.WakeGuard;
import io.tickbus.timer.RateQuotas;
import io.tickbus.timer.TimerQuotas;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
        assertEquals(DaemonMode.HYBRID, settings.mode());
        assertEquals(WakeGuard.MIN_NS, settings.guard().minNs());
        assertEquals(WakeGuard.MAX_NS, settings.guard().maxNs());
        assertEquals(WakeGuard.MAX_SPIN_SHARE, settings.guard().share());
        assertEquals(50_000_000, settings.ecoSlackNs());
        assertEquals(TimerQuotas.DEFAULT, settings.quotas());
        assertEquals(100, settings.maxClients());
        assertEquals(256, settings.fireLimit());
        assertEquals(64, settings.commandLimit());
        assertEquals(Level.INFO, settings.logLevel());
        assertEquals(1_000_000, settings.graceNs());
    }

    @Test
    void shouldReadEveryKeyFromAFile() throws IOException {
        DaemonSettings settings = load(List.of("# how we like it", "! another comment", "", "mode = ECO",
                "guard.min=10us", " guard.max = 0.2ms ", "guard.share = 0.5", "eco.slack=1s", "quota.timers=1000",
                "quota.timers-per-client = 10", "quota.user-share=0.02", "quota.firings-per-client=1",
                "quota.firings-per-user=2", "quota.arms-per-client=3", "quota.arms-per-user=4",
                "quota.arms-burst=5", "quota.clients = 7", "fire.limit=1",
                "command.limit = 65536", "log.level = Warning", "grace=0", "idle.latency = 0",
                "idle.cpus=4-5,2"), Map.of());
        assertEquals(DaemonSettings.defaults().withMode(DaemonMode.ECO).withGuard(10_000, 200_000, 0.5)
                .withEcoSlackNs(1_000_000_000).withQuotas(new TimerQuotas(1000, 10)).withUserShare(0.02)
                .withRates(new RateQuotas(1, 2, 3, 4, 5)).withMaxClients(7)
                .withFireLimit(1).withCommandLimit(65_536).withLogLevel(Level.WARNING).withGraceNs(0)
                .withIdle(0, List.of(2, 4, 5)), settings);
        assertEquals("2,4,5", settings.text(DaemonSetting.IDLE_CPUS));
        assertEquals(new TimerQuotas(1000, 10, 20), settings.quotas());
        assertEquals(1, settings.userShareOf(7));
        assertEquals(4, DaemonSettings.defaults().userShareOf(7));
        assertEquals(20, DaemonSettings.defaults().differences(settings).size(), "every setting was changed");
    }

    @Test
    void shouldLetFlagsGoBeforeTheFile() throws IOException {
        Map<DaemonSetting, String> flags = Map.of(DaemonSetting.MODE, "spin", DaemonSetting.GUARD_MAX, "1ms");
        DaemonSettings settings = load(List.of("mode=park", "guard.min=500us", "fire.limit=5"), flags);
        assertEquals(DaemonMode.SPIN, settings.mode());
        assertEquals(1_000_000, settings.guard().maxNs());
        assertEquals(500_000, settings.guard().minNs());
        assertEquals(5, settings.fireLimit());
        assertEquals(DaemonMode.SPIN, DaemonSettings.load(null, flags).mode());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "mode = turbo|mode=turbo|one of spin, hybrid, park, eco",
        "mode =|mode=|one of spin",
        "guard.max = 11ms|guard.max=11ms|a duration from 0ns to 10ms",
        "guard.max = 10|guard.max=10|a duration",
        "guard.min = -1us|guard.min=-1us|a duration",
        "guard.share = 1.01|guard.share=1.01|a number from 0 to 1",
        "guard.share = NaN|guard.share=NaN|a number from 0 to 1",
        "eco.slack = 61s|eco.slack=61s|0ns to 1m0s",
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
        "speed = 3|speed=3|known are mode, guard.min",
        "Mode = spin|Mode=spin|known are mode",
        "= 3|=3|known are",
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
        Map<DaemonSetting, String> flags = Map.of(DaemonSetting.IDLE_CPUS, "1");
        String message =
                assertThrows(IllegalArgumentException.class, () -> DaemonSettings.load(null, flags)).getMessage();
        assertTrue(message.endsWith("idle.cpus=1 idle.latency=off"), message);
    }

    @Test
    void shouldRefuseGuardsThatContradictEachOther() {
        BusException e = assertThrows(BusException.class, () ->
                load(List.of("guard.min=151us"), Map.of()));
        assertTrue(e.getMessage().contains("guard.min=151us guard.max=150us"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> DaemonSettings.defaults().withGuard(2, 1, 0.1));
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
        assertEquals(DaemonMode.PARK, DaemonSettings.load(file, Map.of()).mode());
        Files.writeString(file, "mode\u200b = park\n");
        BusException e = assertThrows(BusException.class, () -> DaemonSettings.load(file, Map.of()));
        assertTrue(e.getMessage().contains("mode\\u200b=park"), e.getMessage());
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
        assertThrows(IllegalArgumentException.class, () -> DaemonSettings.defaults().withFireLimit(0));
        assertThrows(IllegalArgumentException.class, () -> DaemonSettings.defaults().withMode(null));
        assertThrows(IllegalArgumentException.class, () -> DaemonSettings.defaults().withLogLevel(Level.ALL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "\n\n"})
    void shouldReadAFileThatSaysNothing(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("empty"), text);
        assertEquals(DaemonSettings.defaults(), DaemonSettings.load(file, Map.of()));
    }

    @Test
    void shouldReadBackWhatItWrites() throws IOException {
        DaemonSettings settings =
                DaemonSettings.defaults().withMode(DaemonMode.PARK).withGuard(0, 0, 0).withMaxClients(3);
        List<String> lines = Stream.of(DaemonSetting.values())
                .map(setting -> setting.key() + "=" + settings.text(setting)).collect(Collectors.toList());
        assertEquals(settings, load(lines, Map.of()));
    }

    @Test
    void shouldKeepWhatOnlyARestartChanges() {
        DaemonSettings running = DaemonSettings.defaults().withGraceNs(5);
        DaemonSettings wanted = DaemonSettings.defaults().withGraceNs(7).withMode(DaemonMode.SPIN).withCommandLimit(9);
        DaemonSettings reloaded = running.reloaded(wanted);
        assertEquals(5, reloaded.graceNs());
        assertEquals(DaemonMode.SPIN, reloaded.mode());
        assertEquals(9, reloaded.commandLimit());
        assertEquals(List.of(DaemonSetting.GRACE), reloaded.differences(wanted));
        assertEquals(List.of(DaemonSetting.MODE, DaemonSetting.COMMAND_LIMIT, DaemonSetting.GRACE),
                running.differences(wanted));
        assertNotEquals(running, wanted);
    }

    @Test
    void shouldSayWhatEachSettingIs() {
        Set<DaemonSetting> forRestart =
                Set.of(DaemonSetting.GRACE, DaemonSetting.IDLE_LATENCY, DaemonSetting.IDLE_CPUS);
        for (DaemonSetting setting : DaemonSetting.values()) {
            assertSame(setting, DaemonSetting.of(setting.key()));
            assertFalse(setting.allowed().isEmpty());
            assertFalse(setting.description().isEmpty());
            assertEquals(DaemonSettings.defaults().text(setting), setting.defaultText());
            assertEquals(!forRestart.contains(setting), setting.isReloadable(), setting.key());
        }
        assertNull(DaemonSetting.of("modes"));
        assertEquals(List.of("--mode", "--guard-max", "--max-timers-per-client", "--user-share"),
                Stream.of(DaemonSetting.MODE, DaemonSetting.GUARD_MAX, DaemonSetting.QUOTA_TIMERS_PER_CLIENT,
                        DaemonSetting.QUOTA_USER_SHARE).map(DaemonSetting::option).toList());
    }

    private DaemonSettings load(List<String> lines, Map<DaemonSetting, String> flags) throws IOException {
        Path file = folder.resolve("daemon.properties");
        Files.write(file, lines, StandardCharsets.UTF_8);
        return DaemonSettings.load(file, flags);
    }
}
