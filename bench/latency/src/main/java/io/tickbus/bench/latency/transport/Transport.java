package io.tickbus.bench.latency.transport;

import java.nio.file.Path;

/**
 * One way to get a 64-byte message from one process to another. The sender's process and the receiver's each open one
 * end of it and use only that, each on one thread.
 *
 * <p>Those that spin have their loops to themselves, so that the compiler sees each alone.
 */
public interface Transport extends AutoCloseable {
    /** How it is set up, with versions: a sentence for the report. */
    String settings();

    /** Opens the sending end, which makes what both need below the directory. */
    void openSender(Path directory) throws Exception;

    /** Opens the receiving end, after the sender's. */
    void openReceiver(Path directory) throws Exception;

    /** Sends a burst, each message not before its intended time, which it carries. */
    void send(Burst burst);

    /** Receives a burst until it is complete or its time is over. */
    void receive(Burst burst, Reception reception);

    /** Lets go of everything, either end. */
    @Override
    void close();
}
