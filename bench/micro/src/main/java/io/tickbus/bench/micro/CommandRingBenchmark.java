// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import io.tickbus.core.internal.file.RepliesFile;
import io.tickbus.core.internal.layout.RepliesLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.memory.SlotRing;
import io.tickbus.core.internal.memory.SlotWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to put a command into a client's ring, to take it out and to release its slot, by one thread: the
 * instructions, without the way from one processor to another. Beside it Agrona's ring of one producer.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
public class CommandRingBenchmark {
    private static final int SLOT_COUNT = 1024;
    private static final int LENGTH = 56;

    /** A client's ring and its session. */
    @State(Scope.Thread)
    public static class Commands {
        private final SharedRegion region = SharedRegion.allocate((int) RepliesLayout.fileLength(1, 2));
        private final SlotRing ring =
                new SlotRing(SharedRegion.allocate(SLOT_COUNT * SlotRing.SLOT_LENGTH), 0, SLOT_COUNT);
        private final RepliesFile replies = RepliesFile.over(region, 1, 2);
        private final SlotWriter writer = replies.session(0).commandWriter(ring);
        private final long[] taken = new long[SlotRing.FIELD_COUNT];
        private long consumed;
    }

    /** Agrona's. */
    @State(Scope.Thread)
    public static class Peer {
        private final OneToOneRingBuffer ring = new OneToOneRingBuffer(new UnsafeBuffer(
                ByteBuffer.allocateDirect((SLOT_COUNT << 6) + RingBufferDescriptor.TRAILER_LENGTH)));
        private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
        private long sum;
    }

    /** Ours: a command in, out, and its slot free. */
    @Benchmark
    public long tickbus(Commands commands) {
        if (commands.writer.write(commands.consumed, 1, 0, 2, 0) == SlotWriter.FULL) {
            throw new IllegalStateException("the ring is full: consumed=" + commands.consumed);
        }
        if (commands.ring.read(commands.consumed, commands.taken) != SlotRing.COMMITTED) {
            throw new IllegalStateException("the command is not there: consumed=" + commands.consumed);
        }
        commands.replies.session(0).putConsumed(++commands.consumed);
        return commands.taken[0];
    }

    /** Agrona's: a message in and out. */
    @Benchmark
    public long agronaOneToOne(Peer peer) {
        peer.message.putLong(0, peer.sum);
        if (!peer.ring.write(1, peer.message, 0, LENGTH)) {
            throw new IllegalStateException("the ring is full: sum=" + peer.sum);
        }
        peer.ring.read((type, buffer, index, length) -> peer.sum += 1 + buffer.getLong(index) % 2, 1);
        return peer.sum;
    }
}
