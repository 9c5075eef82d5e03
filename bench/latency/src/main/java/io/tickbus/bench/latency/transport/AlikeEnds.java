package io.tickbus.bench.latency.transport;

import java.nio.file.Path;

/** A transport whose two ends are opened in the same way. */
interface AlikeEnds extends Transport {
    /** Opens either end. */
    void open(Path directory) throws Exception;

    @Override
    default void openSender(Path directory) throws Exception {
        open(directory);
    }

    @Override
    default void openReceiver(Path directory) throws Exception {
        open(directory);
    }
}
