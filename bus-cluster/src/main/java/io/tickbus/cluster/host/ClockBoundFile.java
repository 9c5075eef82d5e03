// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The file by which the daemon of ClockBound tells how wrong CLOCK_REALTIME can be. Source: the protocol of its shared
 * memory, version 2, native byte order.
 *
 * <pre>
 *  0 magic | 8 size | 12 version uint16 | 14 generation uint16 | 16 as of: s, ns | 32 void after: s, ns
 *  48 bound ns | 56 disruption marker | 64 drift ppb uint32 | 68 status int32
 * </pre>
 *
 * <p>The file is small and read whole: a copy is good if its generation is even, and the same before and after.
 */
final class ClockBoundFile {
    static final String DEFAULT = "/var/run/clockbound/shm0";
    /** There is no such file. */
    static final long NONE = -2;
    /** Two int32 of native order. The protocol's text shows them as bytes, which are others where that is little. */
    private static final int MAGIC_0 = 0x414D_5A4E;
    private static final int MAGIC_1 = 0x4342_0200;
    private static final int VERSION = 2;
    private static final int LENGTH = 72;
    private static final int ATTEMPTS = 10;
    private static final int SYNCHRONIZED = 1;
    private static final int FREE_RUNNING = 2;
    private static final long PPB = 1_000_000_000;

    private final Path path;

    ClockBoundFile(Path path) {
        this.path = path;
    }

    /** The bound at a CLOCK_MONOTONIC time; -1 if the file has none that holds, {@link #NONE} without the file. */
    long boundNs(long nowNs) {
        if (!Files.isReadable(path)) {
            return NONE;
        }
        try {
            for (int i = 0; i < ATTEMPTS; i++) {
                ByteBuffer copy = read();
                if (copy != null && copy.getShort(14) == read(14)) {
                    return boundNs(copy, nowNs);
                }
            }
        } catch (IOException e) {
            return NONE;
        }
        return -1;
    }

    private short read(int at) throws IOException {
        ByteBuffer again = read();
        return again == null ? 0 : again.getShort(at);
    }

    private ByteBuffer read() throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        ByteBuffer copy = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        boolean isGood = bytes.length >= LENGTH && copy.getInt(0) == MAGIC_0 && copy.getInt(4) == MAGIC_1
                && copy.getShort(12) == VERSION && copy.getShort(14) != 0
                && (copy.getShort(14) & 1) == 0;
        return isGood ? copy : null;
    }

    private static long boundNs(ByteBuffer copy, long nowNs) {
        long asOfNs = TimeUnit.SECONDS.toNanos(copy.getLong(16)) + copy.getLong(24);
        long voidAfterNs = TimeUnit.SECONDS.toNanos(copy.getLong(32)) + copy.getLong(40);
        int status = copy.getInt(68);
        if (nowNs > voidAfterNs || (status != SYNCHRONIZED && status != FREE_RUNNING)) {
            return -1;
        }
        long ageNs = Math.max(0, nowNs - asOfNs);
        long driftPpb = Integer.toUnsignedLong(copy.getInt(64));
        if (driftPpb >= PPB || copy.getLong(48) < 0) {
            return -1;
        }
        return copy.getLong(48) + (long) Math.ceil((double) ageNs * driftPpb / PPB);
    }
}
