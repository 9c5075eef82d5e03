// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.PublisherStatus;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PublisherLivenessTest {
    @TempDir
    Path root;

    @Test
    void shouldSayThatSignalsAreGoneWhenTheyWereShortened() throws IOException {
        BusDirectory directory = BusDirectory.at(root, "bus");
        SignalPublisher.open(directory).close();
        SignalsFile file = SignalsFile.attach(directory);
        PublisherLiveness watch = new PublisherLiveness(directory);
        assertEquals(PublisherStatus.CLOSED, watch.status(file, System.nanoTime()));
        try (FileChannel channel = FileChannel.open(directory.signals(), StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        for (int i = 0; i < 3; i++) {
            BusException e = assertThrows(BusException.class, () -> watch.status(file, System.nanoTime()));
            assertEquals(BusException.Reason.TRUNCATED, e.reason(), e.getMessage());
        }
    }
}
