// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import io.tickbus.core.internal.memory.SharedRegion;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files that both processes of a run map and write; created where they are missing. */
public final class SharedFile {
    private SharedFile() {
    }

    /** As memory with ordered access. */
    public static SharedRegion region(Path path, long length) throws IOException {
        try (FileChannel channel = open(path)) {
            return SharedRegion.map(channel, length, true);
        }
    }

    /** As a plain buffer, with every page touched, so that no burst meets a page fault. */
    static MappedByteBuffer buffer(Path path, long length) throws IOException {
        try (FileChannel channel = open(path)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, length).load();
        }
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
}
