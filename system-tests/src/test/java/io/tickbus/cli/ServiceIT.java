// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.posix.PosixSignal;
import io.tickbus.posix.PosixSignals;
import io.tickbus.testkit.ChildJvm;
import io.tickbus.testkit.NotifySocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code tickbus daemon} as a service manager sees it. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class ServiceIT {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    @TempDir
    private Path folder;

    @Test
    void shouldTellServiceManagerWhatItDoes() throws Exception {
        Path settings = Files.writeString(folder.resolve("bus.properties"), "mode = park\n");
        String address = folder.resolve("notify").toString();
        try (NotifySocket manager = NotifySocket.bind(address);
                ChildJvm daemon = Cli.start(folder, Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "1000000"),
                        "daemon", "--dir", folder, "--bus", "md", "--settings", settings)) {
            String ready = manager.await("READY=1");
            assertTrue(ready.endsWith("STATUS=Serving 0 clients, 0 timers pending"), ready);
            assertServed();
            manager.await("WATCHDOG=1");
            reload(daemon, manager, settings);
            daemon.terminate();
            manager.await("STOPPING=1");
            assertEquals(0, daemon.exitCode(), daemon::transcript);
        }
    }

    private static void reload(ChildJvm daemon, NotifySocket manager, Path settings) throws Exception {
        try (SighupHandler inherited = SighupHandler.listen(() -> { })) {
            if (!inherited.isListening()) {
                // As children of a build that was started by nohup.
                return;
            }
        }
        Files.writeString(settings, "mode = eco\n");
        PosixSignals.kill(daemon.pid(), PosixSignal.SIGHUP);
        manager.await("RELOADING=1");
        manager.await("STATUS=Settings reloaded");
        Files.writeString(settings, "mode = sideways\n");
        PosixSignals.kill(daemon.pid(), PosixSignal.SIGHUP);
        manager.await("STATUS=New settings refused, see the log; the former ones are in force");
    }

    private void assertServed() {
        TimerClientOptions options = TimerClientOptions.defaults().withConnectTimeoutNs(TIMEOUT_NS);
        try (TimerClient client = TimerClient.connect(BusDirectory.at(folder, "md"), options)) {
            TimerCommand command = new TimerCommand().arm(1, 42, System.nanoTime() + TIMEOUT_NS);
            assertEquals(ReplyCode.ARMED, client.call(command, TIMEOUT_NS).code());
        }
    }

    @Test
    void shouldSayWhyAndServeWhenThereIsNoNativeCode() throws Exception {
        try (ChildJvm daemon = new ChildJvm.Builder(folder, Tickbus.class, List.of("daemon", "--dir",
                folder.toString(), "--bus", "md")).accessFlagsOfThisJvm()
                .flags("-Dtickbus.native=none").environment(Map.of("NOTIFY_SOCKET", "/run/nobody")).start()) {
            daemon.expect("ready");
            assertServed();
            String why = "why=\"Java has no Unix datagram sockets, and there is no native code\"";
            while (!daemon.errors().contains(why)) {
                assertTrue(daemon.isAlive() && !Thread.interrupted(), daemon::transcript);
                Thread.onSpinWait();
            }
        }
    }
}
