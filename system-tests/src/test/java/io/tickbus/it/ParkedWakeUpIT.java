// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Subscribers that sleep in the kernel, woken from another process: every signal arrives. A lost wake-up would only
 * delay a signal by up to 50 ms, until the subscriber polls again. The stress tests look for those; this test prints
 * how many waits lasted that long.
 */
@Timeout(180)
class ParkedWakeUpIT {
    private static final int SIGNALS = 500;

    @RegisterExtension
    final TestBus bus = new TestBus();

    @Test
    void shouldWakeParkedSubscriberForEachRareSignal() {
        assertAllArrive("park", "paced");
    }

    @Test
    void shouldWakePredictiveSubscriberForEarlyAndUnannouncedSignals() {
        assertAllArrive("predictive", "predicted");
    }

    @Test
    void shouldWakePredictiveSubscriberForSignalsNobodyAnnounces() {
        assertAllArrive("predictive", "paced");
    }

    @Test
    void shouldWakeOthersWhenParkedSubscriberWasKilled() {
        ChildJvm publisher = bus.publisher();
        ChildJvm survivor = bus.subscriber("waiting=park");
        for (int round = 0; round < 3; round++) {
            ChildJvm killed = bus.subscriber("waiting=park");
            long next = ChildJvm.number(publisher.order("publish 10"), "next");
            killed.ask("until " + next, "REACHED");
            killed.kill();
        }
        ChildJvm killedLast = bus.subscriber("waiting=park");
        killedLast.kill();
        publisher.order("publish 70");
        assertEquals(100, ChildJvm.number(survivor.ask("until 100", "REACHED"), "received"));
        survivor.quit();
        publisher.quit();
    }

    private void assertAllArrive(String waiting, String command) {
        long seed = System.nanoTime();
        System.out.println("waiting=" + waiting + " seed=" + seed);
        ChildJvm publisher = bus.publisher("slots=4096");
        ChildJvm subscriber = bus.subscriber("waiting=" + waiting);
        assertTrue(subscriber.transcript().contains("woken=true"), subscriber::transcript);
        subscriber.send("until " + SIGNALS);
        publisher.order(command + " " + SIGNALS + " " + seed);
        String report = subscriber.expect("REACHED");
        String waits = subscriber.ask("waits", "WAITS");
        System.out.println(report + " " + waits);
        // Without wake-ups every wait would last this long, until the subscriber polls again.
        assertTrue(ChildJvm.number(waits, "late") < SIGNALS / 2, waits);
        assertEquals(SIGNALS, ChildJvm.number(report, "received"), report);
        assertEquals(0, ChildJvm.number(report, "lost"), report);
        subscriber.quit();
        publisher.quit();
    }
}
