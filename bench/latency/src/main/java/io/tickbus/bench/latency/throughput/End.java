package io.tickbus.bench.latency.throughput;

import java.nio.file.Path;

/** One end of a transport at full speed. Each has its loops to itself. What a message carries, its settings say. */
interface End extends AutoCloseable {
    /** How it is set up. */
    String settings();

    void openWriter(Path directory) throws Exception;

    void openReader(Path directory) throws Exception;

    /** Writes messages of these numbers, waiting where the transport itself makes its writer wait. */
    void write(long first, int count);

    /** Reads what is there, in batches, until there is nothing more for the moment. */
    void read(Tally tally);

    @Override
    void close();
}
