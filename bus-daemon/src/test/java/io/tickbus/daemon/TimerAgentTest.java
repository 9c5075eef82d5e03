// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.Doorbell;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.daemon.late.CommandHistory;
import io.tickbus.daemon.late.JvmCounts;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.timer.TimerEngine;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The duty cycle under a clock that the test moves. */
@Timeout(60)
class TimerAgentTest {
    private static final long HEARTBEAT_NS = TimeUnit.HOURS.toNanos(1);
    private static final long PERIOD_NS = 1_000_000;
    private static final long GRACE_US = 500;
    private static final long ANCHOR_NS = 5_000_000_000L;

    @TempDir
    Path folder;

    private SignalPublisher publisher;
    private SignalsHeader header;
    private TimerEngine timers;
    private long nowNs = ANCHOR_NS - 1;

    @BeforeEach
    void openBus() {
        publisher = SignalPublisher.openWithoutThread(BusDirectory.at(folder.resolve("root"), "bus"),
                SignalsOptions.defaults().withSlotCount(1024).withHeartbeatIntervalNs(HEARTBEAT_NS));
        header = publisher.bus().signals().header();
        timers = EngineFixture.engine(EngineFixture.periodic(ANCHOR_NS, PERIOD_NS, 1, 2, GRACE_US));
    }

    @AfterEach
    void closeBus() {
        publisher.close();
    }

    @Test
    void shouldAnnounceNextDeadlineAfterSignals() {
        List<Long> announcedAtFiring = new ArrayList<>();
        TimerAgent agent = agent(CommandPoller.NONE, signal -> announcedAtFiring.add(header.nextDeadlineNs()));
        assertEquals(0, agent.doWork());
        assertEquals(ANCHOR_NS, header.nextDeadlineNs());
        for (int i = 0; i < 5; i++) {
            nowNs = ANCHOR_NS + i * PERIOD_NS;
            assertEquals(1, agent.doWork());
            assertEquals(ANCHOR_NS + (i + 1) * PERIOD_NS, header.nextDeadlineNs());
            assertEquals(ANCHOR_NS + i * PERIOD_NS, announcedAtFiring.get(i), "announced before its signal");
        }
    }

    @Test
    void shouldCountACycleAsBacklogOnlyWhenSomeAreLeft() {
        timers.arm(3, 1, ANCHOR_NS);
        TimerAgent agent = agent();
        agent.fireLimit(2);
        nowNs = ANCHOR_NS;
        assertEquals(3, agent.doWork(), "two firings, and what one of them left to do");
        assertEquals(0, agent.backlogCycles(), "both that were due have fired");
        timers.arm(4, 1, ANCHOR_NS);
        agent.fireLimit(1);
        nowNs = ANCHOR_NS + PERIOD_NS;
        agent.doWork();
        assertEquals(1, agent.backlogCycles());
    }

    @Test
    void shouldFireNoMoreThanLimitAndAllInOrder() {
        int count = 1_000;
        for (int key = 0; key < count; key++) {
            timers.arm(key, 1, ANCHOR_NS - 1);
        }
        TimerAgent agent = agent();
        for (int limit : new int[] {1, 2, 3, 50, 256, 999}) {
            long before = publisher.nextSequence();
            agent.fireLimit(limit);
            agent.doWork();
            assertEquals(Math.min(count, before + limit), publisher.nextSequence());
        }
        SignalRecord signal = new SignalRecord();
        for (int key = 0; key < count; key++) {
            assertEquals(SlotRing.COMMITTED, publisher.bus().signals().ring().read(key, signal.fields()));
            assertEquals(key, signal.key());
        }
    }

    /** A row is taken out of the timers before the first of it is published. */
    @Test
    void shouldTakeLongRowsAtOnceWhereLastCycleLeftSome() {
        List<Integer> rows = new ArrayList<>();
        int[] pending = {0};
        TimerAgent agent = agent(CommandPoller.NONE, signal -> {
            if (timers.pending() != pending[0]) {
                rows.add(pending[0] - timers.pending());
                pending[0] = timers.pending();
            }
        });
        armHerd(700, pending);
        assertRows(agent, rows, 1, 2, 4, 8, 16, 32, 64, 64, 64, 1);
        assertRows(agent, rows, 64, 64, 64, 64);
        assertRows(agent, rows, 64, 64, 60);
        assertEquals(2, agent.backlogCycles());
        armHerd(10, pending);
        assertRows(agent, rows, 1, 2, 4, 3);
        assertEquals(710, publisher.nextSequence());
    }

    private void armHerd(int count, int[] pending) {
        for (int key = 0; key < count; key++) {
            timers.arm(100 + key, 1, ANCHOR_NS - 1);
        }
        pending[0] = timers.pending();
    }

    private static void assertRows(TimerAgent agent, List<Integer> rows, Integer... expected) {
        rows.clear();
        agent.doWork();
        assertEquals(List.of(expected), rows);
    }

