// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.ArmedTimer;
import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients killed repeatedly at random points: persistent timers stay, the others end, and nothing leaks. */
@Timeout(400)
class KilledClientIT {
    private static final int KILLS = Integer.getInteger("tickbus.kills", 40);
    private static final int LONGEST_LIFE_NS = 30_000_000;
    private static final int STARTED_AHEAD = 2;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final String NAME = "killed";

    @RegisterExtension
    final TestBus bus = new TestBus();

    @Test
    void shouldKeepOrCancelTimersAndLeakNothingWhenClientsAreKilled() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        ChildJvm daemon = bus.daemon();
        Queue<ChildJvm> starting = new ArrayDeque<>();
        for (int kill = 0; kill < KILLS; kill++) {
            while (starting.size() < STARTED_AHEAD) {
                // Every second client shares an owner, so that its successors find the persistent timers.
                starting.add(bus.start(bus.jvm(TimerClientMain.class, "name=" + (kill % 2 == 0 ? NAME : ""))
                        .flags("-XX:TieredStopAtLevel=1")));
            }
            ChildJvm client = starting.remove();
            if (kill % 8 != 7) {
                client.expect("CONNECTED");
                client.send("endless " + random.nextLong());
                client.expect("BUSY");
            }
            TimeUnit.NANOSECONDS.sleep(random.nextInt(LONGEST_LIFE_NS)); // the random point of the kill
            client.kill();
        }
        starting.forEach(ChildJvm::kill);
        awaitClients(daemon, 0);
        assertNoFiles();
        cancelAll(daemon);
        daemon.quit();
    }

    /** Only persistent timers may be left; once they are cancelled, nothing remains. */
    private void cancelAll(ChildJvm daemon) {
        try (TimerClient client = bus.connect(TimerClientOptions.defaults().withName(NAME))) {
            List<ArmedTimer> kept = client.list(false, TIMEOUT_NS);
            System.out.println("kept by name: " + kept.size());
            TimerCommand command = new TimerCommand();
            for (ArmedTimer timer : kept) {
                client.call(command.cancel(timer.key()), TIMEOUT_NS);
            }
            assertEquals(List.of(), client.list(false, TIMEOUT_NS));
            awaitCounter(daemon, "TIMERS_PENDING", client.list(true, TIMEOUT_NS).size());
        }
        awaitClients(daemon, 0);
    }

    /** The ring of a client killed before its HELLO is deleted soon after the kernel has reported its end. */
    private void assertNoFiles() throws IOException {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        List<Path> left;
        do {
            try (var files = Files.list(bus.directory().clients())) {
                left = files.toList();
            }
        } while (!left.isEmpty() && System.nanoTime() < giveUpNs);
        assertEquals(List.of(), left);
    }

    private static void awaitClients(ChildJvm daemon, int count) {
        awaitCounter(daemon, "CLIENTS_CONNECTED", count);
    }

    /** Waits, as counters are written only once per heartbeat. */
    private static void awaitCounter(ChildJvm daemon, String counter, long expected) {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        long value;
        do {
            value = ChildJvm.number(counters(daemon), counter);
        } while (value != expected && System.nanoTime() < giveUpNs);
        if (value != expected) {
            daemon.dumpThreads();
        }
        assertEquals(expected, value, daemon::transcript);
        assertTrue(daemon.isAlive());
    }

    private static String counters(ChildJvm daemon) {
        return daemon.ask("counters", "COUNTERS");
    }
}
