// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.ClientFile;
import io.tickbus.core.internal.file.ClientIdentity;
import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.file.Session;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.core.timer.TimerScope;
import io.tickbus.publisher.SignalPublisher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of commands with a scope when time passes and clients go; the test decides both. */
class ClusterGatewayTest {
    private static final int SLOTS = 1024;
    private static final long SIGNAL_SEQUENCE = 77;

    @TempDir
    private Path root;
    private final DaemonCounters counters = DaemonCounters.inMemory();
    private final ClusterGateway gateway = new ClusterGateway(counters);
    private final TimerCommand command = new TimerCommand();
    private final long[] readSoFar = new long[3];
    private SignalPublisher publisher;
    private RepliesFile replies;
    private ServedClient client;
    private ServedClient agent;

    @BeforeEach
    void openBus() {
        publisher = SignalPublisher.openWithoutThread(BusDirectory.at(root, "bus"),
                SignalsOptions.defaults().withSlotCount(64));
        replies = RepliesFile.create(BusDirectory.at(root, "bus"), publisher.bus().signals().header(), 3, SLOTS, null);
        client = connect(0, "app", 64);
        agent = connect(1, "", 64);
    }

    private ServedClient connect(int index, String name, int slots) {
        ServedClient served = new ServedClient(index, new ClientIdentity(UUID.randomUUID(), replies.historyId(),
                replies.epoch(), 1, name, slots), ClientFile.inMemory(64), replies.session(index), 64);
        served.user(0, true);
        served.connect(index + 1);
        return served;
    }

    @AfterEach
    void closeBus() {
        publisher.close();
    }

    private ReplyReason arm(long key, long nowNs) {
        return gateway.take(client, command.arm(key, 5, nowNs).scope(TimerScope.ONCE), key, SIGNAL_SEQUENCE, nowNs);
    }

    private ReplyReason begin(ServedClient served) {
        return gateway.take(served, command.reset(CommandLayout.TYPE_GATEWAY, CommandLayout.GATEWAY_KEY), 0, 0, 0);
    }

    private void result(long number, ReplyCode code) {
        gateway.take(agent, command.result(number, code, ReplyReason.NONE, 9, 8, 7), 0, 0, 0);
    }

    /** The replies of a session that were not read yet. */
    private List<TimerReply> read(int index) {
        Session session = replies.session(index);
        List<TimerReply> found = new ArrayList<>();
        TimerReply reply = new TimerReply();
        while (session.ring().read(readSoFar[index], reply.fields()) == SlotRing.COMMITTED) {
            found.add(reply);
            reply = new TimerReply();
            readSoFar[index]++;
        }
        return found;
    }

    private static List<ReplyCode> codes(List<TimerReply> found) {
        return found.stream().map(TimerReply::code).toList();
    }

    @Test
    void shouldBeUncertainOfEverythingThatWaitsWhenOneWaitsTooLong() {
        assertEquals(ReplyReason.NONE, begin(agent));
        assertEquals(ReplyReason.NONE, arm(0, 0));
        arm(1, ClusterGateway.TIMEOUT_NS);
        gateway.poll(ClusterGateway.TIMEOUT_NS);
        List<TimerReply> handed = read(1);
        assertEquals(List.of(ReplyCode.FORWARDED_NAME, ReplyCode.FORWARDED_NAME, ReplyCode.FORWARDED,
                ReplyCode.FORWARDED_REST, ReplyCode.FORWARDED, ReplyCode.FORWARDED_REST), codes(handed));
        assertEquals(List.of(), read(0));
        gateway.poll(ClusterGateway.TIMEOUT_NS + 1);
        List<TimerReply> told = read(0);
        assertEquals(List.of(ReplyCode.UNCERTAIN, ReplyCode.UNCERTAIN), codes(told));
        assertEquals(1, told.get(1).commandSequence());
        result(1, ReplyCode.ARMED);
        result(2, ReplyCode.ARMED);
        assertEquals(List.of(), read(0), "each is answered once");
        arm(2, ClusterGateway.TIMEOUT_NS + 1);
        gateway.poll(ClusterGateway.TIMEOUT_NS + 1);
        List<TimerReply> next = read(1);
        assertEquals(List.of(ReplyCode.FORWARDED, ReplyCode.FORWARDED_REST), codes(next));
        assertNotEquals(handed.get(2).detail(), next.get(0).detail(), "another series");
        assertEquals(3, next.get(0).signalSequence());
        assertEquals(1, next.get(1).deadlineNs(), "the first of its series");
        result(3, ReplyCode.ARMED);
        TimerReply armed = read(0).get(0);
        assertEquals(List.of(2L, SIGNAL_SEQUENCE, 8L, 7L, 9L), List.of(armed.commandSequence(),
                armed.signalSequence(), armed.deadlineNs(), armed.detail(), (long) armed.owner()));
    }

    @Test
    void shouldHandOverNoMoreThanTheGatewayHasRoomFor() {
        begin(agent);
        int count = 0;
        while (arm(count, 0) == ReplyReason.NONE) {
            count++;
        }
        assertEquals(ReplyReason.CLUSTER_FULL, arm(count, 0));
        int handed = 0;
        while (handed < count) {
            gateway.poll(0);
            List<TimerReply> found = read(1);
            long last = found.get(found.size() - 2).signalSequence();
            assertEquals(0, found.get(0).code() == ReplyCode.FORWARDED_NAME ? handed : 0);
            handed += (int) found.stream().filter(reply -> reply.code() == ReplyCode.FORWARDED).count();
            assertEquals(handed, last);
            gateway.poll(0);
            assertEquals(List.of(), read(1), "it has not confirmed those before");
            result(last, ReplyCode.SUBMITTED);
        }
    }

    @Test
    void shouldAnswerNobodyWhenTheClientHasGone() {
        begin(agent);
        arm(0, 0);
        client.startClosing(ReplyReason.CLOSED);
        client.close();
        gateway.poll(0);
        assertEquals("app", read(1).get(0).namePart());
        result(1, ReplyCode.ARMED);
        assertEquals(List.of(), read(0));
        assertEquals(ReplyReason.NOT_SHARED, begin(connect(2, "other", 0)), "perhaps of another user");
    }

    @Test
    void shouldCountCommandsWhenClusterIsSilent() {
        begin(agent);
        arm(1, 0);
        arm(2, 0);
        gateway.poll(0);
        assertEquals(2, counters.value(DaemonCounter.CLUSTER_WAITING));
        result(1, ReplyCode.ARMED);
        assertEquals(1, counters.value(DaemonCounter.CLUSTER_WAITING));
        assertEquals(0, counters.value(DaemonCounter.CLUSTER_UNCERTAIN));
        gateway.poll(ClusterGateway.TIMEOUT_NS + 1);
        assertEquals(0, counters.value(DaemonCounter.CLUSTER_WAITING));
        assertEquals(1, counters.value(DaemonCounter.CLUSTER_UNCERTAIN));
    }
}
