// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.timer.Durability;
import io.tickbus.journal.JournalStore.Position;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Simulates a power failure: the daemon is killed, shared memory is empty, and the journal's file is cut at a random
 * position. Every timer that was acknowledged before that position with durability {@code disk} fires.
 */
class TornJournalIT {
    private static final int ROUNDS = Integer.getInteger("tickbus.journal.cuts", 2);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final long DELAY_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(200);

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void diskTimersSurviveACut() throws Exception {
        int cuts = 0;
        for (int round = 0; cuts < ROUNDS; round++) {
            assertTrue(round < 3 * ROUNDS, "the host is too slow: cuts=" + cuts);
            cuts += cut(folder.resolve("root" + round), folder.resolve("journal" + round)) ? 1 : 0;
        }
    }

    /** False if a timer may have fired before the kill, or another file was begun: then nothing was tested. */
    private boolean cut(Path root, Path journal) throws Exception {
        BusDirectory directory = BusDirectory.at(root, "bus");
        BitSet promised;
        Path promisedFile;
        long promisedEnd;
        long endNs;
        try (DaemonChild daemon = DaemonChild.start(root, journal);
                Load load = new Load(directory, Durability.DISK, random, DELAY_NS)) {
            endNs = System.nanoTime() + DELAY_NS;
            while (load.armed() < 2_000) {
                assertTrue(load.run(STEP_NS), "the daemon has died");
                assertFalse(Thread.interrupted(), "the daemon does not answer");
            }
            load.awaitReplies();
            promised = (BitSet) load.acknowledged().clone();
            promisedFile = lastFile(journal);
            promisedEnd = end(journal);
            // What is acknowledged is on disk: once one more is, there is something to cut.
            while (load.acknowledged().equals(promised) && System.nanoTime() < endNs) {
                assertTrue(load.run(STEP_NS), "the daemon has died");
            }
            daemon.kill();
        }
        if (System.nanoTime() > endNs || !lastFile(journal).equals(promisedFile)) {
            return false;
        }
        long end = end(journal);
        assertTrue(end > promisedEnd, "there must be something to cut");
        long at = promisedEnd + (long) (random.nextDouble() * (end - promisedEnd));
        try (RandomAccessFile file = new RandomAccessFile(lastFile(journal).toFile(), "rw")) {
            file.setLength(at);
        }
        delete(root);
        String what = "seed=" + SEED + " promised=" + promised.cardinality() + " promisedEnd=" + promisedEnd + " cut="
                + at + " end=" + end;
        try (DaemonChild daemon = DaemonChild.start(root, journal); Consumer consumer = Consumer.start(directory)) {
            long untilNs = System.nanoTime() + DELAY_NS + TimeUnit.SECONDS.toNanos(30);
            while (consumer.missing(promised) > 0 && System.nanoTime() < untilNs) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            System.out.println(what + " taken=" + consumer.taken());
            assertTrue(daemon.isAlive());
            assertTrue(promised.cardinality() > 1_000, what);
            assertEquals(0, consumer.missing(promised), what);
            assertEquals(0, consumer.early(), what);
            assertTrue(consumer.recovered() >= promised.cardinality(), what);
        }
        return true;
    }

    private static Path lastFile(Path journal) {
        JournalFolder files = new JournalFolder(journal);
        return files.file(files.files(0).reduce((first, second) -> second).orElseThrow());
    }

    /** Where the last block of the journal's last file ends. */
    private static long end(Path journal) {
        long end = 0;
        try (BlockReader reader = new BlockReader(new JournalFolder(journal), null, (where, bytes, length, why) -> {
            throw new AssertionError("unreadable: " + where + " " + why);
        }, false)) {
            while (reader.next()) {
                Position position = reader.position();
                end = position.offset() + Integer.BYTES + reader.block().length();
            }
        }
        return end;
    }

    private static void delete(Path path) throws Exception {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
