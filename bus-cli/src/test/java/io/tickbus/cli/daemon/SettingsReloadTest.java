// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.DaemonMode;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.ServiceNotifier;
import io.tickbus.daemon.TimerDaemon;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SettingsReloadTest {
    private static final Pattern LAST_LINE = Pattern.compile("settings-re(loaded|fused).*\n");

    @TempDir
    private Path root;

    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private Path file;
    private TimerDaemon daemon;
    private SettingsReload reload;

    @BeforeEach
    void start() throws IOException {
        file = Files.writeString(root.resolve("settings"), "mode = park\n");
        DaemonLog log = DaemonLog.toStream(new PrintStream(logged, true, StandardCharsets.UTF_8));
        daemon = TimerDaemon.open(DaemonContext.of(BusDirectory.at(root, "one"))
                .signals(SignalsOptions.defaults().withSlotCount(64)).settings(load()).log(log));
        reload = new SettingsReload(daemon, log, ServiceNotifier.NONE, this::load);
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private DaemonSettings load() {
        return DaemonSettings.load(file, Map.of(DaemonSetting.FIRE_LIMIT, "7"));
    }

    private String reload(String settings) throws IOException {
        Files.writeString(file, settings);
        logged.reset();
        reload.run();
        // Printed by another thread; either event is the last.
        while (!LAST_LINE.matcher(logged.toString(StandardCharsets.UTF_8)).find()) {
            Thread.onSpinWait();
        }
        return logged.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldSayWhatHasChanged() throws IOException {
        String line = reload("mode = eco\nquota.timers = 5\n");
        assertTrue(line.contains("INFO settings-reloaded mode=park->eco quota.timers=10000000->5"), line);
        assertEquals(DaemonMode.ECO, daemon.settings().value(DaemonSetting.MODE));
        assertEquals(7, daemon.settings().value(DaemonSetting.FIRE_LIMIT));
        assertTrue(reload("mode = eco\nquota.timers = 5\n").contains("settings-reloaded changed=nothing"));
    }

    @Test
    void shouldSayWhatOnlyARestartChanges() throws IOException {
        String lines = reload("mode = park\ngrace = 5ms\n");
        assertTrue(lines.contains("WARNING setting-needs-restart key=grace now=1ms wanted=5ms"), lines);
        assertEquals(1_000_000, daemon.settings().value(DaemonSetting.GRACE));
    }

    @Test
    void shouldChangeNothingAndSayWhyWhenRefused() throws IOException {
        String line = reload("mode = eco\nquota.timers = many\n");
        assertTrue(line.contains("ERROR settings-refused"), line);
        assertTrue(line.contains(file + " line 2"), line);
        assertEquals(DaemonMode.PARK, daemon.settings().value(DaemonSetting.MODE));
        assertEquals(1, daemon.counters().value(DaemonCounter.SETTINGS_ERRORS));
        Files.delete(file);
        reload.run();
        assertEquals(2, daemon.counters().value(DaemonCounter.SETTINGS_ERRORS));
    }
}
