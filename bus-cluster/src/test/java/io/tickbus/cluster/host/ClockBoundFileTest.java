// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as the daemon of ClockBound writes them: the layout of version 2 of its shared memory, field by field. */
class ClockBoundFileTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long AS_OF_NS = 1_000 * SECOND_NS + 5;
    private static final long BOUND_NS = 25_000;

    @TempDir
    private Path folder;
    private final ByteBuffer segment = ByteBuffer.allocate(80).order(ByteOrder.nativeOrder());

    /** A bound of 25 µs that grows by 1 ppm and holds for 1,000 s. */
    private ByteBuffer segment() {
        segment.putInt(0, 0x414D5A4E).putInt(4, 0x43420200);
        segment.putInt(8, 80).putShort(12, (short) 2).putShort(14, (short) 4);
        segment.putLong(16, 1_000).putLong(24, 5);
        segment.putLong(32, 2_000).putLong(40, 5);
        segment.putLong(48, BOUND_NS).putLong(56, 77);
        return segment.putInt(64, 1_000).putInt(68, 1).put(72, (byte) 1);
    }

    private long boundNs(long nowNs) throws IOException {
        Path file = folder.resolve("shm0");
        Files.write(file, segment.array());
        return new ClockBoundFile(file).boundNs(nowNs);
    }

    @Test
    void shouldAddDriftWhenBoundIsOld() throws IOException {
        segment();
        assertEquals(BOUND_NS, boundNs(AS_OF_NS));
        assertEquals(BOUND_NS, boundNs(AS_OF_NS - 100), "the coarse clock may be ahead of what was read before");
        assertEquals(BOUND_NS + 2_000, boundNs(AS_OF_NS + 2 * SECOND_NS));
        segment.putInt(68, 2);
        assertEquals(BOUND_NS + 1_000_000, boundNs(AS_OF_NS + 1_000 * SECOND_NS), "free running, until it is void");
    }

    @Test
    void shouldKnowNoBoundWhenFileSaysNoneThatHolds() throws IOException {
        segment();
        assertEquals(-1, boundNs(AS_OF_NS + 1_000 * SECOND_NS + 1), "void");
        for (int status : new int[] {0, 3, -1, 4}) {
            segment().putInt(68, status);
            assertEquals(-1, boundNs(AS_OF_NS), "status " + status);
        }
        segment().putShort(12, (short) 1);
        assertEquals(-1, boundNs(AS_OF_NS), "the fields of version 1 are elsewhere");
        segment().putShort(14, (short) 5);
        assertEquals(-1, boundNs(AS_OF_NS), "it is being written");
        segment().putShort(14, (short) 0);
        assertEquals(-1, boundNs(AS_OF_NS), "nothing was written yet");
        segment().putInt(4, 0);
        assertEquals(-1, boundNs(AS_OF_NS), "something else");
        segment().putInt(64, 1_000_000_000);
        assertEquals(-1, boundNs(AS_OF_NS), "no clock drifts like that");
        segment().putLong(48, -1);
        assertEquals(-1, boundNs(AS_OF_NS), "no bound is negative");
    }

    @Test
    void shouldSaySoWhenThereIsNoFile() throws IOException {
        assertEquals(ClockBoundFile.NONE, new ClockBoundFile(folder.resolve("none")).boundNs(AS_OF_NS));
        Files.write(folder.resolve("short"), new byte[40]);
        assertEquals(-1, new ClockBoundFile(folder.resolve("short")).boundNs(AS_OF_NS));
    }
}
