// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.client.ArmedTimer;
import io.tickbus.client.TimerClient;
import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Schedules that clients without this project's library send to a daemon's socket, byte by byte. */
@Timeout(120)
class ScheduleTextsIT {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final String TERMS = "; zone=Europe/Berlin; gap=skip; overlap=first; except=2031-01-01,2031-01-02,"
            + "2031-01-03,2031-01-04,2031-01-05";
    private static final long MARK = 99;

    @RegisterExtension
    final TestBus bus = new TestBus();

    private ChildJvm daemon;
    private TimerClient honest;
    private Peer one;
    private Peer other;

    /** A client that has nothing but a socket. */
    private static final class Peer implements AutoCloseable {
        private final HostilePeer connection;
        private long sent;

        Peer(TestBus bus) throws IOException {
            connection = new HostilePeer(bus.directory(), 0);
            assertTrue(connection.hello());
        }

        void send(long... words) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(CommandLayout.LENGTH).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putLong(++sent);
            for (long word : words) {
                bytes.putLong(word);
            }
            bytes.clear();
            while (bytes.hasRemaining()) {
                connection.socket.write(bytes);
            }
        }

        /** Sends 40 bytes of a text, whatever they are. */
        void part(byte[] text, int part) throws IOException {
            int from = part * CommandLayout.TEXT_LENGTH;
            ByteBuffer words = ByteBuffer.wrap(Arrays.copyOfRange(text, from, from + CommandLayout.TEXT_LENGTH))
                    .order(ByteOrder.LITTLE_ENDIAN);
            long header = from | ((long) text.length << Short.SIZE)
                    | ((long) CommandLayout.TYPE_DEFINE << Integer.SIZE);
            send(ScheduleDefinition.idOf(text, text.length), words.getLong(), words.getLong(), header, words.getLong(),
                    words.getLong(), words.getLong());
        }

        void arm(long key, byte[] text) throws IOException {
            send(new TimerCommand().armAt(key, 5, 0).periodNs(-ScheduleDefinition.idOf(text, text.length)).fields());
        }

        void defineAndArm(long key, byte[] text) throws IOException {
            for (int part = 0; part < parts(text); part++) {
                part(text, part);
            }
            arm(key, text);
        }

        /** When this timer is there, all that was sent before it is done. */
        void mark() throws IOException {
            send(new TimerCommand().arm(MARK, 5, System.nanoTime() + TimeUnit.HOURS.toNanos(1)).fields());
        }

        @Override
        public void close() throws IOException {
            connection.close();
        }
    }

    @BeforeEach
    @Timeout(120)
    void connect() throws IOException {
        daemon = bus.daemon();
        honest = bus.connect();
        one = new Peer(bus);
        other = new Peer(bus);
    }

    @AfterEach
    void close() throws IOException {
        one.close();
        other.close();
        honest.close();
        daemon.quit();
    }

    private static int parts(byte[] text) {
        return (text.length + CommandLayout.TEXT_LENGTH - 1) / CommandLayout.TEXT_LENGTH;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Waits for the marks of both, and returns the schedules of all timers. */
    private List<String> schedules() throws IOException {
        one.mark();
        other.mark();
        List<ArmedTimer> timers;
        do {
            timers = honest.list(true, TIMEOUT_NS);
        } while (timers.stream().filter(timer -> timer.key() == MARK).count() < 2);
        return timers.stream().map(ArmedTimer::schedule).filter(text -> !text.isEmpty()).sorted().toList();
    }

    @Test
    void shouldPutTogetherTheTextsOfEachClientWhenTheyInterleave() throws IOException {
        byte[] early = bytes("30 2 * * *" + TERMS);
        byte[] late = bytes("45 22 * * *" + TERMS);
        assertTrue(parts(early) >= 3 && parts(early) == parts(late));
        for (int part = 0; part < parts(early); part++) {
            one.part(early, part);
            other.part(late, part);
        }
        one.arm(1, early);
        other.arm(1, late);
        // Of one client, the parts of two texts do not mix: the one that began last is put together.
        byte[] first = bytes("1 1 * * *" + TERMS);
        byte[] second = bytes("2 2 * * *" + TERMS);
        for (int part = 0; part < parts(first); part++) {
            one.part(first, part);
            one.part(second, part);
        }
        one.arm(2, first);
        one.arm(3, second);
        // Neither do parts that are missing, or out of order.
        byte[] third = bytes("3 3 * * *" + TERMS);
        for (int part = parts(third) - 1; part >= 0; part--) {
            other.part(third, part);
        }
        other.arm(4, third);
        assertEquals(Stream.of(second, early, late).map(text -> new String(text, StandardCharsets.UTF_8)).toList(),
                schedules());
    }

    @Test
    void shouldRefuseTextsThatAreNone() throws IOException {
        byte[] notUtf8 = bytes("30 2 * * *; zone=UTC; gap=skip; overlap=first; except=2031-01-01");
        notUtf8[2] = (byte) 0xC3;
        StringBuilder dates = new StringBuilder("30 2 * * *; zone=UTC; except=2031-01-01");
        while (dates.length() <= ScheduleDefinition.MAX_LENGTH) {
            dates.append(",2031-01-01");
        }
        byte[] huge = Arrays.copyOf(bytes("30 2 * * *; zone=UTC"), 0xFFFF);
        int key = 1;
        for (byte[] text : List.of(notUtf8, bytes(dates.toString()), bytes("30 2 * * *; zone=UTC; zone=UTC"),
                bytes("30 2 * * *; zone=UTC; count=2; count=2"), bytes("30 2 * * *; zone=UTC; from= "),
                bytes("30 2 * * *; zone=UTC; from=@"), bytes("30 2 * * *"), huge)) {
            one.defineAndArm(key++, text);
        }
        byte[] longest = bytes(dates.substring(0, dates.lastIndexOf(",")));
        other.defineAndArm(1, longest);
        assertEquals(List.of(new String(longest, StandardCharsets.UTF_8)), schedules());
    }

    @Test
    void shouldFireForClientThatHasOnlyASocket() throws IOException {
        long[] count = new long[1];
        try (SignalSubscriber signals = SignalSubscriber.attach(bus.directory())) {
            one.defineAndArm(7, bytes("* * * * * *; zone=UTC; gap=skip; overlap=both; count=2"));
            while (count[0] < 2) {
                signals.await(signal -> {
                    assertEquals(7, signal.key());
                    assertEquals(count[0], signal.occurrence());
                    count[0] += 1 + signal.missed();
                }, 16, TIMEOUT_NS);
            }
        }
        assertEquals(2, count[0]);
    }
}
