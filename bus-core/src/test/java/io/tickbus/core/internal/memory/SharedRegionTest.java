// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class SharedRegionTest {
    private static final int LENGTH = 4096;
    private static final long LONG_VALUE = 0x8877_6655_4433_2211L;
    private static final int INT_VALUE = 0xA4A3_A2A1;

    @TempDir
    Path folder;

    @Test
    void shouldStoreLittleEndianWhenLongIsPut() {
        SharedRegion region = SharedRegion.allocate(LENGTH);
        region.putLong(0, LONG_VALUE);
        region.putLongOpaque(8, LONG_VALUE);
        region.putLongRelease(16, LONG_VALUE);
        for (int i = 0; i < 24; i++) {
            assertEquals((byte) (0x11 * (1 + i % 8)), region.asByteBuffer().get(i), "offset=" + i);
        }
        assertEquals(LONG_VALUE, region.getLong(8));
        assertEquals(LONG_VALUE, region.getLongOpaque(16));
        assertEquals(LONG_VALUE, region.getLongAcquire(0));
    }

    @Test
    void shouldStoreLittleEndianWhenIntIsPut() {
        SharedRegion region = SharedRegion.allocate(LENGTH);
        region.putInt(0, INT_VALUE);
        region.putIntOpaque(4, INT_VALUE);
        region.putIntRelease(8, INT_VALUE);
        for (int i = 0; i < 12; i++) {
            assertEquals((byte) (0xA1 + i % 4), region.asByteBuffer().get(i), "offset=" + i);
        }
        assertEquals(INT_VALUE, region.getInt(4));
        assertEquals(INT_VALUE, region.getIntOpaque(8));
        assertEquals(INT_VALUE, region.getIntAcquire(0));
    }

    @Test
    void shouldShareMemoryWhenFileIsMappedTwice() {
        SharedRegion writer = map(true);
        SharedRegion reader = map(false);
        writer.putLongRelease(64, LONG_VALUE);
        assertEquals(LONG_VALUE, reader.getLongAcquire(64));
        assertEquals(LENGTH, reader.length());
    }

    @Test
    void shouldRefuseStoresWhenReadOnly() {
        SharedRegion region = map(false);
        assertTrue(region.isReadOnly());
        assertFalse(map(true).isReadOnly());
        List<Executable> stores = List.of(() -> region.putLong(0, 1), () -> region.putLongOpaque(0, 1),
                () -> region.putLongRelease(0, 1), () -> region.putInt(0, 1), () -> region.putIntOpaque(0, 1),
                () -> region.putIntRelease(0, 1));
        for (Executable store : stores) {
            assertThrows(UnsupportedOperationException.class, store);
        }
        assertEquals(0, region.getLong(0));
    }

    @Test
    void shouldThrowWhenOrderedAccessIsMisaligned() {
        SharedRegion region = SharedRegion.allocate(LENGTH);
        for (int offset = 1; offset < Long.BYTES; offset++) {
            int at = offset;
            assertThrows(IllegalStateException.class, () -> region.getLongAcquire(at));
            assertThrows(IllegalStateException.class, () -> region.getLongOpaque(at));
            assertThrows(IllegalStateException.class, () -> region.putLongRelease(at, 1));
            assertThrows(IllegalStateException.class, () -> region.putLongOpaque(at, 1));
        }
        for (int offset = 1; offset < Integer.BYTES; offset++) {
            int at = offset;
            assertThrows(IllegalStateException.class, () -> region.getIntAcquire(at));
            assertThrows(IllegalStateException.class, () -> region.getIntOpaque(at));
            assertThrows(IllegalStateException.class, () -> region.putIntRelease(at, 1));
            assertThrows(IllegalStateException.class, () -> region.putIntOpaque(at, 1));
        }
    }

    @Test
    void shouldThrowWhenAccessIsOutsideRegion() {
        SharedRegion region = map(true);
        for (int offset : new int[] {-8, LENGTH - 4, LENGTH, Integer.MAX_VALUE - 7}) {
            assertThrows(IndexOutOfBoundsException.class, () -> region.getLong(offset));
            assertThrows(IndexOutOfBoundsException.class, () -> region.putLong(offset, 1));
        }
    }

    @Test
    void shouldBeZeroAndAlignedWhenAllocated() {
        for (int length = 1; length < 300; length += 13) {
            SharedRegion region = SharedRegion.allocate(length);
            assertEquals(length, region.length());
            assertEquals(0, region.asByteBuffer().alignmentOffset(0, 64));
            for (int i = 0; i < region.length(); i++) {
                assertEquals(0, region.asByteBuffer().get(i));
            }
        }
    }

    private SharedRegion map(boolean writable) {
        try {
            Path file = folder.resolve("words");
            if (!Files.exists(file)) {
                Files.write(file, new byte[LENGTH]);
            }
            StandardOpenOption[] options = writable
                    ? new StandardOpenOption[] {StandardOpenOption.READ, StandardOpenOption.WRITE}
                    : new StandardOpenOption[] {StandardOpenOption.READ};
            try (FileChannel channel = FileChannel.open(file, options)) {
                return SharedRegion.map(channel, LENGTH, writable);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
