// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.daemon.DaemonCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many pending timers and a {@code kill -9}: all are recovered. Prints how much time and memory that took.
 * {@code -Dtickbus.journal.timers=1000000}, {@code -Dtickbus.journal.arms=12000000} for the long run.
 */
class RecoveryIT {
    private static final int TIMERS = Integer.getInteger("tickbus.journal.timers", 100_000);
    /** Armings, most of which replace a timer and make the journal longer. */
    private static final int ARMS = Math.max(TIMERS, Integer.getInteger("tickbus.journal.arms", 200_000));
    private static final int PARTS = 1_000_000;

    @TempDir
    private Path folder;

    private long answered;
    private long refused;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void recoversAllTimers() throws Exception {
        Path root = folder.resolve("root");
        Path journal = folder.resolve("journal");
        BusDirectory directory = BusDirectory.at(root, "bus");
        TimerClientOptions options = TimerClientOptions.defaults().withTrackedKeys(0).withCommandSlots(1 << 12)
                .withConnectTimeoutNs(TimeUnit.SECONDS.toNanos(20));
        long steadyKib;
        try (DaemonChild daemon = DaemonChild.start(root, journal)) {
            long anchorNs = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
            // A client may have a million timers: uses as many clients as needed, each with its own name.
            for (int first = 0; first < TIMERS; first += PARTS) {
                try (TimerClient client = TimerClient.connect(directory, options.withName("part-" + first / PARTS))) {
                    arm(client, first, Math.min(TIMERS - first, PARTS), anchorNs);
                }
            }
            awaitWritten(directory);
            steadyKib = peakKib(daemon);
            daemon.kill();
        }
        long startNs = System.nanoTime();
        try (DaemonChild daemon = DaemonChild.start(root, journal)) {
            double seconds = (System.nanoTime() - startNs) / 1e9;
            long recovered = counter(directory, DaemonCounter.TIMERS_RECOVERED);
            System.out.println("recovered=" + recovered + " of " + TIMERS + " after " + ARMS + " arms, in " + seconds
                    + " s with the start of the JVM; peak before " + steadyKib + " KiB, after " + peakKib(daemon)
                    + " KiB");
            assertEquals(TIMERS, recovered);
            assertEquals(0, counter(directory, DaemonCounter.JOURNAL_UNREADABLE));
        }
    }

    private void arm(TimerClient client, int first, int count, long anchorNs) {
        TimerCommand command = new TimerCommand();
        long wanted = (long) ARMS * count / TIMERS;
        answered = 0;
        for (long sent = 0; sent < wanted; ) {
            int key = first + (int) (sent % count);
            command.arm(key, 1, anchorNs + key).durability(Durability.PROCESS);
            if (client.send(command) >= 0) {
                sent++;
            }
            poll(client);
        }
        while (answered < wanted) {
            poll(client);
        }
        assertEquals(0, refused);
    }

    private void poll(TimerClient client) {
        client.pollReplies(reply -> {
            answered++;
            refused += reply.code() == ReplyCode.ARMED ? 0 : 1;
        }, 4096);
    }

    private static long counter(BusDirectory directory, DaemonCounter counter) {
        CountersFile file = CountersFile.attach(directory);
        return file.value(file.find(counter.id()));
    }

    private static void awaitWritten(BusDirectory directory) throws InterruptedException {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (counter(directory, DaemonCounter.JOURNAL_BACKLOG) > 0 && System.nanoTime() < untilNs) {
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private static long peakKib(DaemonChild daemon) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(daemon.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmHWM:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst().orElse(0);
    }
}
