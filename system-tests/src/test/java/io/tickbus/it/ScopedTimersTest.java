// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.core.timer.TimerScope;
import io.tickbus.daemon.TimerDaemon;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands with a scope, at a daemon whose gateway to a cluster is a client that answers what the test says. */
@Timeout(60)
class ScopedTimersTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final String NAME = "a-name.of-more-than-32_characters.in-two-halves";
    private static final int OWNER = 4711;

    @TempDir
    private Path root;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final TimerCommand command = new TimerCommand();
    private final List<Answer> answers = new ArrayList<>();
    private BusDirectory directory;
    private TimerClient client;

    /** What a client was told. */
    private record Answer(long number, ReplyCode code, ReplyReason reason, long detail, int owner) {
        static Answer of(TimerReply reply) {
            return new Answer(reply.commandSequence(), reply.code(), reply.reason(), reply.detail(), reply.owner());
        }
    }

    /** What a gateway is handed, and how it answers. */
    private static final class Gateway {
        private final TimerClient daemon;
        private final List<TimerCommand> commands = new ArrayList<>();
        private final List<Long> numbers = new ArrayList<>();
        private final List<Long> places = new ArrayList<>();
        private final List<Long> series = new ArrayList<>();
        private final Map<Integer, String> names = new HashMap<>();
        private int owner;

        Gateway(BusDirectory directory) {
            daemon = TimerClient.connect(directory);
            daemon.send(new TimerCommand().reset(CommandLayout.TYPE_GATEWAY, CommandLayout.GATEWAY_KEY));
        }

        void poll() {
            daemon.pollReplies(this::onReply, 100);
        }

        private void onReply(TimerReply reply) {
            switch (reply.code()) {
                case FORWARDED_NAME -> names.merge(reply.owner(), reply.namePart(), String::concat);
                case FORWARDED -> {
                    commands.add(reply.copyForwardedTo(new TimerCommand()));
                    numbers.add(reply.signalSequence());
                    series.add(reply.detail());
                    owner = reply.owner();
                }
                case FORWARDED_REST -> {
                    places.add(reply.deadlineNs());
                    reply.copyRestTo(commands.get(commands.size() - 1));
                }
                default -> throw new AssertionError(reply);
            }
        }

        void confirm() {
            if (!numbers.isEmpty()) {
                daemon.send(new TimerCommand().result(numbers.get(numbers.size() - 1), ReplyCode.SUBMITTED,
                        ReplyReason.NONE, 0, 0, 0).quiet(true));
            }
        }

        void answer(int index, ReplyCode code, long detail) {
            TimerCommand result = new TimerCommand().result(numbers.get(index), code, ReplyReason.NONE, OWNER, 0,
                    detail).quiet(true);
            await(() -> daemon.send(result) != TimerClient.FULL);
        }
    }

    private static void await(BooleanSupplier condition) {
        long untilNs = System.nanoTime() + 30 * SECOND;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < untilNs, "not within 30 s");
            LockSupport.parkNanos(100_000);
        }
    }

    @BeforeEach
    void start() {
        directory = BusDirectory.at(root, "bus");
        open.add(TimerDaemon.start(directory));
        client = TimerClient.connect(directory, TimerClientOptions.defaults().withName(NAME));
        open.add(client);
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private Gateway gateway() {
        Gateway gateway = new Gateway(directory);
        open.add(gateway.daemon);
        await(() -> {
            gateway.poll();
            return gateway.daemon.unanswered() == 0;
        });
        return gateway;
    }

    private long arm(long key, TimerScope scope) {
        return client.send(command.arm(key, 7, System.nanoTime() + HOUR).scope(scope));
    }

    private void awaitAnswers(int count) {
        await(() -> {
            client.pollReplies(reply -> answers.add(Answer.of(reply)), 100);
            return answers.size() >= count;
        });
        assertEquals(count, answers.size(), answers::toString);
    }

    private static void awaitCommands(Gateway gateway, int count) {
        await(() -> {
            gateway.poll();
            gateway.confirm();
            return gateway.places.size() >= count;
        });
        assertEquals(count, gateway.places.size());
    }

    @Test
    void shouldRefuseAScopeWhenNoClusterServesTheDaemon() {
        client.call(command.arm(1, 7, System.nanoTime() + HOUR), SECOND * 20);
        TimerReply reply = client.call(command.arm(1, 8, 0).scope(TimerScope.EVERYWHERE), 20 * SECOND);
        assertEquals(ReplyCode.INVALID, reply.code());
        assertEquals(ReplyReason.NO_CLUSTER, reply.reason());
        assertEquals(ReplyReason.NO_CLUSTER, client.call(command.cancel(1).scope(TimerScope.ONCE), 20 * SECOND)
                .reason());
        assertEquals(List.of(7), client.list(false, 20 * SECOND).stream().map(timer -> timer.signalId()).toList());
        assertEquals(0, client.unanswered());
    }

    @Test
    void shouldRefuseWhatHasNoNameOrMakesNoSense() {
        gateway();
        TimerClient nameless = TimerClient.connect(directory);
        open.add(nameless);
        assertEquals(ReplyReason.CLUSTER_NAME,
                nameless.call(command.arm(1, 7, 0).scope(TimerScope.ONCE), 20 * SECOND).reason());
        assertEquals(ReplyReason.BAD_SCOPE, client.call(command.arm(1, 7, 0).flags(TimerScope.FLAGS), 20 * SECOND)
                .reason());
        assertEquals(ReplyReason.UNKNOWN_FLAG, client.call(command.reset(CommandLayout.TYPE_PAUSE, 1)
                .scope(TimerScope.ONCE), 20 * SECOND).reason());
        assertEquals(ReplyReason.BAD_MISFIRE_POLICY, client.call(command.arm(1, 7, 0).notBefore(true), 20 * SECOND)
                .reason());
        assertEquals(ReplyReason.UNKNOWN_TYPE, client.call(command.result(1, ReplyCode.ARMED, ReplyReason.NONE, 0, 0,
                0), 20 * SECOND).reason());
        assertEquals(ReplyReason.UNKNOWN_TYPE, client.call(command.reset(CommandLayout.TYPE_GATEWAY, 1), 20 * SECOND)
                .reason());
        assertEquals(0, client.unanswered());
    }

    @Test
    void shouldAnswerTwiceInWhateverOrderTheClusterDecides() {
        Gateway gateway = gateway();
        TimerCommand full = new TimerCommand().armAt(-5, -6, HOUR).periodNs(SECOND).misfire(MisfirePolicy.FIRE_ALL, 9)
                .graceUs(77).payload(-1, 3, 12).scope(TimerScope.ONCE).notBefore(true).quiet(true);
        long first = client.send(full);
        long second = client.send(command.cancel(2).scope(TimerScope.EVERYWHERE));
        long local = arm(2, TimerScope.HOST);
        awaitAnswers(3);
        assertEquals(List.of(ReplyCode.SUBMITTED, ReplyCode.SUBMITTED, ReplyCode.ARMED),
                answers.stream().map(Answer::code).toList());
        assertEquals(List.of(first, second, local), answers.stream().map(Answer::number).toList());
        assertEquals(2, client.unanswered());
        awaitCommands(gateway, 2);
        assertEquals(NAME, gateway.names.get(gateway.owner));
        assertEquals(client.owner(), gateway.owner);
        assertEquals(full.quiet(false).toString(), gateway.commands.get(0).toString());
        assertEquals(CommandLayout.TYPE_CANCEL, gateway.commands.get(1).type());
        answers.clear();
        gateway.answer(1, ReplyCode.CANCELLED, 3);
        awaitAnswers(1);
        gateway.answer(0, ReplyCode.ARMED, -99);
        awaitAnswers(2);
        assertEquals(List.of(new Answer(second, ReplyCode.CANCELLED, ReplyReason.NONE, 3, OWNER),
                new Answer(first, ReplyCode.ARMED, ReplyReason.NONE, -99, OWNER)), answers);
        assertEquals(0, client.unanswered());
    }

    @Test
    void shouldHandWhatIsUnansweredToTheNextGateway() {
        Gateway gateway = gateway();
        IntStream.range(0, 5).forEach(key -> arm(key, TimerScope.EVERYWHERE));
        awaitCommands(gateway, 5);
        gateway.answer(0, ReplyCode.ARMED, 0);
        gateway.answer(3, ReplyCode.ARMED, 0);
        awaitAnswers(7);
        gateway.daemon.close();
        Gateway next = gateway();
        awaitCommands(next, 3);
        assertEquals(List.of(1L, 2L, 4L), next.commands.stream().map(TimerCommand::key).toList());
        assertEquals(List.of(2L, 3L, 5L), next.places, "the cluster knows them by these");
        assertEquals(gateway.series.get(0), next.series.get(2));
        assertEquals(Map.of(client.owner(), NAME), next.names);
        IntStream.range(0, 3).forEach(index -> next.answer(index, ReplyCode.ARMED, 0));
        awaitAnswers(10);
        assertEquals(0, client.unanswered());
    }

    @Test
    void shouldKeepRoomForSecondRepliesWhenNoneIsPolled() {
        Gateway gateway = gateway();
        int count = 0;
        while (arm(count, TimerScope.EVERYWHERE) != TimerClient.FULL) {
            count++;
        }
        int sent = count;
        assertTrue(sent > 100, () -> "sent=" + sent);
        awaitCommands(gateway, sent);
        IntStream.range(0, sent).forEach(index -> gateway.answer(index, ReplyCode.ARMED, 0));
        awaitAnswers(2 * sent);
        assertEquals(0, client.repliesLost());
        assertEquals(0, client.unanswered());
        assertTrue(arm(1, TimerScope.HOST) != TimerClient.FULL);
    }

    @Test
    void shouldArmTimersOfItsHostWhenClusterIsSilent() {
        Gateway gateway = new Gateway(directory);
        open.add(gateway.daemon);
        await(() -> {
            gateway.poll();
            return client.call(command.arm(1, 5, System.nanoTime() + HOUR).scope(TimerScope.HOST), 10 * SECOND).code()
                    == ReplyCode.ARMED;
        });
        int sent = 0;
        int[] submitted = {0};
        for (boolean hasRoom = true; hasRoom; sent += hasRoom ? 1 : 0) {
            int all = sent;
            await(() -> {
                client.pollReplies(reply -> submitted[0] += reply.code() == ReplyCode.SUBMITTED ? 1 : 0, 100);
                return submitted[0] == all;
            });
            hasRoom = client.send(command.arm(sent, 5, System.nanoTime() + HOUR).scope(TimerScope.ONCE))
                    != TimerClient.FULL;
        }
        assertTrue(sent > 100, "sent=" + sent);
        for (int key = 0; key < 100; key++) {
            assertEquals(ReplyCode.ARMED, client.call(command.arm(key, 5, System.nanoTime() + HOUR), 10 * SECOND)
                    .code());
        }
    }
}
