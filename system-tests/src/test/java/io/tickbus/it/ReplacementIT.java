// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tickbus.testkit.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The bus's file is replaced, or deleted and created again, under subscribers in other processes. */
@Timeout(180)
class ReplacementIT {
    private static final List<String> WAITS = List.of("spin", "park", "predictive", "poll");

    @RegisterExtension
    final TestBus bus = new TestBus();

    @Test
    void shouldFollowReplacedFileWithoutLoss() {
        ChildJvm publisher = bus.publisher("slots=1024");
        List<ChildJvm> subscribers = WAITS.stream().map(wait -> bus.subscriber("waiting=" + wait)).toList();
        int end = 0;
        for (int slots : new int[] {4096, 512, 1024, 2048}) {
            int joined = end + 1;
            publisher.order("publish 1");
            // A subscriber that sleeps through a file's whole life loses its signals: each must have read some.
            subscribers.forEach(subscriber -> subscriber.ask("until " + joined, "REACHED"));
            publisher.order("publish 399");
            end += 400;
            // Every second publisher is killed while writing a slot, the others close.
            if (slots % 1000 == 96) {
                publisher.order("inside");
                publisher.kill();
            } else {
                publisher.order("close");
            }
            ChildJvm successor = bus.startedPublisher("slots=" + slots);
            assertEquals(end, ChildJvm.number(successor.ask("open", "OPEN"), "next"));
            publisher.close();
            publisher = successor;
        }
        publisher.order("publish 400");
        end += 400;
        for (ChildJvm subscriber : subscribers) {
            String report = subscriber.ask("until " + end, "REACHED");
            assertEquals(end, ChildJvm.number(report, "received"), report);
            assertEquals(0, ChildJvm.number(report, "lost"), report);
            assertFalse(subscriber.transcript().contains("NEW-HISTORY"), subscriber::transcript);
            subscriber.quit();
        }
        publisher.quit();
    }

    @Test
    void shouldReportExactLossWhenSubscriberSleptThroughReplacements() {
        ChildJvm publisher = bus.publisher("slots=64");
        ChildJvm subscriber = bus.subscriber("waiting=park");
        publisher.order("publish 10");
        subscriber.ask("until 10", "REACHED");
        subscriber.stop();
        for (int slots : new int[] {128, 32, 256}) {
            publisher.order("publish 1000");
            publisher.kill();
            publisher = bus.publisher("slots=" + slots);
        }
        publisher.order("publish 5");
        subscriber.resume();
        String report = subscriber.ask("until 3015", "REACHED");
        assertEquals(3015, ChildJvm.number(report, "received") + ChildJvm.number(report, "lost"), report);
        subscriber.quit();
        publisher.quit();
    }

    @Test
    void shouldReportNewHistoryWhenBusIsDeletedAndRecreated() {
        ChildJvm publisher = bus.publisher();
        List<ChildJvm> subscribers = List.of(bus.subscriber("waiting=spin"), bus.subscriber("waiting=park"));
        publisher.order("publish 300");
        subscribers.forEach(subscriber -> subscriber.ask("until 300", "REACHED"));
        publisher.order("close");
        publisher.quit();
        bus.directory().delete();
        ChildJvm successor = bus.publisher("slots=256");
        successor.order("publish 20");
        for (ChildJvm subscriber : subscribers) {
            assertEquals(0, ChildJvm.number(subscriber.expect("NEW-HISTORY"), "next"));
            assertEquals(320, ChildJvm.number(subscriber.ask("until 20", "REACHED"), "received"));
            subscriber.quit();
        }
        successor.quit();
    }

    @Test
    void shouldReportNewHistoryWhenDirectoryIsDeletedUnderLivingPublisher() throws Exception {
        ChildJvm publisher = bus.publisher();
        List<ChildJvm> subscribers = List.of(bus.subscriber("waiting=spin"), bus.subscriber("waiting=park"));
        publisher.order("publish 300");
        subscribers.forEach(subscriber -> subscriber.ask("until 300", "REACHED"));
        assertEquals(0, new ProcessBuilder("rm", "-r", bus.root().toString()).inheritIO().start().waitFor());
        publisher.order("publish 300");
        subscribers.forEach(subscriber -> subscriber.ask("until 600", "REACHED"));
        ChildJvm successor = bus.publisher();
        publisher.kill();
        successor.order("publish 20");
        for (ChildJvm subscriber : subscribers) {
            subscriber.expect("NEW-HISTORY");
            assertEquals(620, ChildJvm.number(subscriber.ask("until 20", "REACHED"), "received"));
            subscriber.quit();
        }
        assertFalse(publisher.errors().contains("Exception"), publisher::errors);
        successor.quit();
    }
}
