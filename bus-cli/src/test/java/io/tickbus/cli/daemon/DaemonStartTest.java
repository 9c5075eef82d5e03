// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.DaemonFixture;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a daemon that cannot start says, in which order it finds out, and what it leaves behind. */
@Timeout(60)
class DaemonStartTest {
    @TempDir
    private Path root;

    private String refused(int exitCode, Object... more) {
        CliRun run = CliRun.of(Stream.concat(Stream.of("daemon", "--dir", root, "--bus", "one"), Stream.of(more))
                .toArray());
        assertEquals(exitCode, run.exitCode(), run.err());
        assertEquals("", run.out());
        return run.err();
    }

    @Test
    void shouldServeMetricsOnlyOnceItsBusIsFree() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            try (DaemonFixture other = new DaemonFixture(BusDirectory.at(root, "one"))) {
                String busy = refused(Tickbus.FAILED, "--metrics-port", port);
                assertTrue(busy.contains("pid=" + ProcessHandle.current().pid()) && !busy.contains(port), busy);
                assertEquals(0, other.counters().file().lateFirings().readAll().size());
            }
        }
    }

    @Test
    void shouldLeaveNothingWhenPortOfItsMetricsIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertTrue(refused(Tickbus.FAILED, "--metrics-port", port).contains(port));
            assertEquals(0, root.toFile().list().length);
        }
    }

    @Test
    void shouldLeaveNothingWhenItsOwnTimersAreTooMany() {
        String error = refused(Tickbus.WRONG_USAGE, "--every", "1s:1", "--every", "1s:2", "--max-timers", "1");
        assertTrue(error.contains("a timer cannot be armed: timer=1s:2 code=FULL"), error);
        assertEquals(0, root.toFile().list().length);
    }
}
