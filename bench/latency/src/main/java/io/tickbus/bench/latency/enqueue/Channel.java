package io.tickbus.bench.latency.enqueue;

/**
 * One way from one thread to another for messages as long as the bus's record, numbered from 0. Each keeps its loops to
 * itself, so that the compiler sees each alone.
 *
 * <p><b>Threads:</b> one puts in, one takes out.
 */
interface Channel extends AutoCloseable {
    /** Messages that fit, at least, and a burst at most: nobody is refused or overwritten; few stay in the cache. */
    int CAPACITY = 1 << 10;

    /** Puts in so many messages, numbered from {@code first}. */
    void put(long first, int count);

    /** Takes out what is there, which must begin with {@code next} and go on in order; returns how many that were. */
    int take(long next);

    @Override
    default void close() {
        // Most have nothing to give back.
    }

    /** What was taken must be what comes next. */
    static void check(long number, long expected) {
        if (number != expected) {
            throw new IllegalStateException("not the next message: number=" + number + " expected=" + expected);
        }
    }

    /** For when a message found no room. */
    static IllegalStateException full(long number) {
        return new IllegalStateException("the ring is full, though a burst is shorter: number=" + number);
    }
}
