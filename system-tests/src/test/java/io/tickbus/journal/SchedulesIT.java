// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.ArmedTimer;
import io.tickbus.client.TimerClient;
import io.tickbus.client.TimerClientOptions;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.ReplyReason;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Timers with schedules at a daemon of its own JVM: they outlive a {@code kill -9}, and bad ones are refused. */
@Timeout(120)
class SchedulesIT {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long SECOND_NS = 1_000_000_000;
    private static final CalendarSchedule YEARLY = CalendarSchedule.parse("30 2 1 1 *", ZoneId.of("Europe/Berlin"))
            .without(20_000, 20_001);
    private static final CalendarSchedule EACH_SECOND = CalendarSchedule.parse("* * * * * *", ZoneId.of("UTC"));

    @TempDir
    private Path folder;
    private Path root;
    private Path journal;
    private BusDirectory directory;

    @BeforeEach
    void names() {
        root = folder.resolve("root");
        journal = folder.resolve("journal");
        directory = BusDirectory.at(root, "bus");
    }

    private TimerClient connect() {
        return TimerClient.connect(directory, TimerClientOptions.defaults().withName("app")
                .withConnectTimeoutNs(TIMEOUT_NS));
    }

    private static void arm(TimerClient client, long key, CalendarSchedule schedule, Durability durability) {
        TimerReply reply = client.call(new TimerCommand().calendar(key, 5, schedule).durability(durability)
                .graceUs(900_000), TIMEOUT_NS);
        assertEquals(ReplyCode.ARMED, reply.code(), reply::toString);
    }

    @Test
    void shouldFireEachOccurrenceOnceWhenDaemonIsKilled() throws Exception {
        Follower follower = new Follower();
        try (DaemonChild daemon = DaemonChild.start(root, journal);
                SignalSubscriber subscriber = SignalSubscriber.attach(directory);
                TimerClient client = connect()) {
            arm(client, 3, EACH_SECOND.limit(1), Durability.DISK);
            int[] last = new int[1];
            while (last[0] == 0) {
                subscriber.await(signal -> last[0] = signal.flags() & SignalRecordLayout.FLAG_LAST, 16, TIMEOUT_NS);
            }
            arm(client, 1, EACH_SECOND, Durability.PROCESS);
            arm(client, 2, YEARLY, Durability.DISK);
            ArmedTimer armed = client.list(false, TIMEOUT_NS).stream().filter(timer -> timer.key() == 1).findFirst()
                    .orElseThrow();
            follower.firstNs = armed.arming().deadlineNs() - armed.occurrence() * SECOND_NS;
            follower.await(subscriber);
            daemon.kill();
            daemon.awaitDeath();
        }
        try (DaemonChild daemon = DaemonChild.start(root, journal);
                SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                        SubscriberOptions.defaults().joinAtOldest());
                TimerClient client = connect()) {
            assertTrue(daemon.isAlive());
            Map<Long, ArmedTimer> timers = client.list(false, TIMEOUT_NS).stream()
                    .collect(Collectors.toMap(ArmedTimer::key, timer -> timer));
            assertEquals(2, timers.size(), "the third has fired, and had one occurrence");
            ArmedTimer yearly = timers.get(2L);
            assertEquals(YEARLY.definition().text(), yearly.schedule());
            assertEquals(YEARLY.definition().id(), yearly.arming().schedule().id());
            assertEquals(YEARLY.next(Instant.now().getEpochSecond()) * SECOND_NS, yearly.arming().deadlineNs());
            follower.await(subscriber);
        }
    }

    /** Follows key 1, over the death of its daemon: each number fires once, or is missed in the one before. */
    private static final class Follower {
        private long firstNs;
        private long nextSequence;
        private int nextOccurrence;

        /** Awaits two further firings: each is of the second that its number says, and not before that. */
        void await(SignalSubscriber subscriber) {
            int[] count = new int[1];
            while (count[0] < 2) {
                subscriber.await(signal -> {
                    if (signal.key() == 1 && signal.sequence() >= nextSequence) {
                        check(signal);
                        count[0]++;
                    }
                }, 1, TIMEOUT_NS);
            }
        }

        private void check(SignalRecord signal) {
            Instant now = Instant.now();
            Instant due = Instant.ofEpochSecond(firstNs / SECOND_NS + signal.occurrence());
            assertTrue(!now.isBefore(due), () -> signal + " at " + now + " is before " + due);
            assertEquals(nextOccurrence, signal.occurrence(), signal::toString);
            nextOccurrence = signal.occurrence() + 1 + signal.missed();
            nextSequence = signal.sequence() + 1;
        }
    }

    @Test
    void shouldRefuseSchedulesThatAreNoneAndServeOthers() {
        try (DaemonChild daemon = DaemonChild.start(root, journal);
                TimerClient client = connect()) {
            assertTrue(daemon.isAlive());
            TimerCommand unknown = new TimerCommand().armAt(1, 5, 0).periodNs(-4711);
            for (Durability durability : Durability.values()) {
                TimerReply reply = client.call(unknown.durability(durability), TIMEOUT_NS);
                assertEquals(ReplyCode.INVALID, reply.code());
                assertEquals(ReplyReason.BAD_SCHEDULE, reply.reason());
            }
            for (String text : List.of("61 * * * *; zone=UTC", "* * * * *; zone=Nowhere/Else", "* * * * *", ";",
                    "30 2 * * *; zone=UTC; more=1")) {
                assertEquals(ReplyReason.BAD_SCHEDULE, client.call(define(client, text, 0), TIMEOUT_NS).reason(), text);
            }
            String good = "30 2 1 1 *; zone=UTC";
            assertEquals(ReplyReason.BAD_SCHEDULE, client.call(define(client, good, 1), TIMEOUT_NS).reason());
            assertEquals(ReplyReason.NONE, client.call(define(client, good, 0), TIMEOUT_NS).reason());
            assertEquals(ReplyReason.NEVER_DUE, client.call(new TimerCommand().calendar(3, 5,
                    YEARLY.between(0, 1_000_000_000)), TIMEOUT_NS).reason());
            List<ArmedTimer> timers = client.list(false, TIMEOUT_NS);
            assertEquals(1, timers.size());
            assertEquals(good, timers.get(0).schedule());
        }
    }

    /** Sends a text as no client of this version does, with its number or another, and returns an arming with it. */
    private static TimerCommand define(TimerClient client, String text, long error) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        long id = ScheduleDefinition.idOf(bytes, bytes.length) + error;
        ByteBuffer words = ByteBuffer.wrap(Arrays.copyOf(bytes, CommandLayout.TEXT_LENGTH))
                .order(ByteOrder.LITTLE_ENDIAN);
        TimerCommand part = new TimerCommand().reset(CommandLayout.TYPE_DEFINE, id).deadlineNs(words.getLong())
                .periodNs(words.getLong());
        part.fields()[3] |= (long) bytes.length << Short.SIZE;
        for (int i = 4; i < 7; i++) {
            part.fields()[i] = words.getLong();
        }
        assertTrue(client.sendAs(part) >= 0);
        return new TimerCommand().armAt(2, 5, 0).periodNs(-id);
    }
}
