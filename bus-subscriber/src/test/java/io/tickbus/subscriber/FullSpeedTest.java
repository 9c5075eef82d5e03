// SPDX-License-Identifier: Apache-2.0
package io.tickbus.subscriber;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import io.tickbus.publisher.SignalPublisher;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A million signals as fast as one thread publishes them: each is received whole and in order, or reported lost. */
@Timeout(120)
class FullSpeedTest {
    private static final long COUNT = 1_000_000;
    private static final long STOP_AT = 1_000;
    private static final long GO_ON_AT = 400_000;
    private static final int BURST = 64;

    @TempDir
    Path folder;

    private final AtomicLong published = new AtomicLong();
    private final AtomicLong readyReaders = new AtomicLong();

    @Test
    void shouldAccountForEverySignalWhenParkingIsOff() throws Exception {
        run(SignalsOptions.defaults().withSlotCount(1 << 12).withParking(false), false);
    }

    @Test
    void shouldAccountForEverySignalWhenReadersPark() throws Exception {
        run(SignalsOptions.defaults().withSlotCount(1 << 12), true);
    }

    @Test
    void shouldAccountForEverySignalWhenRingIsTiny() throws Exception {
        run(SignalsOptions.defaults().withSlotCount(4), false);
    }

    private void run(SignalsOptions options, boolean isParking) throws Exception {
        BusDirectory directory = BusDirectory.at(folder.resolve("root"), "bus");
        ExecutorService readers = Executors.newFixedThreadPool(2);
        try (SignalPublisher publisher = SignalPublisher.open(directory, options)) {
            Future<Reader> bursts = readers.submit(() -> new Reader(directory, isParking).read(false));
            Future<Reader> stopped = readers.submit(() -> new Reader(directory, isParking).read(true));
            while (readyReaders.get() < 2) {
                Thread.onSpinWait();
            }
            publishAll(publisher);
            for (Future<Reader> reader : java.util.List.of(bursts, stopped)) {
                SignalSubscriber subscriber = reader.get(60, TimeUnit.SECONDS).subscriber;
                System.out.println("FullSpeedTest received=" + subscriber.received() + " lost=" + subscriber.lost()
                        + " overruns=" + subscriber.overruns());
                assertEquals(COUNT, subscriber.received() + subscriber.lost());
                assertTrue(subscriber.received() > 0);
            }
            assertTrue(stopped.get().subscriber.lost() >= GO_ON_AT - STOP_AT - BURST - options.slotCount());
        } finally {
            readers.shutdownNow();
        }
    }

    private void publishAll(SignalPublisher publisher) {
        SignalRecord signal = new SignalRecord();
        byte[] payload = new byte[12];
        ByteBuffer words = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        for (long sequence = 0; sequence < COUNT; sequence++) {
            words.putLong(0, mix(sequence, 6)).putInt(8, (int) mix(sequence, 7));
            signal.publishedNs(mix(sequence, 1)).deadlineNs(mix(sequence, 2)).key(mix(sequence, 3))
                    .signalId((int) mix(sequence, 4)).occurrence((int) mix(sequence, 5), (int) ~mix(sequence, 5))
                    .flags(SignalRecordLayout.FLAG_COALESCED).generation((int) mix(sequence, 7))
                    .payload(payload);
            publisher.publish(signal);
            if ((sequence & 1023) == 0) {
                published.setRelease(sequence);
            }
        }
        published.setRelease(COUNT);
    }

    /** A checksum of the sequence, another for each field (SplitMix64). */
    private static long mix(long sequence, int field) {
        long z = sequence * 8 + field + 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }

    private final class Reader implements SubscriberListener {
        private final SignalSubscriber subscriber;
        private final boolean isParking;
        private long expected;

        Reader(BusDirectory directory, boolean isParking) {
            this.isParking = isParking;
            subscriber = SignalSubscriber.attach(directory, SubscriberOptions.defaults().joinAt(0)
                    .withListener(this).withWaitStrategy(isParking ? WaitStrategy.park() : WaitStrategy.spin()));
            readyReaders.incrementAndGet();
        }

        Reader read(boolean stops) {
            boolean hasStopped = !stops;
            while (subscriber.sequence() < COUNT && !Thread.currentThread().isInterrupted()) {
                int count = isParking ? subscriber.await(this::check, BURST, TimeUnit.SECONDS.toNanos(10))
                        : subscriber.poll(this::check, BURST);
                if (count == 0) {
                    Thread.onSpinWait();
                }
                if (!hasStopped && subscriber.sequence() >= STOP_AT) {
                    hasStopped = true;
                    while (published.getAcquire() < GO_ON_AT && !Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                    }
                }
            }
            assertEquals(COUNT, expected);
            return this;
        }

        @Override
        public void onLoss(long firstSequence, long count) {
            assertEquals(expected, firstSequence);
            assertTrue(count > 0, "count=" + count);
            expected += count;
        }

        private void check(SignalRecord signal) {
            long sequence = signal.sequence();
            assertEquals(expected, sequence);
            expected = sequence + 1;
            if (signal.publishedNs() != mix(sequence, 1) || signal.deadlineNs() != mix(sequence, 2)
                    || signal.key() != mix(sequence, 3) || signal.signalId() != (int) mix(sequence, 4)
                    || signal.occurrence() != (int) mix(sequence, 5) || signal.missed() != ~(int) mix(sequence, 5)
                    || signal.payloadLong() != mix(sequence, 6) || signal.payloadLength() != 12
                    || signal.generation() != (int) mix(sequence, 7)) {
                throw new AssertionError("torn: " + signal);
            }
        }
    }
}
