// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The status that subscribers in other processes report for a publisher that is stopped, resumed, closed or killed. */
@Timeout(180)
class PublisherStatusIT {
    private static final int SLOTS = 1024;

    @RegisterExtension
    final TestBus bus = new TestBus();

    @Test
    void shouldTellStalledFromDeadAndClosed() {
        ChildJvm publisher = bus.publisher();
        List<ChildJvm> subscribers = List.of(bus.subscriber("waiting=spin"), bus.subscriber("waiting=park"),
                bus.subscriber("waiting=predictive"), bus.subscriber("waiting=poll"));
        publisher.order("publish 10");

        publisher.stop();
        subscribers.forEach(subscriber -> subscriber.expectWithout("STATUS STALLED", "STATUS DEAD"));
        publisher.resume();
        subscribers.forEach(subscriber -> subscriber.expectWithout("STATUS ALIVE", "STATUS DEAD"));
        publisher.order("publish 10");
        subscribers.forEach(subscriber -> subscriber.ask("until 20", "REACHED"));

        publisher.kill();
        subscribers.forEach(subscriber -> subscriber.expect("STATUS DEAD"));
        ChildJvm successor = bus.publisher();
        subscribers.forEach(subscriber -> subscriber.expect("STATUS ALIVE"));

        successor.order("close");
        subscribers.forEach(subscriber -> subscriber.expectWithout("STATUS CLOSED", "STATUS DEAD"));
        successor.quit();
        for (ChildJvm subscriber : subscribers) {
            assertTrue(subscriber.transcript().contains("RESTARTED epoch=2"), subscriber::transcript);
            String report = subscriber.ask("report", "REPORT");
            assertEquals(20, ChildJvm.number(report, "received"), report);
            subscriber.quit();
        }
    }

    @Test
    void shouldReportExactLossWhenSubscriberIsStopped() {
        ChildJvm publisher = bus.publisher("slots=" + SLOTS);
        for (String waiting : List.of("spin", "park", "predictive", "poll")) {
            ChildJvm subscriber = bus.subscriber("waiting=" + waiting);
            long next = ChildJvm.number(publisher.order("publish 100"), "next");
            String before = subscriber.ask("until " + next, "REACHED");
            subscriber.stop();
            long end = ChildJvm.number(publisher.order("publish " + 10 * SLOTS), "next");
            subscriber.resume();

            String after = subscriber.ask("until " + end, "REACHED");
            long received = ChildJvm.number(after, "received") - ChildJvm.number(before, "received");
            long lost = ChildJvm.number(after, "lost") - ChildJvm.number(before, "lost");
            assertEquals(10 * SLOTS, received + lost, after);
            // The publisher is done, so everything still in the ring must arrive: its last lap, except the slot that
            // the next signal might be about to overwrite.
            assertTrue(received >= SLOTS - 1 && received <= SLOTS, after);
            subscriber.quit();
        }
    }
}
