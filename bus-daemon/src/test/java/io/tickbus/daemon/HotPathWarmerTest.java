// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.TimerEngine;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HotPathWarmerTest {
    private static final long DEADLINE_NS = 5_000_000_000L;

    @TempDir
    private Path root;

    private long nowNs = DEADLINE_NS - 50_000;

    private SignalPublisher publisher() {
        return SignalPublisher.openWithoutThread(BusDirectory.at(root, "bus"), SignalsOptions.defaults());
    }

    @Test
    void shouldPublishAndCountNothingThatAnybodySees() {
        DaemonCounters counters = DaemonCounters.inMemory();
        try (SignalPublisher publisher = publisher()) {
            TimerEngine timers = EngineFixture.engine(EngineFixture.periodic(DEADLINE_NS, 1_000_000, 1, 2, 500));
            FiringPublisher firings =
                    new FiringPublisher(publisher, counters, CrashPoint.NONE, FiringListener.NONE);
            TimerAgent agent = new TimerAgent(() -> nowNs, publisher, timers, firings, CommandPoller.NONE);
            for (int i = 0; i < 100; i++) {
                assertEquals(0, agent.doWork());
            }
            assertEquals(0, publisher.nextSequence());
            assertEquals(DEADLINE_NS, publisher.bus().signals().header().nextDeadlineNs());
            assertEquals(0, counters.value(DaemonCounter.FIRINGS));
            assertEquals(0, counters.file().lateness().total());
            nowNs = DEADLINE_NS;
            assertEquals(1, agent.doWork());
            assertEquals(1, publisher.nextSequence());
            assertEquals(1, counters.value(DaemonCounter.FIRINGS));
        }
    }

    @Test
    void shouldFireEachTimeAndAllocateNothing() {
        HotPathWarmer warmer = new HotPathWarmer();
        warmer.run();
        warmer.run();
        assertEquals(2, warmer.firings());
        warmer.reset();
        warmer.run();
        assertEquals(1, warmer.firings());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        // Several attempts, and a KiB, for what the JVM may charge to the thread when it gives up compiled code.
        for (int attempt = 0; attempt < 5 && allocated > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100_000; i++) {
                warmer.run();
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(allocated <= 1_024, "allocated=" + allocated);
    }
}
