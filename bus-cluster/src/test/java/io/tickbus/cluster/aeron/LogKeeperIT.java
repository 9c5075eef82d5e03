// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentSpec;
import io.tickbus.core.BusDirectory;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.TimerDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A member that deletes what it has a snapshot of, and comes back. */
@Timeout(240)
@EnabledOnOs(OS.LINUX)
class LogKeeperIT {
    private static final long FAR_NS = TimeUnit.DAYS.toNanos(1);
    private static final int KEYS = 1_000;
    private static final int MAX_UNANSWERED = 64;

    @TempDir
    private Path folder;
    private final List<String> members = List.of("localhost:" + (21_000 + new SplittableRandom().nextInt(800) * 10));

    private ClusterMember start() {
        return ClusterMember.start(MemberOptions.of(0, members, folder.resolve("member"), bus(), "host")
                .withSnapshotBytes(MemberOptions.SEGMENT_LENGTH));
    }

    private BusDirectory bus() {
        return BusDirectory.at(folder, "sole");
    }

    /** The first file of the log, which is the first recording. */
    private boolean hasFirstFile() {
        return Files.exists(folder.resolve("member").resolve("archive").resolve("0-0.rec"));
    }

    private static void await(String what, ClusterTimers timers, BooleanSupplier condition) {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(100);
        while (!condition.getAsBoolean()) {
            timers.poll();
            LockSupport.parkNanos(100_000);
            assertTrue(System.nanoTime() < untilNs, () -> "not within 100 s: " + what);
        }
    }

    @Test
    void shouldComeBackFromSnapshotWhenLogIsDeleted() {
        try (TimerDaemon daemon = TimerDaemon.open(DaemonContext.of(bus()).log(DaemonLog.toStream(System.err)))
                .start()) {
            assertTrue(daemon.isRunning());
            int generation = 0;
            try (ClusterMember member = start();
                    ClusterTimers timers = ClusterTimers.connect(members, "it").timeout(FAR_NS)) {
                await("the first recording", timers, this::hasFirstFile);
                long dueNs = System.currentTimeMillis() * 1_000_000 + FAR_NS;
                while (hasFirstFile() && member.position() < 12L * MemberOptions.SEGMENT_LENGTH) {
                    generation++;
                    for (int key = 0; key < KEYS; key++) {
                        timers.add(IntentSpec.everywhere(key, 7, dueNs).withGeneration(generation));
                    }
                    timers.flush();
                    await("replies", timers, () -> timers.unanswered() < MAX_UNANSWERED);
                }
                await("replies", timers, () -> timers.unanswered() == 0);
                await("the deletion", timers, () -> !hasFirstFile());
                assertTrue(member.snapshots() >= 2);
            }
            try (ClusterMember member = start();
                    ClusterTimers timers = ClusterTimers.connect(members, "it").timeout(FAR_NS)) {
                await("the agent serves", timers, () -> member.agent().isServing());
                for (long key : new long[] {0, KEYS / 2, KEYS - 1}) {
                    Intent intent = timers.find(key);
                    assertNotNull(intent);
                    assertEquals(generation, intent.spec().generation());
                }
                timers.arm(IntentSpec.everywhere(KEYS, 7, 0));
                await("a firing", timers, () -> member.agent().firings() == 1);
            }
        }
    }
}
