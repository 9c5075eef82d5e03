// SPDX-License-Identifier: Apache-2.0
package io.tickbus.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.FutexWord;
import io.tickbus.core.internal.platform.Platforms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The JVM may report a fault of mapped memory when the next native call returns; callers contain it by its type. */
@Timeout(60)
class FaultInNativeCallTest {
    private static final int ROUNDS = 5_000;
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    @Test
    void shouldThrowFaultAsItIsWhenItSurfacesInNativeCall() throws IOException {
        FutexWord word = Platforms.current().futexWord(SharedRegion.allocate(PAGE), 0);
        Map<String, Integer> thrown = new TreeMap<>();
        try (FileChannel file = FileChannel.open(folder.resolve("file"), StandardOpenOption.READ,
                StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            for (int i = 0; i < ROUNDS; i++) {
                file.write(ByteBuffer.allocate(PAGE), 0);
                MappedByteBuffer memory = file.map(FileChannel.MapMode.READ_WRITE, 0, PAGE);
                file.truncate(0);
                try {
                    storeAndWake(memory, word);
                } catch (Error e) {
                    thrown.merge(e.getClass().getSimpleName(), 1, Integer::sum);
                }
            }
        }
        assertEquals(Map.of("InternalError", thrown.getOrDefault("InternalError", 0)), thrown);
        assertTrue(thrown.get("InternalError") > 0);
    }

    private static int storeAndWake(MappedByteBuffer memory, FutexWord word) {
        memory.putLong(8, 1);
        return word.wakeAll();
    }
}
