package io.tickbus.bench.latency.enqueue;

import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/** The JDK's ArrayBlockingQueue, a ring behind a ReentrantLock, of references to messages that go round. */
final class BlockingQueueChannel implements Channel {
    private static final int SIGNAL_ID = 42;

    private final Queue<Message> queue = new ArrayBlockingQueue<>(CAPACITY);
    /** Twice as many as fit, so that none is filled anew before it was read. */
    private final Message[] messages = Message.array(2 * CAPACITY);

    @Override
    public void put(long first, int count) {
        for (long number = first; number < first + count; number++) {
            Message message = messages[(int) number & (messages.length - 1)];
            message.set(number, SIGNAL_ID);
            if (!queue.offer(message)) {
                throw Channel.full(number);
            }
        }
    }

    @Override
    public int take(long next) {
        int taken = 0;
        for (Message message = queue.poll(); message != null; message = queue.poll()) {
            Channel.check(message.key(), next + taken);
            taken++;
        }
        return taken;
    }
}
