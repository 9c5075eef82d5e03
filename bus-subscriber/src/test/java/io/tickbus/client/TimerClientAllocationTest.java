// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Arming, cancelling, polling replies and judging firings allocate nothing; as {@code AllocationTest}. */
@Timeout(120)
class TimerClientAllocationTest {
    private static final int WARM_UP = 300_000;
    private static final int COUNT = 1_000_000;
    private static final long TOLERANCE_BYTES = 1_024;
    private static final int ATTEMPTS = 3;

    @TempDir
    Path folder;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final TimerCommand incoming = new TimerCommand();
    private final TimerReply outgoing = new TimerReply();
    private final SignalRecord firing = new SignalRecord();
    private long step;
    private long consumed;
    private long answers;
    private long current;

    @Test
    void shouldAllocateNothingWhenArming() {
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "bus");
        try (StandInDaemon daemon = new StandInDaemon(directory, 1024);
                TimerClient client = TimerClient.connect(
                        directory, TimerClientOptions.defaults().withTrackedKeys(2_048))) {
            ClientFile file = daemon.lastFile();
            Session session = daemon.replies.session(0);
            SlotWriter writer = session.replyWriter();
            TimerReplyHandler handler = reply -> answers++;
            TimerCommand periodic = new TimerCommand();
            long allocated = Long.MAX_VALUE;
            Runnable round = () -> {
                step++;
                assertTrue(client.arm(-step, 1, 2) >= 0);
                long number = client.send(periodic.arm(step & 1023, 1, 2).periodNs(7).payload(1, 2, 9));
                assertTrue(number >= 0);
                assertTrue(client.cancel(-step) >= 0);
                serve(file, session, writer);
                firing.key(step & 1023).owner(client.owner()).sequence(step).generation((int) number);
                current += client.isCurrent(firing) && firing.isOf(number) ? 1 : 0;
                client.pollReplies(handler, 100);
            };
            repeat(round, WARM_UP);
            for (int attempt = 0; attempt < ATTEMPTS && allocated > 0; attempt++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                repeat(round, COUNT);
                allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
            }
            System.out.println("TimerClientAllocationTest bytes per million steps: " + allocated);
            assertTrue(allocated <= TOLERANCE_BYTES, "allocated=" + allocated);
            assertEquals(3 * step, answers);
            assertEquals(step, current);
            assertEquals(0, client.rings());
        }
    }

    /** However long it takes: the kernel is not asked whether the daemon is there while that takes commands. */
    @Test
    void shouldNotAskKernelWhileDaemonTakesCommands() {
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "bus");
        try (StandInDaemon daemon = new StandInDaemon(directory, 1024);
                TimerClient client = TimerClient.connect(directory, TimerClientOptions.defaults())) {
            ClientFile file = daemon.lastFile();
            Session session = daemon.replies.session(0);
            SlotWriter writer = session.replyWriter();
            long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
            while (System.nanoTime() < untilNs) {
                assertTrue(client.arm(1, 1, 2) >= 0);
                serve(file, session, writer);
                assertEquals(1, client.pollReplies(reply -> { }, 100));
            }
            assertEquals(0, client.questions());
        }
    }

    private static void repeat(Runnable step, int count) {
        for (int i = 0; i < count; i++) {
            step.run();
        }
    }

    private void serve(ClientFile file, Session session, SlotWriter writer) {
        while (file.ring().read(consumed, incoming.fields()) == SlotRing.COMMITTED) {
            ReplyCode code = incoming.type() == 1 ? ReplyCode.ARMED : ReplyCode.CANCELLED;
            writer.write(outgoing.answer(code, ReplyReason.NONE, incoming.key()).commandSequence(consumed)
                    .signalSequence(step).fields());
            consumed++;
            session.putConsumed(consumed);
        }
    }
}
