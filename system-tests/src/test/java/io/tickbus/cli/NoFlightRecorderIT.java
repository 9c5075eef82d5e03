// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon in a runtime of few modules, without the JDK's flight recorder. */
@Timeout(60)
class NoFlightRecorderIT {
    /** Those of the runtime that the packages have, but for jdk.jfr. */
    private static final String MODULES = "java.base,java.compiler,java.logging,java.management,java.naming,java.sql,"
            + "jdk.attach,jdk.httpserver,jdk.management,jdk.net,jdk.unsupported";
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    private Path folder;

    @Test
    void shouldKeepTimersAndNoteLateOnesWhenThereIsNoFlightRecorder() throws Exception {
        try (ChildJvm daemon = new ChildJvm.Builder(folder, Tickbus.class,
                List.of("daemon", "--dir", folder.toString(), "--bus", "md", "--mode", "park"))
                .accessFlagsOfThisJvm().flags("--limit-modules", MODULES).start()) {
            assertTrue(daemon.line().startsWith("ready "), daemon::transcript);
            BusDirectory bus = BusDirectory.at(folder, "md");
            try (TimerClient client = TimerClient.connect(bus,
                    TimerClientOptions.defaults().withConnectTimeoutNs(TIMEOUT_NS))) {
                client.armAfter(1, 42, -TimeUnit.SECONDS.toNanos(1));
                CountersFile counters = CountersFile.attach(bus);
                while (counters.lateFirings().readAll().isEmpty()) {
                    assertFalse(Thread.interrupted(), daemon::transcript);
                    Thread.onSpinWait();
                }
            }
            daemon.terminate();
            assertEquals(Tickbus.DONE, daemon.exitCode(), daemon::transcript);
            assertFalse(daemon.errors().contains("watch-failed"), daemon::errors);
        }
    }
}
