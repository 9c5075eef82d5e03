// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.layout.DoorbellLayout;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Any member of a group that a bus is shared with may cut its doorbell: a tail continues. */
@Timeout(60)
class TailCutDoorbellTest {
    private static final int CUTS = 300;
    private static final long LONG_NS = TimeUnit.MINUTES.toNanos(1);

    @TempDir
    Path folder;

    @Test
    void shouldPrintEverySignalWhenDoorbellIsCutAgainAndAgain() throws Exception {
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "bus");
        String group = Files.readAttributes(folder, PosixFileAttributes.class).group().getName();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (SignalPublisher publisher = SignalPublisher.open(directory, SignalsOptions.defaults()
                .withGroup(group).withHeartbeatIntervalNs(TimeUnit.MILLISECONDS.toNanos(1)))) {
            LineBuffer out = new LineBuffer(printed);
            SignalFormat format = SignalTable.ofSignals(80);
            TailEvents events = new TailEvents(format, out, new PrintWriter(new StringWriter()));
            SignalSubscriber subscriber = SignalSubscriber.attach(directory,
                    SubscriberOptions.defaults().withWaitStrategy(WaitStrategy.park()).withListener(events));
            CompletableFuture<Void> tailing = CompletableFuture.runAsync(
                    () -> new Tail(subscriber, events, format, out, true).run(CUTS, LONG_NS));
            for (int i = 0; i < CUTS && !tailing.isDone(); i++) {
                cut(directory.doorbell());
                while (Files.size(directory.doorbell()) < DoorbellLayout.LENGTH) {
                    assertFalse(Thread.currentThread().isInterrupted());
                    Thread.onSpinWait();
                }
                publisher.publish(i);
            }
            tailing.get(30, TimeUnit.SECONDS);
            assertEquals(CUTS, subscriber.received());
        }
        assertEquals(CUTS, printed.toString(StandardCharsets.UTF_8).lines().filter(line -> line.matches("\\s*\\d.*"))
                .count(), printed::toString);
    }

    private static void cut(Path doorbell) throws Exception {
        try (FileChannel channel = FileChannel.open(doorbell, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
    }
}
