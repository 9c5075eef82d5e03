package io.tickbus.bench.latency;

import java.nio.file.Path;

/**
 * One way to get a 64-byte message from one process to another. The sender's process and the receiver's each open one
 * end of it and use only that.
 */
interface Transport extends AutoCloseable {
    /** The name in reports. */
    String name();

    /** Opens the sending end, which makes what both need below the directory. */
    void openSender(Path directory) throws Exception;

    /** Opens the receiving end, after the sender's. */
    void openReceiver(Path directory) throws Exception;

    /** Sends a burst, each message not before its intended time, which it carries. */
    void send(Burst burst);

    /**
     * Receives a burst.
     *
     * @param latenciesNs takes observed − intended of each message received
     * @return how many came, each once, in order and whole
     */
    int receive(Burst burst, long[] latenciesNs);

    @Override
    void close();
}
