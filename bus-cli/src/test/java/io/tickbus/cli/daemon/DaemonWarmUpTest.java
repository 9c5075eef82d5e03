// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DaemonWarmUpTest {
    @TempDir
    private Path folder;

    @Test
    void shouldLetGroupPassMeanwhileAndLeaveNothing() throws Exception {
        BusDirectory bus = BusDirectory.at(folder.resolve("root"), "bus");
        String group = Files.readAttributes(folder, PosixFileAttributes.class).group().getName();
        Set<String> seen = new ConcurrentSkipListSet<>();
        Thread warmUp = new Thread(() -> DaemonWarmUp.run(bus, DaemonSettings.defaults()
                .with(DaemonSetting.BUS_GROUP, group)));
        warmUp.start();
        while (warmUp.isAlive()) {
            try {
                seen.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(bus.path())));
            } catch (IOException e) {
                // Not there yet, or not any more.
                Thread.onSpinWait();
            }
        }
        warmUp.join();
        assertTrue(seen.contains("rwxr-x---"), seen.toString());
        assertFalse(Files.exists(bus.path()));
        assertEquals(0, folder.toFile().list().length);
    }
}
