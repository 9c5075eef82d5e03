package io.tickbus.bench.latency.transport;

import io.tickbus.bench.latency.run.Versions;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/** A mapped file as Agrona's buffers want it. */
public final class AgronaFile {
    private AgronaFile() {
    }

    static String version() {
        return "Agrona " + Versions.of("agrona");
    }

    /** Maps a file of that length, made where it is missing, with every page touched. */
    public static UnsafeBuffer map(Path path, int length) throws IOException {
        return new UnsafeBuffer(SharedFile.buffer(path, length));
    }
}