    /** The rest of a paused timer counts from when its command was read, or it would be early. */
    @Test
    void shouldReadClockAfterCommandsWhereThereAreSome() {
        List<Long> executedAtNs = new ArrayList<>();
        int[] staged = {0};
        CommandPoller commands = new CommandPoller() {
            @Override
            public int stage() {
                nowNs += 10;
                return staged[0];
            }

            @Override
            public void execute(long atNs) {
                executedAtNs.add(atNs);
            }
        };
        TimerAgent agent = agent(commands, FiringListener.NONE);
        nowNs = ANCHOR_NS - 1_000;
        agent.doWork();
        staged[0] = 1;
        agent.doWork();
        assertEquals(List.of(ANCHOR_NS - 1_000, ANCHOR_NS - 980), executedAtNs);
        assertEquals(ANCHOR_NS - 990, agent.startNs());
    }

    /** A deadline that passes while commands are read: its cancel may have been sent after its ring was read. */
    @Test
    void shouldFireOnlyWhatWasDueBeforeCommandsWereRead() {
        CommandPoller commands = new CommandPoller() {
            @Override
            public int stage() {
                nowNs = Math.max(nowNs, ANCHOR_NS);
                return 1;
            }
        };
        TimerAgent agent = agent(commands, FiringListener.NONE);
        nowNs = ANCHOR_NS - 1;
        agent.doWork();
        assertEquals(0, publisher.nextSequence());
        agent.doWork();
        assertEquals(1, publisher.nextSequence());
    }

    /** The fault may have struck between a signal and the check for sleepers. */
    @Test
    void shouldWakeSleepersAfterRepair() {
        TimerAgent agent = agent();
        int before = header.wakeWord();
        Doorbell.attach(BusDirectory.at(folder.resolve("root"), "bus")).announceParked();
        agent.repair();
        assertEquals(before + 1, header.wakeWord());
    }

    @Test
    void shouldBeatWhenIntervalIsOver() {
        TimerAgent agent = agent();
        agent.doWork();
        assertEquals(nowNs, header.heartbeatNs());
        assertEquals(nowNs + HEARTBEAT_NS, agent.latestNextNs());
        long firstNs = nowNs;
        nowNs += HEARTBEAT_NS - 1;
        agent.doWork();
        assertEquals(firstNs, header.heartbeatNs());
        nowNs++;
        agent.doWork();
        assertEquals(nowNs, header.heartbeatNs());
    }

    /** A period of 10 minutes would allow 75 s of slack. */
    @Test
    void shouldBeatWithFiringWhenItMayBeLateAndHalfOfIntervalIsOver() {
        long slackNs = TimeUnit.SECONDS.toNanos(50);
        long periodNs = TimeUnit.MINUTES.toNanos(10);
        timers = EngineFixture.engine(EngineFixture.periodic(ANCHOR_NS, periodNs, 1, 2, GRACE_US));
        timers.ecoSlackNs(slackNs);
        TimerAgent agent = agent();
        agent.doWork();
        long firstNs = nowNs;
        nowNs = ANCHOR_NS + periodNs;
        assertTrue(agent.doWork() > 0);
        assertEquals(firstNs, header.heartbeatNs(), "it joins from half of the interval on");
        nowNs = firstNs + HEARTBEAT_NS / 2 + 2;
        assertTrue(agent.doWork() > 0);
        assertEquals(nowNs, header.heartbeatNs());
        timers.ecoSlackNs(0);
        long secondNs = nowNs;
        nowNs = secondNs + HEARTBEAT_NS / 2 + periodNs;
        assertTrue(agent.doWork() > 0);
        assertEquals(secondNs, header.heartbeatNs(), "a timer that may not be late is not delayed by a heartbeat");
    }

    @Test
    void shouldAllocateNothingWhenFiring() {
        TimerAgent agent = agent();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int steps = 1_000_000;
        for (int i = 0; i < 300_000; i++) {
            nowNs += PERIOD_NS;
            agent.doWork();
        }
        long allocated = Long.MAX_VALUE;
        // Up to three goes, and a KiB, for what the JVM may charge to the thread when it gives up compiled code.
        for (int attempt = 0; attempt < 3 && allocated > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < steps; i++) {
                nowNs += PERIOD_NS;
                agent.doWork();
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        System.out.println("TimerAgentTest bytes per million firings: " + allocated);
        assertTrue(allocated <= 1_024, "allocated=" + allocated);
    }

    @Test
    void shouldAllocateNothingWhenThresholdAdapts() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        DaemonCounters counters = DaemonCounters.inMemory();
        LateFirings late = new LateFirings(counters, new CommandHistory());
        late.begin(() -> 0);
        late.jvm(JvmCounts.open());
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5 && allocated > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1_000; i++) {
                counters.recordLateness(1, TimeUnit.SECONDS.toNanos(1));
                nowNs += TimeUnit.SECONDS.toNanos(1);
                late.adapt(nowNs);
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        late.end();
        assertTrue(allocated <= 1_024, "allocated=" + allocated);
    }

    private TimerAgent agent() {
        return agent(CommandPoller.NONE, FiringListener.NONE);
    }

    private TimerAgent agent(CommandPoller commands, FiringListener listener) {
        DaemonCounters counters = DaemonCounters.inMemory();
        LateFirings late = new LateFirings(counters, new CommandHistory());
        late.begin(() -> 0);
        late.jvm(JvmCounts.open());
        return new TimerAgent(() -> nowNs, publisher, timers,
                new FiringPublisher(publisher, counters, late, CrashPoint.NONE, listener), late, commands);
    }
}
