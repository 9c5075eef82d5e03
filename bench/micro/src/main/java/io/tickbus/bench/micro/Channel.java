// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.micro;

import io.tickbus.core.SignalRecord;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.subscriber.SignalHandler;
import io.tickbus.subscriber.SignalSubscriber;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.BufferUtil;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;

/**
 * One way from a producer to a consumer for a message of 64 bytes with everything that the bus's record has. Each trial
 * makes one, so that its calls are inlined as they would be in a program that has only that one.
 */
interface Channel extends AutoCloseable {
    /** Messages that fit, where something bounds them. */
    int CAPACITY = 1 << 13;
    /** Answer of {@link #poll} where nothing is there. */
    long EMPTY = Long.MIN_VALUE;

    /** Sends; false where the channel is full. */
    boolean offer(long publishedNs, long deadlineNs, int signalId, long key);

    /** Takes one message and returns its key, or {@link #EMPTY}. */
    long poll();

    @Override
    default void close() {
        // Nothing to give back.
    }

    static Channel named(String name) {
        return switch (name) {
            case "tickbus" -> new Bus(false);
            case "tickbus-parking" -> new Bus(true);
            case "agrona-broadcast" -> new Broadcast();
            case "agrona-many-to-one" -> new Queued(new ManyToOneConcurrentArrayQueue<>(CAPACITY));
            case "concurrent-linked" -> new Queued(new ConcurrentLinkedQueue<>());
            case "array-blocking" -> new Queued(new ArrayBlockingQueue<>(CAPACITY));
            case "synchronized-ring" -> new LockedRing();
            default -> throw new IllegalArgumentException("no such channel: channel=" + name);
        };
    }

    /** The bus, in shared memory; overwrites. */
    final class Bus implements Channel {
        private final BenchBus bus;
        private final SignalPublisher publisher;
        private final SignalSubscriber subscriber;
        private final SignalHandler handler = this::take;
        private long lastKey;

        Bus(boolean hasParking) {
            bus = BenchBus.open(CAPACITY, hasParking);
            publisher = bus.publisher();
            subscriber = bus.attach();
        }

        @Override
        public boolean offer(long publishedNs, long deadlineNs, int signalId, long key) {
            publisher.publish(signalId, key, deadlineNs, publishedNs);
            return true;
        }

        @Override
        public long poll() {
            return subscriber.poll(handler, 1) == 0 ? EMPTY : lastKey;
        }

        private void take(SignalRecord signal) {
            lastKey = signal.key();
        }

        @Override
        public void close() {
            bus.close();
        }
    }

    /** Agrona's broadcast buffer, in private memory; overwrites. Each record: 8 bytes of header, 56 of message. */
    final class Broadcast implements Channel {
        private static final int RECORD_LENGTH = 64;
        private static final int MESSAGE_LENGTH = 56;
        private static final int MESSAGE_TYPE = 1;
        private static final int PUBLISHED_NS = 0;
        private static final int DEADLINE_NS = 8;
        private static final int KEY = 16;
        private static final int SIGNAL_ID = 24;

        private final UnsafeBuffer outgoing = new UnsafeBuffer(ByteBuffer.allocateDirect(MESSAGE_LENGTH));
        private final UnsafeBuffer incoming = new UnsafeBuffer(ByteBuffer.allocateDirect(MESSAGE_LENGTH));
        private final BroadcastTransmitter transmitter;
        private final BroadcastReceiver receiver;

        Broadcast() {
            ByteBuffer memory = BufferUtil.allocateDirectAligned(
                    CAPACITY * RECORD_LENGTH + BroadcastBufferDescriptor.TRAILER_LENGTH, RECORD_LENGTH);
            transmitter = new BroadcastTransmitter(new UnsafeBuffer(memory));
            receiver = new BroadcastReceiver(new UnsafeBuffer(memory));
        }

        @Override
        public boolean offer(long publishedNs, long deadlineNs, int signalId, long key) {
            outgoing.putLong(PUBLISHED_NS, publishedNs, ByteOrder.LITTLE_ENDIAN);
            outgoing.putLong(DEADLINE_NS, deadlineNs, ByteOrder.LITTLE_ENDIAN);
            outgoing.putLong(KEY, key, ByteOrder.LITTLE_ENDIAN);
            outgoing.putInt(SIGNAL_ID, signalId, ByteOrder.LITTLE_ENDIAN);
            transmitter.transmit(MESSAGE_TYPE, outgoing, 0, MESSAGE_LENGTH);
            return true;
        }

        @Override
        public long poll() {
            if (!receiver.receiveNext()) {
                return EMPTY;
            }
            incoming.putBytes(0, receiver.buffer(), receiver.offset(), receiver.length());
            return receiver.validate() ? incoming.getLong(KEY, ByteOrder.LITTLE_ENDIAN) : EMPTY;
        }
    }

    /** A queue of references to messages, which go round. */
    final class Queued implements Channel {
        private final Queue<Message> queue;
        private final Message[] messages = Message.array(2 * CAPACITY);
        private int next;

        Queued(Queue<Message> queue) {
            this.queue = queue;
        }

        @Override
        public boolean offer(long publishedNs, long deadlineNs, int signalId, long key) {
            Message message = messages[next];
            message.set(publishedNs, deadlineNs, signalId, key);
            if (!queue.offer(message)) {
                return false;
            }
            next = (next + 1) & (messages.length - 1);
            return true;
        }

        @Override
        public long poll() {
            Message message = queue.poll();
            return message == null ? EMPTY : message.key();
        }
    }

    /** The plainest ring with a lock: what the source measured against. */
    final class LockedRing implements Channel {
        private final Message[] ring = Message.array(CAPACITY);
        private long head;
        private long tail;

        @Override
        public synchronized boolean offer(long publishedNs, long deadlineNs, int signalId, long key) {
            if (tail - head == CAPACITY) {
                return false;
            }
            ring[(int) tail & (CAPACITY - 1)].set(publishedNs, deadlineNs, signalId, key);
            tail++;
            return true;
        }

        @Override
        public synchronized long poll() {
            return head == tail ? EMPTY : ring[(int) head++ & (CAPACITY - 1)].key();
        }
    }
}
