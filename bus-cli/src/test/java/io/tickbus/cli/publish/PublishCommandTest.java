// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.publish;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.cli.CliRun;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PublishCommandTest {
    @TempDir
    private Path root;

    @Test
    void shouldPublishWithKeyAndPayload() throws IOException {
        CliRun run = CliRun.of("publish", "42", "--dir", root, "--key", "0x10", "--payload", "hey", "--json");
        assertEquals(1, run.json().get("published"));
        SignalRecord seen = new SignalRecord();
        try (SignalSubscriber subscriber = fromOldest()) {
            subscriber.poll(signal -> seen.signalId(signal.signalId()).key(signal.key()).payload(signal.payload()), 1);
        }
        assertEquals(42, seen.signalId());
        assertEquals(16, seen.key());
        assertArrayEquals("hey".getBytes(StandardCharsets.US_ASCII), seen.payload());
    }

    @Test
    void shouldGoOnWithTheSequenceAndPublishARow() throws IOException {
        CliRun.of("publish", "1", "--dir", root, "--count", "5");
        CliRun run = CliRun.of("publish", "1", "--dir", root, "--count", "3", "--every", "1ms", "--json");
        assertEquals(5, run.json().get("firstSequence"));
        assertEquals(8, run.json().get("nextSequence"));
        AtomicInteger late = new AtomicInteger();
        try (SignalSubscriber subscriber = fromOldest()) {
            assertEquals(8, subscriber.poll(signal -> {
                if (signal.publishedNs() < signal.deadlineNs()) {
                    late.incrementAndGet();
                }
            }, 100));
        }
        assertEquals(0, late.get());
    }

    @Test
    void shouldKeepTheGeometryOfABusThatIsThere() {
        BusDirectory directory = BusDirectory.at(root, "default");
        SignalPublisher.open(directory, SignalsOptions.defaults().withSlotCount(64).withParking(false)).close();
        assertEquals(Tickbus.DONE, CliRun.of("publish", "7", "--dir", root).exitCode());
        SignalsFile file = SignalsFile.attach(directory);
        assertEquals(64, file.header().slotCount());
        assertEquals(2, file.header().epoch());
    }

    @Test
    void shouldRefuseABusInUseWithTheOwnersPid() {
        try (SignalPublisher owner = SignalPublisher.open(BusDirectory.at(root, "default"))) {
            CliRun run = CliRun.of("publish", "7", "--dir", root);
            assertEquals(Tickbus.FAILED, run.exitCode());
            assertTrue(run.err().contains("pid=" + ProcessHandle.current().pid()), run.err());
            assertEquals(0, owner.nextSequence());
        }
    }

    private SignalSubscriber fromOldest() {
        return SignalSubscriber.attach(BusDirectory.at(root, "default"),
                SubscriberOptions.defaults().joinAtOldest());
    }
}
