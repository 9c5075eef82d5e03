// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import io.tickbus.bench.latency.harness.Versions;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron IPC through a media driver in a process of its own, which is not on the path of a message. Tuned: exclusive
 * publication, claimed in place, a receiver that spins, a message that fills one cache line with its header. Stock: a
 * shared publication, offered and assembled, a receiver with the idle strategy that an Aeron client has by default.
 */
final class AeronIpc implements Transport {
    private static final int STREAM_TUNED = 1001;
    private static final int STREAM_STOCK = 1002;
    private static final int LENGTH = 32;
    private static final int FRAGMENTS = 16;
    private static final int FRAGMENTS_OF_STREAM = 256;
    private static final long CONNECT_NS = TimeUnit.SECONDS.toNanos(10);

    private final boolean isStock;
    private final String channel;
    private final BufferClaim claim = new BufferClaim();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    private final IdleStrategy idle = new BackoffIdleStrategy();
    private final FragmentHandler handler;
    private final FragmentHandler streamHandler;
    private Aeron aeron;
    private Publication publication;
    private ExclusivePublication exclusive;
    private Subscription subscription;
    private Reception reception;
    private Tally tally;

    AeronIpc(boolean isStock, int termMiB) {
        this.isStock = isStock;
        this.channel = "aeron:ipc?term-length=" + termMiB + "m";
        FragmentHandler plain = (buffer, offset, length, header) -> reception.take(
                buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN),
                buffer.getLong(offset + Long.BYTES, ByteOrder.LITTLE_ENDIAN), System.nanoTime());
        this.handler = isStock ? new FragmentAssembler(plain) : plain;
        this.streamHandler =
                (buffer, offset, length, header) -> tally.take(buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN));
    }

    @Override
    public String settings() {
        return "Aeron " + Versions.of("aeron") + ", media driver in a process of its own, " + channel + (isStock
                ? ", shared publication, offer, FragmentAssembler, BackoffIdleStrategy"
                : ", exclusive publication, tryClaim, 32 bytes + 32 of header, busy spin, term buffers not sparse");
    }

    private void connect(Path directory) {
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(AeronDriver.directory(directory))
                .preTouchMappedMemory(true));
    }

    private int streamId() {
        return isStock ? STREAM_STOCK : STREAM_TUNED;
    }

    @Override
    public void openSender(Path directory) {
        connect(directory);
        if (isStock) {
            publication = aeron.addPublication(channel, streamId());
        } else {
            exclusive = aeron.addExclusivePublication(channel, streamId());
        }
    }

    @Override
    public void openReceiver(Path directory) {
        connect(directory);
        subscription = aeron.addSubscription(channel, streamId());
        long giveUpNs = System.nanoTime() + CONNECT_NS;
        while (!subscription.isConnected()) {
            if (System.nanoTime() > giveUpNs) {
                throw new IllegalStateException("Aeron does not connect: stream=" + streamId());
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

    @Override
    public void receive(Burst burst, Reception newReception) {
        reception = newReception;
        if (isStock) {
            while (!reception.isComplete() && System.nanoTime() < burst.giveUpNs()) {
                idle.idle(subscription.poll(handler, FRAGMENTS));
            }
        } else {
            spinForMessages(burst);
        }
    }

    private void spinForMessages(Burst burst) {
        int polls = 0;
        while (!reception.isComplete()) {
            if (subscription.poll(handler, FRAGMENTS) == 0 && burst.isOver(++polls)) {
                break;
            }
        }
    }

    @Override
    public void stream(long first, int count) {
        for (long number = first; number < first + count; number++) {
            while (exclusive.tryClaim(LENGTH, claim) < 0) {
                Thread.onSpinWait();
            }
            claim.buffer().putLong(claim.offset(), number, ByteOrder.LITTLE_ENDIAN);
            claim.commit();
        }
    }

    @Override
    public void drain(Tally newTally) {
        tally = newTally;
        while (subscription.poll(streamHandler, FRAGMENTS_OF_STREAM) == FRAGMENTS_OF_STREAM) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        if (aeron != null) {
            aeron.close();
        }
    }
}
