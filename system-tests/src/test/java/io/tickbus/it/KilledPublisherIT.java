// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ChildJvm;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A publisher killed repeatedly, sometimes while writing a slot, while subscribers keep reading. */
@Timeout(400)
class KilledPublisherIT {
    private static final int KILLS = Integer.getInteger("tickbus.publisher.kills", 16);
    private static final int INSIDE_EVERY = 4;
    private static final int LONGEST_LIFE_NS = 20_000_000;
    private static final int LONGEST_OPENING_NS = 120_000_000;

    @RegisterExtension
    final TestBus bus = new TestBus();

    @Test
    void shouldKeepReadingWhenPublisherIsKilledRepeatedly() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        ChildJvm publisher = bus.publisher();
        ChildJvm predictive = bus.subscriber("waiting=predictive");
        ChildJvm parked = bus.subscriber("waiting=park");
        long next = 0;
        long epoch = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            ChildJvm successor = bus.start(bus.jvm(PublisherMain.class).flags("-XX:TieredStopAtLevel=1"));
            next = liveAndDie(publisher, random, kill % INSIDE_EVERY == 0);
            publisher = successor;
            publisher.expect("STARTED");
            if (kill % INSIDE_EVERY == 1) {
                // Killed at a random point of taking over, or a little later.
                publisher.send("open");
                TimeUnit.NANOSECONDS.sleep(random.nextInt(LONGEST_OPENING_NS));
                publisher.kill();
                publisher = bus.startedPublisher();
            }
            String opened = publisher.ask("open", "OPEN");
            assertTrue(ChildJvm.number(opened, "next") >= next, opened);
            epoch = ChildJvm.number(opened, "epoch");
        }
        assertTrue(epoch > KILLS, "epoch=" + epoch);
        long end = ChildJvm.number(publisher.order("publish 1"), "next");
        assertReadToTheEnd(predictive, end, epoch);
        assertReadToTheEnd(parked, end, epoch);
    }

    /** Returns a sequence that its successor must have reached. */
    private static long liveAndDie(ChildJvm publisher, SplittableRandom random, boolean isInside)
            throws InterruptedException {
        long next = 0;
        if (isInside) {
            publisher.order("publish " + random.nextInt(3000));
            next = ChildJvm.number(publisher.order("inside"), "next");
        } else {
            publisher.send("endless " + random.nextLong());
            TimeUnit.NANOSECONDS.sleep(random.nextInt(LONGEST_LIFE_NS)); // the random point of the kill
        }
        publisher.kill();
        return next;
    }

    private static void assertReadToTheEnd(ChildJvm subscriber, long end, long epoch) {
        String report = subscriber.ask("until " + end, "REACHED");
        System.out.println(report);
        long first = ChildJvm.number(report, "first");
        assertEquals(end, ChildJvm.number(report, "next"));
        assertEquals(end - first, ChildJvm.number(report, "received") + ChildJvm.number(report, "lost"));
        assertTrue(subscriber.transcript().contains("RESTARTED epoch=" + epoch), subscriber::transcript);
        subscriber.quit();
    }
}
