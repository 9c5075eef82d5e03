// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.stat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.publisher.SignalPublisher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StatCommandTest {
    @TempDir
    private Path root;

    @Test
    void shouldSayThatThereIsNoBus() throws IOException {
        assertEquals(List.of(), CliRun.of("stat", "--dir", root, "--json").json().get("buses"));
        CliRun run = CliRun.of("stat", "--dir", root.resolve("missing"));
        assertEquals(Tickbus.DONE, run.exitCode());
        assertTrue(run.out().contains("tickbus daemon"), run.out());
    }

    @Test
    void shouldReportALivingAndAClosedBus() throws IOException {
        // However late it is run, the publisher is not stalled.
        SignalsOptions options = SignalsOptions.defaults().withHeartbeatIntervalNs(TimeUnit.MINUTES.toNanos(1));
        try (SignalPublisher publisher = SignalPublisher.open(BusDirectory.at(root, "one"), options)) {
            publisher.publish(1);
            Map<String, Object> report = CliRun.of("stat", "--dir", root, "--bus", "one", "--json").json();
            assertEquals("alive", report.get("condition"));
            assertNull(report.get("problem"));
            assertEquals(1, report.get("published"));
            assertEquals(1, report.get("epoch"));
            assertEquals(true, report.get("parking"));
            assertEquals(ProcessHandle.current().pid(), ((Number) report.get("publisherPid")).longValue());
            assertTrue(CliRun.of("stat", "--dir", root, "--bus", "one").out().contains("ALIVE"));
            assertEquals("one", CliRun.of("stat", "one", "--dir", root, "--json").json().get("bus"));
            assertEquals("one", CliRun.of("stat", "one", "--bus", "one", "--dir", root, "--json").json().get("bus"));
        }
        Map<String, Object> report = CliRun.of("stat", "--dir", root, "--bus", "one", "--json").json();
        assertEquals("closed", report.get("condition"));
    }

    @Test
    void shouldNameWhatIsWrongAndWhatToDo() throws IOException {
        SignalPublisher.open(BusDirectory.at(root, "rebooted")).close();
        overwrite(root.resolve("rebooted/signals"), SignalsLayout.BOOT_ID, 7);
        SignalPublisher.open(BusDirectory.at(root, "dead")).close();
        Path dead = root.resolve("dead/signals");
        overwrite(dead, SignalsLayout.STATE, SignalsLayout.STATE_OPEN);
        overwrite(dead, SignalsLayout.HEARTBEAT_NS, 1);
        overwrite(dead, SignalsLayout.HEARTBEAT_NS + Integer.BYTES, 0);
        Files.createDirectory(root.resolve("empty"));
        Files.createDirectory(root.resolve("noise"));
        Files.writeString(root.resolve("noise/signals"), "no signals file at all");
        Map<String, Object> report = CliRun.of("stat", "--dir", root, "--json").json();
        List<?> buses = (List<?>) report.get("buses");
        assertEquals(List.of("dead", "empty", "noise", "rebooted"),
                buses.stream().map(bus -> ((Map<?, ?>) bus).get("bus")).toList());
        assertEquals(List.of("dead", "unreadable", "unreadable", "unreadable"),
                buses.stream().map(bus -> ((Map<?, ?>) bus).get("condition")).toList());
        assertTrue(problem(buses, 0).contains("start it again"), problem(buses, 0));
        assertTrue(problem(buses, 3).contains("booted"), problem(buses, 3));
        assertTrue(CliRun.of("stat", "--dir", root).out().contains("is gone without having closed the bus"));
        assertEquals(Tickbus.FAILED, CliRun.of("stat", "--dir", root, "--bus", "noise").exitCode());
    }

    private static String problem(List<?> buses, int index) {
        return String.valueOf(((Map<?, ?>) buses.get(index)).get("problem"));
    }

    private static void overwrite(Path file, int offset, int value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).flip();
            channel.write(bytes, offset);
        }
    }
}
