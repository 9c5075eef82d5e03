// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import java.nio.file.Path;

/**
 * One way to get a message of 64 bytes from one process to another. The sender's process and the receiver's each open
 * one end and use only that, each on one thread.
 *
 * <p>The loops are the transport's own, so that the compiler sees each alone.
 */
public interface Transport extends AutoCloseable {
    /** How it is set up, with versions: a sentence for the report. */
    String settings();

    /** Opens either end, the sender's first; for those whose ends differ, see the two below. */
    default void open(Path directory) throws Exception {
        throw new UnsupportedOperationException();
    }

    /** Opens the sending end, which creates what both need in the directory. */
    default void openSender(Path directory) throws Exception {
        open(directory);
    }

    /** Opens the receiving end, after the sender's. */
    default void openReceiver(Path directory) throws Exception {
        open(directory);
    }

    /** Sends a burst, each message not before its intended time, which it carries. */
    void send(Burst burst);

    /** Receives a burst until it is complete or its time is over. */
    void receive(Burst burst, Reception reception);

    /** Sends messages at full speed, numbered from {@code first}, waiting where the transport makes its sender wait. */
    default void stream(long first, int count) {
        throw new UnsupportedOperationException();
    }

    /** Receives what is there, in batches, until there is nothing more for the moment. */
    default void drain(Tally tally) {
        throw new UnsupportedOperationException();
    }

    @Override
    default void close() {
        // Memory that is mapped ends with the process.
    }
}
