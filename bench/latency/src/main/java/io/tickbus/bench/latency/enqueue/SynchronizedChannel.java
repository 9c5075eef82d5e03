package io.tickbus.bench.latency.enqueue;

/** The plainest ring with a lock. */
final class SynchronizedChannel implements Channel {
    private static final int SIGNAL_ID = 42;
    private static final long EMPTY = -1;

    private final Message[] ring = Message.array(CAPACITY);
    private long head;
    private long tail;

    @Override
    public void put(long first, int count) {
        for (long number = first; number < first + count; number++) {
            if (!offer(number)) {
                throw Channel.full(number);
            }
        }
    }

    private synchronized boolean offer(long number) {
        if (tail - head == CAPACITY) {
            return false;
        }
        ring[(int) tail & (CAPACITY - 1)].set(number, SIGNAL_ID);
        tail++;
        return true;
    }

    @Override
    public int take(long next) {
        int taken = 0;
        for (long number = poll(); number != EMPTY; number = poll()) {
            Channel.check(number, next + taken);
            taken++;
        }
        return taken;
    }

    private synchronized long poll() {
        return head == tail ? EMPTY : ring[(int) head++ & (CAPACITY - 1)].key();
    }
}
