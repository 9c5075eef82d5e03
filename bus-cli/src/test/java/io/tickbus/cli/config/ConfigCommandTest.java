// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonMode;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ConfigCommandTest {
    @TempDir
    private Path root;

    private static Map<?, ?> row(Map<String, Object> shown, String key) {
        return ((List<?>) shown.get("settings")).stream().map(row -> (Map<?, ?>) row)
                .filter(row -> row.get("setting").equals(key)).findFirst().orElseThrow();
    }

    @Test
    void shouldNameEveryMistakeOfAFile() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "mode = park\ngraze = 1ms\nmode = spin\nfire.limit = 0\n");
        CliRun run = CliRun.of("config", "check", file);
        assertEquals(Tickbus.FAILED, run.exitCode());
        List<String> lines = run.err().lines().toList();
        assertEquals(3, lines.size(), run.err());
        assertTrue(lines.get(0).contains(file + " line 2: there is no setting 'graze', but 'grace'"), lines.get(0));
        assertTrue(lines.get(1).contains("line 3: mode is set in line 1 already"), lines.get(1));
        assertTrue(lines.get(2).contains("fire.limit=0"), lines.get(2));
        Map<String, Object> report = JSON.std.mapFrom(CliRun.of("config", "check", file, "--json").out());
        assertEquals(false, report.get("valid"));
        assertEquals(3, ((List<?>) report.get("problems")).size());
        Files.writeString(file, "mode = park\n");
        assertEquals(file + " is valid; it changes 1 setting", CliRun.of("config", "check", file).out().strip());
        assertEquals(Tickbus.WRONG_USAGE, CliRun.of("config", "check").exitCode());
    }

    @Test
    void shouldShowWhereTheSettingsOfAFileComeFrom() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "# mine\ncpu = 3\n");
        Map<String, Object> shown = CliRun.of("config", "show", file, "--json").json();
        assertEquals(List.of("3", file + ":2"), List.of(row(shown, "cpu").get("value"), row(shown, "cpu").get("from")));
        assertEquals("default", row(shown, "mode").get("from"));
        assertEquals(DaemonSetting.all().size(), CliRun.of("config", "show", file).out().lines().count() - 1);
        Files.writeString(file, "cpu = x\n");
        assertEquals(Tickbus.WRONG_USAGE, CliRun.of("config", "show", file).exitCode());
    }

    @Test
    void shouldShowWhatADaemonHasInForceAndWhatARestartWouldChange() throws IOException {
        BusDirectory bus = BusDirectory.at(root, "one");
        DaemonSettings settings = DaemonSettings.defaults().with(DaemonSetting.LOG_LEVEL, Level.OFF)
                .with(DaemonSetting.EVERY, DaemonSettings.load(Files.writeString(root.resolve("file"),
                        "every = 1h:7\n"), Map.of()).value(DaemonSetting.EVERY));
        try (TimerDaemon daemon = TimerDaemon.open(DaemonContext.of(bus)
                .signals(SignalsOptions.defaults().withSlotCount(64)).settings(settings))) {
            daemon.reload(settings.with(DaemonSetting.MODE, DaemonMode.ECO).with(DaemonSetting.GRACE, 5L));
            Map<String, Object> shown = CliRun.of("config", "show", "--bus", "one", "--dir", root, "--json").json();
            assertEquals(List.of("eco", "program"),
                    List.of(row(shown, "mode").get("value"), row(shown, "mode").get("from")));
            assertNull(row(shown, "mode").get("afterRestart"));
            assertEquals(List.of("1ms", "default", "5ns"), List.of(row(shown, "grace").get("value"),
                    row(shown, "grace").get("from"), row(shown, "grace").get("afterRestart")));
            assertEquals("1h:7", row(shown, "every").get("value"));
            assertTrue(CliRun.of("config", "show", "--bus", "one", "--dir", root).out().contains("AFTER RESTART"));
        }
    }

    @Test
    void shouldSayThatThereIsNoDaemon() {
        assertEquals(Tickbus.FAILED, CliRun.of("config", "show", "--dir", root).exitCode());
        try (SignalPublisher publisher = SignalPublisher.open(BusDirectory.at(root, "default"))) {
            CliRun run = CliRun.of("config", "show", "--dir", root);
            assertTrue(run.err().contains("its publisher is no daemon"), run.err() + publisher.epoch());
        }
        CliRun run = CliRun.of("config", "show", "--dir", root);
        assertEquals(Tickbus.FAILED, run.exitCode());
        assertTrue(run.err().contains("it has no daemon"), run.err());
    }

    @Test
    void shouldPrintASampleThatIsInstalledAndSetsTheDefaults() throws IOException {
        String sample = CliRun.of("config", "sample").out();
        assertEquals(Files.readString(ProjectFiles.root().resolve("deploy/systemd/tickbus.properties")), sample,
                "./tickbus config sample > deploy/systemd/tickbus.properties");
        Path file = Files.writeString(root.resolve("file"), sample.lines()
                .map(line -> line.startsWith("#") && !line.startsWith("# ") && line.length() > 1 ? line.substring(1)
                        : line).collect(Collectors.joining("\n")));
        DaemonSettings settings = DaemonSettings.load(file, Map.of());
        assertEquals(DaemonSettings.defaults(), settings);
        for (DaemonSetting<?> setting : DaemonSetting.all()) {
            assertTrue(settings.origin(setting).startsWith(file.toString()), setting.key());
        }
    }

    @Test
    void shouldPrintTheTablesOfTheDocument() throws IOException {
        String tables = CliRun.of("config", "sample", "--markdown").out();
        String document = Files.readString(ProjectFiles.root().resolve("docs/SETTINGS.md"));
        assertEquals(document.substring(document.indexOf("## Bus")).strip(), tables.strip(),
                "what './tickbus config sample --markdown' prints");
    }
}
