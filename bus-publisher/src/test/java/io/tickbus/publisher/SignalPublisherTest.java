// SPDX-License-Identifier: Apache-2.0
package io.tickbus.publisher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.core.internal.layout.SignalsLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SignalPublisherTest {
    private static final SignalsOptions SMALL = SignalsOptions.defaults().withSlotCount(8);

    @TempDir
    Path folder;

    private BusDirectory directory;

    @BeforeEach
    void nameBus() {
        directory = BusDirectory.at(folder.resolve("root"), "bus");
    }

    @Test
    void shouldCountFromZeroWhenBusIsNew() {
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SMALL)) {
            for (long sequence = 0; sequence < 20; sequence++) {
                assertEquals(sequence, publisher.nextSequence());
                assertEquals(sequence, publisher.publish(1));
                assertEquals(sequence + 1, publisher.bus().signals().header().nextSequence());
            }
            assertEquals(1, publisher.epoch());
        }
    }

    /** Members of the group cannot announce that they sleep. Opening without a group changes no file. */
    @Test
    void shouldWakeUnaskedWhenSharedWithGroup() throws IOException {
        String group = Files.readAttributes(folder, PosixFileAttributes.class).group().getName();
        for (SignalsOptions options : List.of(SMALL, SMALL.withGroup(group), SMALL)) {
            try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, options)) {
                SignalsHeader header = publisher.bus().signals().header();
                assertEquals(publisher.epoch() > 1, header.wakesUnasked());
                assertEquals("rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.doorbell())));
                int word = header.wakeWord();
                publisher.publish(1);
                assertEquals(publisher.epoch() > 1, word != header.wakeWord());
            }
        }
    }

    @Test
    void shouldShowNothingOfEarlierRecordWhenSlotIsReused() {
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SMALL)) {
            SignalRecord full = new SignalRecord().signalId(-1).key(-1).deadlineNs(-1).publishedNs(-1).owner(0xFFFF)
                    .flags(0xFF).occurrence(-1, -1).generation(-1)
                    .payload(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
            for (int i = 0; i < 8; i++) {
                publisher.publish(full);
            }
            publisher.publish(13, 14, 12, 11);
            SignalsFile file = SignalsFile.attach(directory);
            SignalRecord signal = new SignalRecord();
            assertTrue(file.ring().copy(8, signal.sequence(8).fields()));
            assertEquals("signal sequence=8 signalId=13 key=14 deadlineNs=12 publishedNs=11 owner=0 flags=0 "
                    + "occurrence=0 generation=0 missed=0 payload=", signal.toString());
            assertEquals(0, signal.payloadLong());
            assertEquals(0, signal.payload().length);
        }
    }

    @Test
    void shouldContinueSequenceWhenReopened() {
        for (int epoch = 1; epoch < 5; epoch++) {
            try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SMALL)) {
                assertEquals(10L * (epoch - 1), publisher.nextSequence());
                assertEquals(epoch, publisher.epoch());
                for (int i = 0; i < 10; i++) {
                    publisher.publish(1);
                }
            }
        }
    }

    @Test
    void shouldMarkBusClosedAndWakeAllWhenClosed() {
        SignalPublisher publisher = SignalPublisher.open(directory, SMALL);
        publisher.announceDeadline(5);
        SignalsFile file = SignalsFile.attach(directory);
        assertEquals(SignalsLayout.STATE_OPEN, file.header().state());
        int word = file.header().wakeWord();
        publisher.close();
        assertEquals(SignalsLayout.STATE_CLOSED, file.header().state());
        assertEquals(SignalsLayout.NO_DEADLINE, file.header().nextDeadlineNs());
        assertEquals(word + 1, file.header().wakeWord());
        publisher.close();
        assertEquals(word + 1, file.header().wakeWord());
    }

    @Test
    void shouldNotCloseBusOfSuccessorWhenClosedTwice() {
        SignalPublisher first = SignalPublisher.openWithoutThread(directory, SMALL);
        first.close();
        try (SignalPublisher second = SignalPublisher.openWithoutThread(directory, SMALL)) {
            first.close();
            assertEquals(SignalsLayout.STATE_OPEN, second.bus().signals().header().state());
            BusException e = assertThrows(BusException.class,
                    () -> SignalPublisher.openWithoutThread(directory, SMALL));
            assertEquals(BusException.Reason.IN_USE, e.reason());
        }
    }

    @Test
    void shouldKeepHeartbeatWhenOpenedWithThread() {
        try (SignalPublisher publisher = SignalPublisher.open(directory,
                SMALL.withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(1)))) {
            long beforeNs = System.nanoTime();
            while (publisher.bus().signals().header().heartbeatNs() < beforeNs) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void shouldKeepHeartbeatWhenBusLostItsName() throws IOException {
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SMALL)) {
            for (Path file : new Path[] {directory.doorbell(), directory.signals()}) {
                Files.delete(file);
                long nowNs = System.nanoTime();
                publisher.heartbeat(nowNs);
                assertEquals(nowNs, publisher.bus().signals().header().heartbeatNs());
                assertTrue(publisher.publish(1) >= 0);
            }
        }
    }

    @Test
    void shouldWriteTimesAsGiven() {
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, SMALL)) {
            long beforeNs = System.nanoTime();
            publisher.publish(7, 8);
            SignalsFile file = SignalsFile.attach(directory);
            SignalRecord signal = new SignalRecord();
            assertTrue(file.ring().copy(0, signal.sequence(0).fields()));
            assertTrue(signal.publishedNs() >= beforeNs && signal.publishedNs() <= System.nanoTime());
            assertEquals(signal.publishedNs(), signal.deadlineNs());
            assertEquals(7, signal.signalId());
            assertEquals(8, signal.key());
        }
    }
}
