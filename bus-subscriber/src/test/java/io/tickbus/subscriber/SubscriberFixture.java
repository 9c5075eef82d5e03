// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.WaitStrategy;
import io.tickbus.publisher.SignalPublisher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.function.Executable;

/** What the tests of this package do to publishers and subscribers. */
public final class SubscriberFixture implements SubscriberListener {
    /** A publisher without a thread beats only when it opens: no stall of the host is to make it look stalled. */
    public static final SignalsOptions SMALL = SignalsOptions.defaults().withSlotCount(8)
            .withHeartbeatIntervalNs(TimeUnit.SECONDS.toNanos(10));
    /** Longer than a publisher of {@link #SMALL} may be silent. */
    public static final long LONG_AGO_NS = TimeUnit.SECONDS.toNanos(300);
    public static final int NEXT_SEQUENCE = 512;
    public static final int FIRST_SLOT = 4096;

    public final List<String> events = new ArrayList<>();
    public final List<Long> sequences = new ArrayList<>();

    @Override
    public void onLoss(long firstSequence, long count) {
        events.add("loss " + firstSequence + "+" + count);
    }

    @Override
    public void onPublisherRestarted(long epoch) {
        events.add("restarted " + epoch);
    }

    @Override
    public void onNewHistory(long nextSequence) {
        events.add("history " + nextSequence);
    }

    @Override
    public void onPublisherStatus(PublisherStatus status) {
        events.add("status " + status);
    }

    SubscriberOptions options() {
        return SubscriberOptions.defaults().withListener(this).withWaitStrategy(WaitStrategy.spin());
    }

    SignalSubscriber join(BusDirectory directory, long sequence) {
        return SignalSubscriber.attach(directory, options().joinedAt(sequence));
    }

    /** Polls, checking the bus each time, until there is nothing twice in a row. */
    List<Long> drain(SignalSubscriber subscriber) {
        sequences.clear();
        for (int empty = 0; empty < 2; ) {
            int count = subscriber.poll(signal -> sequences.add(signal.sequence()), 3);
            empty = count == 0 ? empty + 1 : 0;
            subscriber.publisherStatus();
        }
        return List.copyOf(sequences);
    }

    public static void publish(SignalPublisher publisher, int count) {
        for (int i = 0; i < count; i++) {
            publisher.publish((int) publisher.nextSequence());
        }
    }

    public static List<Long> range(long first, long end) {
        return java.util.stream.LongStream.range(first, end).boxed().toList();
    }

    public static BusException assertFails(Reason reason, Executable action) {
        BusException e = assertThrows(BusException.class, action);
        assertEquals(reason, e.reason(), e.getMessage());
        return e;
    }

    public static void put(Path file, int offset, long value) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value), offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
