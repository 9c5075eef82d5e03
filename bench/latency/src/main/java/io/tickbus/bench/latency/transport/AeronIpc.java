package io.tickbus.bench.latency.transport;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import io.tickbus.bench.latency.run.Versions;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron IPC by way of a media driver in a process of its own, which is not on the path of a message. Tuned: exclusive
 * publication, claimed in place, a receiver that spins, a message that fills one cache line with its header. Stock: a
 * shared publication, offered and assembled, a receiver with the idle strategy that an Aeron client has by default.
 */
final class AeronIpc implements Transport {
    private static final int STREAM_TUNED = 1001;
    private static final int STREAM_STOCK = 1002;
    private static final int LENGTH = 32;
    private static final int FRAGMENTS = 16;
    private static final int LOOKS_PER_CLOCK_READ = 4096;
    private static final long CONNECT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final String CHANNEL = "aeron:ipc?term-length=4m";

    private final boolean isStock;
    private final BufferClaim claim = new BufferClaim();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    private final IdleStrategy idle;
    private final FragmentHandler handler;
    private Aeron aeron;
    private Publication publication;
    private ExclusivePublication exclusive;
    private Subscription subscription;
    private Reception reception;

    AeronIpc(boolean isStock) {
        this.isStock = isStock;
        this.idle = isStock ? new BackoffIdleStrategy() : new BusySpinIdleStrategy();
        FragmentHandler plain = (buffer, offset, length, header) -> take(buffer, offset);
        this.handler = isStock ? new FragmentAssembler(plain) : plain;
    }

    @Override
    public String settings() {
        String version = "Aeron " + Versions.of("aeron") + ", media driver in a process of its own, " + CHANNEL;
        return isStock ? version + ", shared publication, offer, FragmentAssembler, BackoffIdleStrategy"
                : version + ", exclusive publication, tryClaim, 32 bytes + 32 of header, BusySpinIdleStrategy, "
                + "term buffers not sparse";
    }

    private void connect(Path directory) {
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(AeronDriver.directory(directory).toString())
                .preTouchMappedMemory(true));
    }

    private int stream() {
        return isStock ? STREAM_STOCK : STREAM_TUNED;
    }

    @Override
    public void openSender(Path directory) {
        connect(directory);
        if (isStock) {
            publication = aeron.addPublication(CHANNEL, stream());
        } else {
            exclusive = aeron.addExclusivePublication(CHANNEL, stream());
        }
    }

    @Override
    public void openReceiver(Path directory) {
        connect(directory);
        subscription = aeron.addSubscription(CHANNEL, stream());
        long giveUpNs = System.nanoTime() + CONNECT_NS;
        while (!subscription.isConnected()) {
            if (System.nanoTime() > giveUpNs) {
                throw new IllegalStateException("Aeron does not connect: stream=" + stream());
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void send(Burst burst) {
        if (isStock) {
            offer(burst);
        } else {
            claim(burst);
        }
    }

    private void claim(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long sentNs = burst.spinUntilDue(i);
            while (exclusive.tryClaim(LENGTH, claim) < 0) {
                Thread.onSpinWait();
            }
            put(claim.buffer(), claim.offset(), burst.first() + i, burst.dueNs(i), sentNs);
            claim.commit();
        }
    }

    private void offer(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long sentNs = burst.awaitDue(i);
            put(message, 0, burst.first() + i, burst.dueNs(i), sentNs);
            while (publication.offer(message, 0, LENGTH) < 0) {
                Thread.onSpinWait();
            }
        }
    }

    private static void put(MutableDirectBuffer buffer, int offset, long sequence, long dueNs, long sentNs) {
        buffer.putLong(offset, sequence, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + Long.BYTES, dueNs, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + 2 * Long.BYTES, sentNs, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + 3 * Long.BYTES, 0, ByteOrder.LITTLE_ENDIAN);
    }

    private void take(DirectBuffer buffer, int offset) {
        reception.take(buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN),
                buffer.getLong(offset + Long.BYTES, ByteOrder.LITTLE_ENDIAN), System.nanoTime());
    }

    @Override
    public void receive(Burst burst, Reception newReception) {
        reception = newReception;
        if (isStock) {
            idleForMessages(burst);
        } else {
            spinForMessages(burst);
        }
    }

    private void spinForMessages(Burst burst) {
        int looks = 0;
        while (!reception.isComplete()) {
            if (subscription.poll(handler, FRAGMENTS) == 0 && ++looks % LOOKS_PER_CLOCK_READ == 0
                    && System.nanoTime() > burst.giveUpNs()) {
                break;
            }
        }
    }

    private void idleForMessages(Burst burst) {
        while (!reception.isComplete() && System.nanoTime() < burst.giveUpNs()) {
            idle.idle(subscription.poll(handler, FRAGMENTS));
        }
    }

    @Override
    public void close() {
        if (aeron != null) {
            aeron.close();
        }
    }
}
