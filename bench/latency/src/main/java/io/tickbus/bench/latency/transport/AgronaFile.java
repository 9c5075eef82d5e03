package io.tickbus.bench.latency.transport;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            MappedByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, length);
            memory.load();
            return new UnsafeBuffer(memory);
        }
    }
}
