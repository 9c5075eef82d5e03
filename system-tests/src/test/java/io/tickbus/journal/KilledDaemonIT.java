// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.Durability;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a daemon with {@code kill -9} again and again while a client arms 50,000 durable timers a second: at random
 * instants, and at each step between a command's arrival and the record of its firing. Everything that was acknowledged
 * fires, nothing fires early, and nothing twice without saying that it may. {@code -Dtickbus.journal.kills=300} for the
 * long run.
 */
class KilledDaemonIT {
    private static final int KILLS = Integer.getInteger("tickbus.journal.kills", 8);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final List<String> STEPS = List.of("", "accept", "", "journal", "journalled", "", "acknowledge",
            "publish", "published", "", "write", "written");
    private static final List<String> DISK_STEPS =
            List.of("", "intend", "write", "written", "sync", "synced", "journalled", "acknowledge", "published");

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void acknowledgedProcessTimersFire() throws Exception {
        run(Durability.PROCESS, STEPS, KILLS);
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void acknowledgedDiskTimersFire() throws Exception {
        run(Durability.DISK, DISK_STEPS, KILLS / 2);
    }

    private void run(Durability durability, List<String> steps, int kills) throws Exception {
        Random random = new Random(SEED);
        Path root = folder.resolve("root");
        Path journal = folder.resolve("journal");
        BusDirectory directory = BusDirectory.at(root, "bus");
        DaemonChild daemon = start(root, journal, "", random);
        try (Consumer consumer = Consumer.start(directory); Load load = new Load(directory, durability, random)) {
            for (int kill = 0; kill < kills; kill++) {
                boolean isThere = armFor(load, TimeUnit.MILLISECONDS.toNanos(100 + random.nextInt(300)));
                if (isThere) {
                    daemon.kill();
                }
                daemon.awaitDeath();
                daemon = start(root, journal, steps.get(kill % steps.size()), random);
                if (!reconnect(load, daemon)) {
                    // It reached its step before there was any load.
                    daemon = start(root, journal, "", random);
                    assertTrue(reconnect(load, daemon), "a daemon that nobody kills must serve");
                }
            }
            armFor(load, TimeUnit.MILLISECONDS.toNanos(200));
            // The last one is killed in any case: it may not have reached its step.
            daemon.kill();
            daemon = start(root, journal, "", random);
            assertTrue(reconnect(load, daemon), "a daemon that nobody kills must serve");
            load.awaitReplies();
            awaitFirings(consumer, load.acknowledged());
            String what = "seed=" + SEED + " armed=" + load.armed() + " acknowledged="
                    + load.acknowledged().cardinality() + " taken=" + consumer.taken() + " recovered="
                    + consumer.recovered() + " duplicates=" + consumer.duplicates();
            System.out.println(durability + " " + kills + " kills: " + what);
            assertEquals(0, consumer.missing(load.acknowledged()), "acknowledged and not fired; " + what);
            assertEquals(0, consumer.early(), "fired early; " + what);
            assertEquals(0, consumer.unflagged(), "fired twice without a flag; " + what);
            assertEquals(0, consumer.lost(), "the consumer must not lose any itself; " + what);
            assertEquals(0, load.refused(), "refused; " + what);
            assertTrue(load.acknowledged().cardinality() > 10L * kills, "hardly any load; " + what);
            assertTrue(kills == 0 || consumer.recovered() > 0, "nothing was recovered; " + what);
        } finally {
            daemon.close();
        }
    }

    /** Arms for at least this long, and until 100 more are acknowledged; returns whether the daemon still runs. */
    private static boolean armFor(Load load, long durationNs) {
        int enough = load.acknowledged().cardinality() + 100;
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        boolean isThere = load.run(durationNs);
        while (isThere && load.acknowledged().cardinality() < enough && System.nanoTime() < untilNs) {
            isThere = load.run(durationNs);
        }
        return isThere;
    }

    /** Connects to a daemon, however slow; false if it has died. */
    private static boolean reconnect(Load load, DaemonChild daemon) {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!load.reconnect()) {
            if (!daemon.isAlive()) {
                return false;
            }
            assertTrue(System.nanoTime() < untilNs, "the daemon runs and does not serve");
        }
        return true;
    }

    private static DaemonChild start(Path root, Path journal, String step, Random random) throws Exception {
        boolean isOfBlock = List.of("write", "written", "sync").contains(step);
        String[] args = step.isEmpty() ? new String[0]
                : new String[] {"-D" + DaemonChild.KILL_AT + "=" + step + ":"
                        + (1 + random.nextInt(isOfBlock ? 100 : 5_000))};
        // Small snapshots, so that kills interrupt those as well.
        return DaemonChild.start(root, journal, 1 << 20, 1 << 18, List.of(args));
    }

    private static void awaitFirings(Consumer consumer, BitSet keys) throws InterruptedException {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (consumer.missing(keys) > 0 && System.nanoTime() < untilNs) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
