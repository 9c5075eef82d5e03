// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.BusFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a copy of the kernel's directory of processors, which any user may write. */
@Timeout(60)
class IdleRequestTest {
    @TempDir
    Path folder;

    private Path limit;
    private BusDirectory bus;

    @BeforeEach
    void prepare() throws IOException {
        limit = folder.resolve("cpu3/power/pm_qos_resume_latency_us");
        Files.createDirectories(limit.getParent());
        Files.writeString(limit, "100\n");
        bus = BusDirectory.at(folder.resolve("buses"), "b");
    }

    @Test
    void shouldLimitProcessorsForAsLongAsDaemonRuns() throws Exception {
        try (TimerDaemon daemon = open(0, 3)) {
            daemon.start();
            assertEquals("n/a", limit());
            assertEquals("0 us on some processors",
                    IdleRequest.describe(daemon.counters().value(DaemonCounter.IDLE_LATENCY)));
        }
        assertEquals("100", limit());
        assertFalse(Files.exists(bus.idle()));
    }

    @Test
    void shouldRestoreWhatAKilledDaemonLeftWhenStartedWithoutRequest() throws Exception {
        String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        open(null).start().close();
        Files.writeString(bus.idle(), boot + "\ncpu3 0 100\n");
        try (TimerDaemon daemon = open(null)) {
            assertEquals("0", limit());
            assertNull(IdleRequest.describe(daemon.counters().value(DaemonCounter.IDLE_LATENCY)));
        }
    }

    @Test
    void shouldNotStartWhenRequestCannotBeHonoured() throws Exception {
        String message = assertThrows(BusException.class, () -> open(5, 3, 4)).getMessage();
        assertTrue(message.endsWith("there is no such file; name processors that exist"), message);
        assertEquals("100", limit());
        assertFalse(Files.exists(bus.path()));
    }

    @Test
    void shouldAddTheTimerThreadsProcessorAndWarnOfASecondDaemon() throws Exception {
        Path ofTimerThread = folder.resolve("cpu4/power/pm_qos_resume_latency_us");
        Files.createDirectories(ofTimerThread.getParent());
        Files.writeString(ofTimerThread, "0\n");
        Files.writeString(limit, "0\n");
        DaemonSettings settings = DaemonSettings.defaults().with(DaemonSetting.IDLE_LATENCY, 0)
                .with(DaemonSetting.IDLE_CPUS, List.of(3)).with(DaemonSetting.CPU, 4);
        List<String> lines = new ArrayList<>();
        DaemonLog log = DaemonLog.to(line -> lines.add(line.text()), () -> 0, () -> 0);
        BusFiles.createIfMissing(bus);
        BusDirectory other = BusDirectory.at(folder.resolve("buses"), "other");
        BusFiles.createIfMissing(other);
        IdleRequest first = IdleRequest.make(bus, folder, settings, log);
        assertEquals("n/a", limit());
        assertEquals("n/a", Files.readString(ofTimerThread).strip());
        assertEquals(List.of(), lines);
        IdleRequest second = IdleRequest.make(other, folder, settings.with(DaemonSetting.CPU, null), log);
        assertEquals(1, lines.size());
        assertTrue(lines.get(0).startsWith("processors-limited-before cpus=[3] why="), lines.get(0));
        first.release();
        second.release();
        assertEquals("0", limit());
        assertEquals("0", Files.readString(ofTimerThread).strip());
    }

    @Test
    void shouldDescribeRequest() {
        assertNull(IdleRequest.describe(0));
        assertEquals("0 us on all processors", IdleRequest.describe(1));
        assertEquals("20 us on some processors", IdleRequest.describe((1L << 32) + 21));
    }

    private TimerDaemon open(Integer latencyUs, Integer... cpus) {
        DaemonContext context = DaemonContext.of(bus)
                .signals(SignalsOptions.defaults().withSlotCount(64))
                .settings(DaemonSettings.defaults()
                        .with(DaemonSetting.IDLE_LATENCY, latencyUs).with(DaemonSetting.IDLE_CPUS, List.of(cpus)));
        context.processors = folder;
        return TimerDaemon.open(context);
    }

    private String limit() throws IOException {
        return Files.readString(limit).strip();
    }
}
