// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.cluster.client.AeronCluster;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.TimerDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What clients can do to a member, and other users of its machine. */
@Timeout(240)
@EnabledOnOs(OS.LINUX)
class ClientsIT {
    private static final int CLIENTS = 25;

    @TempDir
    private Path folder;
    private final List<String> members = List.of("localhost:" + (21_000 + new SplittableRandom().nextInt(800) * 10));
    private final List<AeronLogWriter> sessions = new ArrayList<>();
    private TimerDaemon daemon;
    private ClusterMember member;
    private MediaDriver driver;

    @BeforeEach
    void start() {
        BusDirectory bus = BusDirectory.at(folder, "sole");
        daemon = TimerDaemon.open(DaemonContext.of(bus).log(DaemonLog.toStream(System.err))).start();
        member = ClusterMember.start(MemberOptions.of(0, members, folder.resolve("new").resolve("member"), bus,
                "host"));
        driver = MediaDriver.launch(new MediaDriver.Context().aeronDirectoryName(AeronDirectory.make("it"))
                .dirDeleteOnShutdown(true).threadingMode(ThreadingMode.SHARED));
    }

    @AfterEach
    void close() {
        sessions.forEach(AeronLogWriter::close);
        CloseHelper.quietCloseAll(driver, member, daemon);
    }

    private AeronCluster.Context context() {
        return new AeronCluster.Context().aeronDirectoryName(driver.aeronDirectoryName())
                .ingressChannel("aeron:udp?term-length=256k").ingressEndpoints(MemberOptions.ingressEndpoints(members))
                .egressChannel("aeron:udp?term-length=64k|endpoint=localhost:0");
    }

    private static void await(String what, BooleanSupplier condition) {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(100);
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000);
            assertTrue(System.nanoTime() < untilNs, () -> "not within 100 s: " + what);
        }
    }

    @Test
    void shouldServeManyClientsWhenOneOfThemReadsNothing() {
        for (int i = 0; i < CLIENTS; i++) {
            sessions.add(new AeronLogWriter(this::context));
        }
        await("all have a session", () -> {
            sessions.forEach(AeronLogWriter::poll);
            return sessions.stream().allMatch(AeronLogWriter::isConnected);
        });
        try (ClusterTimers timers = ClusterTimers.connect(members, "it").timeout(TimeUnit.SECONDS.toNanos(60))) {
            for (int key = 0; key < IntentService.MAX_LISTED + 100; key++) {
                timers.add(IntentSpec.everywhere(key, 7, Long.MAX_VALUE / 2));
            }
            timers.flush();
            await("replies", () -> {
                timers.poll();
                return timers.unanswered() == 0;
            });
            assertEquals(IntentService.MAX_LISTED, timers.listAll(Integer.MAX_VALUE).size());
            sendTooLong(sessions.get(1));
            await("its next message is applied", () -> timers.status().owners().contains("after"));
            assertFalse(timers.status().owners().contains("too-long"));
            askAndReadNothing(sessions.get(0));
            timers.arm(IntentSpec.everywhere(1, 7, Long.MAX_VALUE / 2));
        }
        await("its session is closed", () -> {
            sessions.get(0).poll();
            return !sessions.get(0).isConnected();
        });
    }

    private static void sendTooLong(AeronLogWriter session) {
        ExpandableArrayBuffer commands = new ExpandableArrayBuffer();
        int end = 0;
        while (end <= IntentService.MAX_MESSAGE) {
            end += IntentCommands.owner(commands, end, "too-long");
        }
        int length = end;
        await("a long message is sent", () -> session.send(commands, length));
        int shortLength = IntentCommands.owner(commands, 0, "after");
        await("a short message is sent", () -> session.send(commands, shortLength));
    }

    /** Fifty times all timers: a megabyte each, of which some kilobytes find room. */
    private static void askAndReadNothing(AeronLogWriter session) {
        UnsafeBuffer query = new UnsafeBuffer(new byte[Messages.QUERY_LENGTH - Messages.BODY]);
        query.putInt(0, Messages.ALL_OWNERS);
        query.putInt(Messages.QUERY_LIMIT - Messages.BODY, Integer.MAX_VALUE, Messages.LITTLE);
        for (int i = 1; i <= 50; i++) {
            long correlation = i;
            await("a query is sent", () -> session.send(correlation, Messages.QUERY, query, query.capacity()));
        }
    }

    @Test
    void shouldLetNobodyElseReadItsFiles() throws IOException {
        await("it serves", () -> member.agent().isServing());
        Path own = folder.resolve("new");
        Path aeron = Path.of(AeronDirectory.make("it")).getParent();
        List<Path> private700 = List.of(own, own.resolve("member"), own.resolve("member").resolve("archive"),
                own.resolve("member").resolve("cluster"), aeron);
        for (Path each : private700) {
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(each)),
                    each::toString);
        }
        assertEquals("rw-------", PosixFilePermissions.toString(
                Files.getPosixFilePermissions(own.resolve("member").resolve("fired"))));
        driver.close();
        member.close();
        try (Stream<Path> left = Files.list(aeron)) {
            assertEquals(List.of("lock"), left.map(path -> path.getFileName().toString()).toList());
        }
    }
}
