// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.tickbus.cluster.ClusterMain;
import io.tickbus.cluster.aeron.AeronDirectory;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import io.tickbus.testkit.ChildJvm;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both ends in processes of their own, over loopback; either is killed. */
@Timeout(120)
class RelayIT {
    private static final int ID = 7;
    private static final Pattern OTHERS = Pattern.compile("\"otherSenders\":[1-9]");
    private static final Pattern NEXT = Pattern.compile("\"nextSequence\":(\\d+)");

    @TempDir
    private Path folder;

    private final List<ChildJvm> children = new ArrayList<>();
    private SignalPublisher publisher;
    private SignalSubscriber subscriber;
    private String place;
    private long received;
    private long wrong;

    @BeforeEach
    void choosePlace() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            place = "127.0.0.1:" + socket.getLocalPort();
        }
    }

    @AfterEach
    void closeAll() {
        children.forEach(ChildJvm::close);
        if (publisher != null) {
            publisher.close();
        }
    }

    private BusDirectory bus(String name) {
        return BusDirectory.at(folder, name);
    }

    private void openSource(int slots) {
        publisher = SignalPublisher.open(bus("from"), SignalsOptions.defaults().withSlotCount(slots));
    }

    private ChildJvm relay(String... arguments) {
        List<String> line = new ArrayList<>(List.of("relay"));
        line.addAll(List.of(arguments));
        line.addAll(List.of("--dir", folder.toString(), "--json", "--every", "100ms"));
        ChildJvm child = new ChildJvm.Builder(folder, ClusterMain.class, line).accessFlagsOfThisJvm()
                .flags("-XX:TieredStopAtLevel=1").start();
        children.add(child);
        return child;
    }

    private ChildJvm sender(String... more) {
        List<String> line = new ArrayList<>(List.of("send", "--bus", "from", "--to", place));
        line.addAll(List.of(more));
        return relay(line.toArray(new String[0]));
    }

    private ChildJvm receiver() {
        return relay("receive", "--bus", "to", "--at", place, "--oldest");
    }

    private void publish(int count) {
        SignalRecord signal = new SignalRecord();
        for (int i = 0; i < count; i++) {
            long nowNs = System.nanoTime();
            long sequence = publisher.nextSequence();
            publisher.publish(signal.clear().signalId(sequence % 3 == 0 ? ID : ID + 1).key(~sequence)
                    .publishedNs(nowNs).deadlineNs(nowNs - 5).payload(sequence));
        }
    }

    /** Reads the relayed bus until it has everything that was published. */
    private void readToTheEnd() {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (subscriber == null || subscriber.sequence() < publisher.nextSequence()) {
            if (System.nanoTime() > untilNs) {
                children.forEach(child -> System.out.println(child.transcript()));
                fail("at " + (subscriber == null ? "nothing" : subscriber.sequence()) + " of "
                        + publisher.nextSequence());
            }
            if (subscriber == null) {
                attach();
            } else {
                subscriber.await(this::check, 1000, TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    private void attach() {
        try {
            subscriber = SignalSubscriber.attach(bus("to"), SubscriberOptions.defaults().joinAt(0));
        } catch (BusException e) {
            assertEquals(BusException.Reason.NOT_FOUND, e.reason());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private void check(SignalRecord signal) {
        received++;
        boolean isRight = signal.key() == ~signal.sequence() && signal.payloadLong() == signal.sequence()
                && signal.publishedNs() - signal.deadlineNs() == 5 && signal.publishedNs() <= System.nanoTime();
        wrong += isRight ? 0 : 1;
    }

    @Test
    void shouldLoseNothingWhenEitherEndIsKilled() {
        openSource(1 << 16);
        publish(5_000);
        ChildJvm sender = sender();
        ChildJvm receiver = receiver();
        readToTheEnd();
        publish(5_000);
        receiver.kill();
        publish(5_000);
        ChildJvm secondReceiver = receiver();
        publish(5_000);
        readToTheEnd();
        publish(5_000);
        sender.kill();
        publish(5_000);
        sender();
        publish(5_000);
        readToTheEnd();
        assertEquals(35_000, received);
        assertEquals(0, subscriber.lost());
        assertEquals(0, wrong);
        secondReceiver.terminate();
        String end = secondReceiver.expect("{\"type\":\"end\"");
        assertTrue(end.contains("\"lostOnTheWay\":0") && end.contains("\"clock\":\"same\""), end);
    }

    /** The ring of the source holds less than what is published while nobody takes it. */
    @Test
    void shouldCountExactlyWhenRingIsTooShort() {
        openSource(1 << 10);
        publish(100);
        sender();
        ChildJvm receiver = receiver();
        readToTheEnd();
        receiver.kill();
        publish(300_000);
        receiver();
        readToTheEnd();
        assertEquals(publisher.nextSequence(), received + subscriber.lost());
        assertTrue(subscriber.lost() > 0);
        assertEquals(0, wrong);
    }

    /** As above, and nothing is lost, since it is recorded; also not when the sender is killed meanwhile. */
    @Test
    void shouldLoseNothingWhenItIsRecorded() {
        openSource(1 << 16);
        publish(100);
        String[] archive = {"--archive", folder.resolve("archive").toString()};
        ChildJvm sender = sender(archive);
        awaitSent(sender, 0);
        publish(1_000);
        ChildJvm receiver = receiver();
        readToTheEnd();
        receiver.kill();
        for (int i = 0; i < 10; i++) {
            publish(20_000);
            awaitSent(sender, publisher.nextSequence());
        }
        sender.kill();
        publish(10_000);
        receiver();
        sender(archive);
        readToTheEnd();
        publish(10_000);
        readToTheEnd();
        assertEquals(100, subscriber.lost(), "those before the recording began");
        assertEquals(0, wrong);
        assertEquals(publisher.nextSequence() - 100, received);
    }

    /** Waits until a sender says that everything before a sequence was handed to Aeron. */
    private static void awaitSent(ChildJvm sender, long sequence) {
        for (String line = sender.line(); ; line = sender.line()) {
            Matcher next = NEXT.matcher(line == null ? "" : line);
            if (line == null || (next.find() && Long.parseLong(next.group(1)) >= sequence
                    && !line.contains("\"nextSequence\":0,"))) {
                return;
            }
        }
    }

    @Test
    void shouldPassOnSomeIdsOnly() {
        openSource(1 << 16);
        sender("--signal", Integer.toString(ID));
        receiver();
        publish(30_000);
        readToTheEnd();
        assertEquals(10_000, received);
        assertEquals(20_000, subscriber.filtered());
        assertEquals(0, subscriber.lost());
        assertEquals(0, wrong);
    }

    @Test
    void shouldKeepFirstSenderWhenAnotherSendsToSamePlace() {
        openSource(1 << 16);
        publish(100);
        sender();
        ChildJvm receiver = receiver();
        readToTheEnd();
        try (SignalPublisher other = SignalPublisher.open(bus("other"),
                SignalsOptions.defaults().withSlotCount(1 << 10))) {
            other.publish(ID, -1, System.nanoTime());
            relay("send", "--bus", "other", "--to", place);
            for (String line = receiver.line(); !OTHERS.matcher(line).find(); line = receiver.line()) {
                publish(1);
            }
            publish(1_000);
            readToTheEnd();
        }
        assertEquals(publisher.nextSequence(), received);
        assertEquals(0, subscriber.lost());
        assertEquals(0, wrong);
    }

    @Test
    void shouldReachReceiversThatComeAndGoByDriverThatRunsAlready() {
        openSource(1 << 16);
        try (MediaDriver driver = MediaDriver.launch(new MediaDriver.Context()
                .aeronDirectoryName(AeronDirectory.make("relay-test")).dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new BackoffIdleStrategy(10, 10, 1_000, TimeUnit.MICROSECONDS.toNanos(100))))) {
            String[] aeron = {"--aeron-dir", driver.aeronDirectoryName()};
            relay("send", "--bus", "from", "--serve", place, aeron[0], aeron[1]);
            ChildJvm receiver = relay("receive", "--bus", "to", "--from", place, "--oldest", aeron[0], aeron[1]);
            publish(10_000);
            readToTheEnd();
            receiver.kill();
            publish(10_000);
            relay("receive", "--bus", "to", "--from", place, "--oldest");
            readToTheEnd();
            assertEquals(publisher.nextSequence(), received + subscriber.lost());
            assertEquals(0, wrong);
            children.forEach(ChildJvm::close);
        }
    }
}
