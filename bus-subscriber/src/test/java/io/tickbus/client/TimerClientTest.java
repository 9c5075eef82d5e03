// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import static io.tickbus.subscriber.SubscriberFixture.assertFails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client against a stand-in of the daemon, whose commands are served when the test says so. */
@Timeout(60)
class TimerClientTest {
    private static final int REPLY_SLOTS = 128;
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    Path folder;

    private final List<String> answers = new ArrayList<>();
    private BusDirectory directory;
    private StandInDaemon daemon;
    private TimerClient client;

    @BeforeEach
    void start() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
        daemon = new StandInDaemon(directory, REPLY_SLOTS);
        client = TimerClient.connect(directory, TimerClientOptions.defaults().withCommandSlots(8).withName("me"));
    }

    @AfterEach
    void stop() {
        client.close();
        daemon.close();
    }

    private int poll() {
        answers.clear();
        return client.pollReplies(reply -> answers.add(
                sequence(reply.commandSequence()) + " " + reply.key() + " " + reply.code()), Integer.MAX_VALUE);
    }

    private long number(long sequence) {
        return CommandNumbers.from(client.uuid().getLeastSignificantBits()).of(sequence);
    }

    private long sequence(long number) {
        return number - number(0);
    }

    @Test
    void shouldTellDaemonWhoItIsWhenConnected() {
        assertEquals(StandInDaemon.OWNER, client.owner());
        assertEquals("me", daemon.lastIdentity().name());
        assertEquals(client.uuid(), daemon.lastIdentity().uuid());
        assertEquals(daemon.replies.epoch(), daemon.lastIdentity().epoch());
        assertEquals(ProcessHandle.current().pid(), daemon.lastIdentity().pid());
        assertFalse(daemon.isLastClosed());
    }

    @Test
    void shouldSendCommandsInOrderWithAllTheyHold() {
        TimerCommand full = new TimerCommand().arm(9, 8, 7).periodNs(6).misfire(MisfirePolicy.FIRE_ALL, 5).graceUs(4)
                .payload(3, 2, 12).flags(CommandLayout.FLAG_KEEP_ON_DEATH);
        assertEquals(0, sequence(client.arm(1, -2, 3)));
        assertEquals(1, sequence(client.send(full)));
        assertEquals(2, sequence(client.cancel(1)));
        assertEquals(3, sequence(client.pause(9)));
        assertEquals(4, sequence(client.resume(9)));
        long before = System.nanoTime();
        assertEquals(5, sequence(client.armAfter(10, 11, 1_000)));
        long after = System.nanoTime();
        assertEquals(6, sequence(client.armAfter(10, 11, Long.MAX_VALUE)));
        assertEquals(7, daemon.serve(100));
        List<TimerCommand> received = daemon.received;
        int first = (int) number(0);
        assertEquals(new TimerCommand().arm(1, -2, 3).generation(first).toString(), received.get(0).toString());
        assertEquals(full.toString(), received.get(1).toString());
        assertEquals(CommandLayout.TYPE_CANCEL, received.get(2).type());
        assertEquals(CommandLayout.TYPE_PAUSE, received.get(3).type());
        assertEquals(CommandLayout.TYPE_RESUME, received.get(4).type());
        assertTrue(received.get(5).deadlineNs() >= before + 1_000 && received.get(5).deadlineNs() <= after + 1_000);
        assertEquals(Long.MAX_VALUE, received.get(6).deadlineNs());
        assertEquals(7, poll());
        assertEquals(List.of("0 1 ARMED", "1 9 ARMED", "2 1 CANCELLED", "3 9 PAUSED", "4 9 RESUMED", "5 10 ARMED",
                "6 10 ARMED"), answers);
        assertEquals(2, client.pendingTimers());
        assertEquals(0, client.unanswered());
    }

    @Test
    void shouldAnswerFullWhenRingIsUsedUp() {
        for (int i = 0; i < 8; i++) {
            client.arm(i, 0, 0);
        }
        assertEquals(TimerClient.FULL, client.arm(8, 0, 0));
        daemon.serve(3);
        for (int i = 8; i < 11; i++) {
            assertEquals(i, sequence(client.arm(i, 0, 0)), "there is room for the replies");
        }
        assertEquals(TimerClient.FULL, client.arm(11, 0, 0));
    }

    /** A client of the same bus, whose replies have few slots. */
    private void connectWithFewReplies(TimerClientOptions options) {
        stop();
        daemon = new StandInDaemon(directory, 8);
        client = TimerClient.connect(directory, options);
    }

    @Test
    void shouldAnswerFullWhenRepliesAreNotPolled() {
        connectWithFewReplies(TimerClientOptions.defaults());
        for (int i = 0; i < 8; i++) {
            assertEquals(i, sequence(client.arm(i, 0, 0)));
        }
        assertEquals(TimerClient.FULL, client.arm(8, 0, 0));
        assertEquals(TimerClient.FULL, client.cancel(8));
        daemon.serve(3);
        assertEquals(TimerClient.FULL, client.arm(8, 0, 0), "the replies are not polled");
        assertEquals(3, poll());
        for (int i = 8; i < 11; i++) {
            assertEquals(i, sequence(client.arm(i, 0, 0)));
        }
        assertEquals(TimerClient.FULL, client.arm(11, 0, 0));
        assertEquals(8, client.unanswered());
        assertEquals(8, daemon.serve(100));
        assertEquals(8, poll());
        assertEquals("10 10 ARMED", answers.get(7));
    }

    @Test
    void shouldPollNoMoreThanAskedWhenThereAreMore() {
        for (int i = 0; i < 5; i++) {
            client.arm(i, 0, 0);
        }
        daemon.serve(100);
        assertEquals(2, client.pollReplies(reply -> { }, 2));
        assertEquals(3, client.pollReplies(reply -> { }, 100));
        assertEquals(0, client.pollReplies(reply -> { }, 100));
    }

    @Test
    void shouldReturnOwnAnswerAndKeepOthersWhenCalling() {
        client.arm(1, 0, 0);
        client.arm(2, 0, 0);
        daemon.serveAlways();
        TimerReply answer = client.call(new TimerCommand().cancel(2), LONG_NS);
        assertEquals(ReplyCode.CANCELLED, answer.code());
        assertEquals(2, sequence(answer.commandSequence()));
        client.arm(3, 0, 0);
        answer = client.call(new TimerCommand().reset(99, 5), LONG_NS);
        assertEquals(ReplyCode.INVALID, answer.code());
        assertEquals(ReplyReason.UNKNOWN_TYPE, answer.reason());
        assertEquals(1, client.rejected());
        assertEquals(3, poll());
        assertEquals(List.of("0 1 ARMED", "1 2 ARMED", "3 3 ARMED"), answers);
    }

    @Test
    void shouldNeedNoPollingWhenOnlyCalling() {
        daemon.serveAlways();
        for (int i = 0; i < 500; i++) {
            TimerReply answer = client.call(new TimerCommand().arm(i, 0, 0), LONG_NS);
            assertEquals(i, sequence(answer.commandSequence()));
            assertEquals(i, answer.key());
        }
        assertEquals(0, poll());
    }

    @Test
    void shouldSaySoWhenThereIsNoRoomForAnswerBeforePolling() {
        connectWithFewReplies(TimerClientOptions.defaults());
        for (int i = 0; i < 8; i++) {
            client.arm(i, 0, 0);
        }
        daemon.serveAlways();
        assertThrows(IllegalStateException.class, () -> client.call(new TimerCommand().arm(9, 0, 0), LONG_NS));
    }

    @Test
    void shouldTimeOutAndDeliverLaterWhenDaemonDoesNotAnswer() {
        BusException e = assertFails(Reason.TIMEOUT, () -> client.call(new TimerCommand().arm(1, 0, 0), 3_000_000));
        assertTrue(e.getMessage().contains("within 3 ms"), e.getMessage());
        assertFails(Reason.TIMEOUT, () -> client.list(false, 0));
        daemon.serve(100);
        assertEquals(4, poll());
        assertEquals(List.of("0 1 ARMED", "1 1 LISTED", "1 1 LISTED_REST", "1 0 LIST_END"), answers);
    }

    @Test
    void shouldListEveryTimerWhenPagesAreMany() {
        daemon.serveAlways();
        for (int i = 0; i < 200; i++) {
            client.call(new TimerCommand().arm(i, i + 1, i + 2).periodNs(i % 3).graceUs(i + 4)
                    .misfire(MisfirePolicy.FIRE_ALL, i + 5).payload(i, i + 6, 12)
                    .flags(CommandLayout.FLAG_KEEP_ON_DEATH), LONG_NS);
        }
        assertEquals(0, poll());
        List<ArmedTimer> timers = client.list(true, LONG_NS);
        assertEquals(200, timers.size());
        for (int i = 0; i < 200; i++) {
            boolean isPaused = i % 2 != 0;
            boolean hasTimeLeft = isPaused && i % 3 == 0;
            ArmedTimer timer = timers.get(i);
            assertEquals(new ArmedTimer(StandInDaemon.OWNER, timer.arming(), i + 2, i, 0, isPaused,
                    hasTimeLeft ? i + 2 : 0, ""), timer);
            assertArrayEquals(daemon.received.get(i).deadlineNs(hasTimeLeft ? 0 : i + 2).fields(),
                    timer.arming().fields());
        }
        assertEquals(CommandLayout.FLAG_ALL_OWNERS, daemon.received.get(200).flags());
        assertEquals(200, client.list(false, LONG_NS).size());
        assertEquals(0, daemon.received.get(207).flags());
        assertEquals(0, poll());
        assertTrue(client.arm(1, 1, 1) >= 0);
    }

    @Test
    void shouldRingOnlyWhenDaemonSleepsPastDeadline() {
        client.arm(1, 0, 0);
        assertEquals(0, client.rings(), "it is awake");
        daemon.serve(1);
        daemon.replies.announceSleep(5_000);
        client.arm(2, 0, 5_000);
        client.arm(2, 0, 9_000);
        client.cancel(2);
        assertEquals(0, client.rings(), "it wakes early enough by itself");
        int word = daemonWord();
        client.arm(3, 0, 4_999);
        assertEquals(1, client.rings());
        assertNotEquals(word, daemonWord());
        client.pollReplies(reply -> { }, 8);
        client.arm(4, 0, 4_000);
        assertEquals(1, client.rings(), "it was woken and has not looked so far");
        daemon.serve(100);
        poll();
        client.arm(5, 0, 3_000);
        assertEquals(2, client.rings(), "it has looked, and may sleep again");
        daemon.serve(100);
        poll();
        client.resume(5);
        assertEquals(3, client.rings());
        daemon.serve(100);
        daemon.replies.announceAwake();
        client.arm(6, 0, 0);
        assertEquals(3, client.rings());
        assertEquals(RepliesLayout.AWAKE, daemon.replies.sleepingUntilNs());
    }

    @Test
    void shouldRingWhenDeadlineIsOfCalendar() {
        daemon.replies.announceSleep(5_000);
        client.send(new TimerCommand().armAt(1, 0, TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis())));
        assertEquals(1, client.rings(), "its CLOCK_REALTIME is larger than any CLOCK_MONOTONIC");
    }

    @Test
    void shouldRingWhenHalfOfWindowWaits() {
        daemon.replies.announceSleep(0);
        for (int i = 0; i < 4; i++) {
            client.arm(i, 0, 1);
        }
        assertEquals(0, client.rings());
        client.arm(4, 0, 1);
        assertEquals(1, client.rings());
    }

    private int daemonWord() {
        return daemon.publisher.bus().doorbell().word(DoorbellLayout.DAEMON_WORD, 0);
    }

    @Test
    void shouldCountRefusalsAndNeedNoPollingWhenDiscarding() {
        try (TimerClient other = TimerClient.connect(directory,
                TimerClientOptions.defaults().withCommandSlots(16).withDiscardedReplies())) {
            daemon.quota(10);
            int sent = 0;
            for (int i = 0; i < 1_000; i++) {
                sent += other.arm(i, 0, 0) == TimerClient.FULL ? 0 : 1;
                daemon.serve(2);
            }
            assertEquals(1_000, sent);
            daemon.serve(100);
            other.pollReplies(reply -> { }, 1_000);
            assertEquals(990, other.rejected());
            daemon.serveAlways();
            assertEquals(ReplyCode.FULL, other.call(new TimerCommand().arm(5_000, 0, 0), LONG_NS).code());
        }
    }

    @Test
    void shouldLoseNoRefusalWhenEachIsRefusedAndNobodyPolls() {
        List<Long> refused = new ArrayList<>();
        connectWithFewReplies(TimerClientOptions.defaults().withDiscardedReplies()
                .withListener(new TimerClientListener() {
                    @Override
                    public void onRefused(TimerReply refusal) {
                        refused.add(refusal.key());
                    }
                }));
        daemon.quota(0);
        Random random = new Random(7);
        List<Long> sent = new ArrayList<>();
        for (long i = 0; i < 5_000; i++) {
            if (client.arm(i, 0, 0) != TimerClient.FULL) {
                sent.add(i);
            }
            daemon.serve(random.nextInt(3));
        }
        daemon.serve(100);
        assertEquals(sent.size(), client.rejected());
        assertEquals(0, client.unanswered());
        assertEquals(sent, refused);
        assertEquals(0, client.repliesLost());
    }

    @Test
    void shouldKeepNumbersApartWhenListenerSendsCommands() {
        List<long[]> refused = new ArrayList<>();
        Map<Long, Long> keys = new HashMap<>();
        long[] nextKey = {0};
        connectWithFewReplies(TimerClientOptions.defaults().withDiscardedReplies()
                .withListener(new TimerClientListener() {
                    @Override
                    public void onRefused(TimerReply refusal) {
                        long key = refusal.key();
                        long number = client.arm(++nextKey[0], 0, 0);
                        if (number != TimerClient.FULL) {
                            assertNull(keys.put(number, nextKey[0]));
                        }
                        assertThrows(IllegalStateException.class, () -> client.pollReplies(reply -> { }, 1));
                        assertEquals(key, refusal.key());
                        refused.add(new long[] {refusal.commandSequence(), key});
                    }
                }));
        daemon.quota(0);
        for (int i = 0; i < 300; i++) {
            long key = ++nextKey[0];
            long number = client.arm(key, 0, 0);
            if (number != TimerClient.FULL) {
                assertNull(keys.put(number, key));
            }
            daemon.serve(3);
        }
        while (client.unanswered() > 0) {
            daemon.serve(100);
            if (refused.size() > 100_000) {
                break;
            }
            daemon.quota(Integer.MAX_VALUE);
        }
        assertTrue(refused.size() > 200, "refused=" + refused.size());
        assertEquals(0, client.repliesLost());
        for (long[] numberAndKey : refused) {
            assertEquals(numberAndKey[1], keys.get(numberAndKey[0]));
        }
    }

    /** Quiet commands, others and refusals in any mixture, and a user that polls now and then. */
    @Test
    void shouldAnswerOthersAndRefusalsOnlyWhenSomeAreQuiet() {
        connectWithFewReplies(TimerClientOptions.defaults().withCommandSlots(16));
        daemon.quota(4);
        for (int i = 0; i < 4; i++) {
            client.arm(i, 0, 0);
        }
        assertEquals(4, daemon.serve(4));
        assertEquals(4, poll());
        Random random = new Random(8);
        List<Long> expected = new ArrayList<>();
        List<Long> answered = new ArrayList<>();
        int quietOnes = 0;
        for (long i = 0; i < 5_000; i++) {
            boolean isQuiet = random.nextBoolean();
            boolean isRefused = random.nextInt(10) == 0;
            TimerCommand command = new TimerCommand().arm(isRefused ? 4 + i : i & 3, 0, 0).quiet(isQuiet);
            long number = client.send(command);
            if (number != TimerClient.FULL && (isRefused || !command.isQuiet())) {
                expected.add(number);
            }
            quietOnes += number != TimerClient.FULL && command.isQuiet() ? 1 : 0;
            daemon.serve(random.nextInt(3));
            if (random.nextInt(3) == 0) {
                client.pollReplies(reply -> answered.add(reply.commandSequence()), 1 + random.nextInt(4));
            }
        }
        daemon.serve(100);
        while (client.pollReplies(reply -> answered.add(reply.commandSequence()), 100) > 0) {
            Thread.onSpinWait();
        }
        assertTrue(quietOnes > 1_000, "quietOnes=" + quietOnes);
        assertTrue(expected.equals(answered), expected.size() + " expected, " + answered.size() + " answered");
        assertEquals(0, client.unanswered());
        assertEquals(0, client.repliesLost());
    }

    @Test
    void shouldHaveSeparateNumbersAndOwnSessionsWhenClientsAreMany() {
        try (TimerClient other = TimerClient.connect(directory)) {
            assertNotEquals(client.uuid(), other.uuid());
            client.arm(1, 0, 0);
            other.arm(2, 0, 0);
            other.arm(3, 0, 0);
            daemon.serve(100);
            assertEquals(1, poll());
            assertEquals(2, other.pollReplies(reply -> assertTrue(reply.key() > 1), 100));
        }
    }

    @Test
    void shouldMeanTheSameWhenCommandsGoOverSocket() {
        client.close();
        client = TimerClient.connect(directory, TimerClientOptions.defaults().withCommandSlots(0));
        assertEquals(0, daemon.lastIdentity().slotCount());
        daemon.received.clear();
        int sent = 0;
        while (client.arm(sent, 7, 1_000 + sent) != TimerClient.FULL) {
            sent++;
        }
        assertTrue(sent >= 8, "sent=" + sent);
        int served = 0;
        while (served < sent) {
            served += daemon.serve(100);
        }
        assertEquals(sent, poll());
        assertEquals(1_000L + sent - 1, daemon.received.get(sent - 1).deadlineNs());
        daemon.serveAlways();
        assertEquals(ReplyCode.CANCELLED,
                client.call(new TimerCommand().cancel(0), LONG_NS).code());
        assertEquals(sent - 1, client.list(false, LONG_NS).size());
        client.arm(4711, 1, 1);
        client.close();
        while (daemon.received.get(daemon.received.size() - 1).key() != 4711) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldLeaveLastCommandsWhenClosed() {
        client.arm(1, 2, 3);
        assertFalse(daemon.isLastClosed());
        client.close();
        assertTrue(daemon.isLastClosed());
        assertEquals(1, daemon.serve(100));
        client.close();
        assertThrows(IllegalStateException.class, () -> client.arm(1, 1, 1));
        assertThrows(IllegalStateException.class, () -> client.cancel(1));
        assertThrows(IllegalStateException.class, () -> client.call(new TimerCommand().arm(1, 1, 1), 1));
        assertThrows(IllegalStateException.class, client::reconnect);
    }
}
