// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.core.internal.file.ControlMessage;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A daemon out of file descriptors logs it once and keeps its timers; clients wait until it can serve them. */
@Timeout(120)
class OpenFilesIT {
    private static final int LIMIT = 100;
    private static final int MAX_LOGGED = 4;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    @RegisterExtension
    final TestBus bus = new TestBus();

    @Test
    void shouldLogOnceAndServeAgainWhenThereAreDescriptors() throws Exception {
        assumeTrue(canRun("prlimit", "--version"), "skipped: no prlimit");
        ChildJvm daemon = bus.start(bus.jvm(DaemonMain.class, "maxClients=200")
                .under(List.of("prlimit", "--nofile=" + LIMIT)));
        daemon.expect("READY");
        try (TimerClient honest = bus.connect();
                SignalSubscriber signals = SignalSubscriber.attach(bus.directory())) {
            honest.call(new TimerCommand().arm(7, 1, System.nanoTime()).periodNs(1_000_000), TIMEOUT_NS);
            List<HostilePeer> peers = new ArrayList<>();
            for (int i = 0; i < LIMIT; i++) {
                HostilePeer peer = new HostilePeer(bus.directory(), 0);
                peer.socket.write(ControlMessage.hello(peer.identity));
                peers.add(peer);
            }
            awaitFirings(signals, 400);
            // Once, and again if a file that the JVM itself closes makes room for a moment; not at each attempt.
            assertTrue(count(daemon, "accept-failed") <= MAX_LOGGED, daemon::transcript);
            for (HostilePeer peer : peers) {
                peer.close();
            }
            bus.connect().close();
            assertTrue(count(daemon, "accepting-again") > 0, daemon::transcript);
            awaitFirings(signals, 100);
            assertEquals(0, signals.lost());
        }
        daemon.quit();
    }

    private static void awaitFirings(SignalSubscriber signals, int count) {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        long received = 0;
        while (received < count) {
            assertTrue(System.nanoTime() < giveUpNs, "received=" + received);
            received += signals.await(signal -> { }, 256, TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** Waits, as the log has a thread of its own. */
    private static long count(ChildJvm daemon, String event) throws InterruptedException {
        long giveUpNs = System.nanoTime() + TIMEOUT_NS;
        long found = 0;
        while (found == 0 && System.nanoTime() < giveUpNs) {
            TimeUnit.MILLISECONDS.sleep(10);
            found = daemon.transcript().lines().filter(line -> line.contains(event)).count();
        }
        return found;
    }

    private static boolean canRun(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
