// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ChildJvm;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A million signals at full speed to two other processes: each is either received or reported lost. */
@Timeout(180)
class FullSpeedIT {
    private static final int PUBLISHED = 1_000_000;
    private static final int BEFORE_STOP = 100_000;

    @RegisterExtension
    final TestBus bus = new TestBus();

    @Test
    void shouldAccountForEverySignalWhenOneSubscriberIsStopped() throws Exception {
        ChildJvm publisher = bus.publisher("slots=65536");
        ChildJvm bursts = bus.subscriber("waiting=bursts");
        ChildJvm stopped = bus.subscriber("waiting=park");
        bursts.send("until " + PUBLISHED);
        stopped.send("until " + PUBLISHED);

        publisher.order("publish " + BEFORE_STOP);
        stopped.stop();
        publisher.order("publish " + (PUBLISHED - BEFORE_STOP));
        TimeUnit.SECONDS.sleep(1); // the stop must last a while; no check depends on how long
        stopped.resume();

        String ofBursts = bursts.expect("REACHED");
        String ofStopped = stopped.expect("REACHED");
        assertAllAccountedFor(ofBursts);
        assertAllAccountedFor(ofStopped);
        assertTrue(ChildJvm.number(ofStopped, "lost") > 0, ofStopped);
        bursts.quit();
        stopped.quit();
        publisher.quit();
    }

    private static void assertAllAccountedFor(String report) {
        System.out.println(report);
        assertEquals(0, ChildJvm.number(report, "first"));
        assertEquals(PUBLISHED, ChildJvm.number(report, "next"));
        assertEquals(PUBLISHED, ChildJvm.number(report, "received") + ChildJvm.number(report, "lost"));
    }
}
