// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Daemon and clients in processes of their own: each timer fires once, none early, none cancelled, none lost. */
@Timeout(120)
class TimerServiceIT {
    private static final int TIMERS = 3_000;

    @RegisterExtension
    final TestBus bus = new TestBus();

    @ParameterizedTest
    @ValueSource(strings = {"hybrid", "park", "eco", "spin"})
    void shouldFireEachTimerOnceWhenArmedCancelledAndRearmed(String mode) {
        ChildJvm daemon = bus.daemon("mode=" + mode);
        ChildJvm client = bus.timerClient();
        assertFires(client, fire(client, TIMERS));
        client.quit();
        daemon.quit();
    }

    @Test
    void shouldServeManyClientsAtOnce() {
        ChildJvm daemon = bus.daemon("mode=hybrid");
        List<ChildJvm> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(bus.timerClient("waiting=park"));
        }
        SplittableRandom random = seeded();
        clients.forEach(client -> client.send("fire " + TIMERS + " " + random.nextLong()));
        clients.forEach(client -> assertFires(client, client.expect("DONE fire")));
        clients.forEach(ChildJvm::quit);
        daemon.quit();
    }

    @Test
    void shouldChangeModeWhileTimersRun() {
        ChildJvm daemon = bus.daemon("mode=park");
        ChildJvm client = bus.timerClient();
        for (String mode : List.of("hybrid", "eco", "spin", "park")) {
            daemon.order("mode " + mode);
            assertFires(client, fire(client, TIMERS / 4));
        }
        client.quit();
        daemon.quit();
    }

    private static String fire(ChildJvm client, int count) {
        return client.ask("fire " + count + " " + seeded().nextLong(), "DONE fire");
    }

    private static SplittableRandom seeded() {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        return new SplittableRandom(seed);
    }

    private static void assertFires(ChildJvm client, String report) {
        System.out.println(report);
        assertEquals(0, ChildJvm.number(report, "left"), client::transcript);
        assertEquals(ChildJvm.number(report, "sent"), ChildJvm.number(report, "replies"), client::transcript);
        assertEquals(0, ChildJvm.number(report, "lost"), client::transcript);
        assertTrue(report.endsWith("fault=none"), client::transcript);
    }
}
