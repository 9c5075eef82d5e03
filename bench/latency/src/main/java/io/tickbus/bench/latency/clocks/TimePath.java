// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.clocks;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.tickbus.posix.ClockId;
import io.tickbus.posix.PosixClock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One way to ask what time it is. Each has its own loop, so that the compiler sees each alone.
 *
 * @param name   in reports
 * @param reader reads several times
 */
record TimePath(String name, Reader reader) {
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_MS = 1_000_000L;
    private static final int MONOTONIC = 1;
    private static final int MONOTONIC_COARSE = 6;

    /** Reads the clock that many times. */
    @FunctionalInterface
    interface Reader {
        /** Returns the sum of what was read, nanoseconds, so that none of it can be left out. */
        long read(int times);
    }

    /** The C library by interface mapping. */
    interface CLibrary extends Library {
        int clock_gettime(int clock, Pointer time);
    }

    /** The C library by direct mapping. */
    static final class Direct {
        static {
            Native.register(Direct.class, NativeLibrary.getProcess());
        }

        private Direct() {
        }

        static native int clock_gettime(int clock, long time);
    }

    /** All that this JVM has. Tickbus itself calls the kernel by FFM from JDK 22 on, by JNA before. */
    static List<TimePath> all() {
        List<TimePath> paths = new ArrayList<>();
        paths.add(new TimePath("System.nanoTime", TimePath::nanoTime));
        paths.add(new TimePath("System.currentTimeMillis", TimePath::currentTimeMillis));
        paths.add(new TimePath("Instant.now", TimePath::instant));
        // A buffer and not JNA's Memory, each access to which is a native call.
        ByteBuffer time = ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.nativeOrder());
        Pointer pointer = Native.getDirectBufferPointer(time);
        long address = Pointer.nativeValue(pointer);
        paths.add(new TimePath("JNA direct clock_gettime", times -> direct(times, MONOTONIC, time, address)));
        CLibrary library = Native.load(null, CLibrary.class);
        paths.add(new TimePath("JNA interface clock_gettime", times -> mapped(times, library, pointer, time)));
        paths.add(new TimePath("Tickbus clock_gettime", TimePath::ours));
        paths.add(new TimePath("Tickbus system call", TimePath::systemCall));
        paths.add(new TimePath("JNA direct MONOTONIC_COARSE",
                times -> direct(times, MONOTONIC_COARSE, time, address)));
        return paths;
    }

    private static long nanoTime(int times) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            sum += System.nanoTime();
        }
        return sum;
    }

    private static long currentTimeMillis(int times) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            sum += System.currentTimeMillis();
        }
        return sum * NS_PER_MS;
    }

    private static long instant(int times) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            Instant now = Instant.now();
            sum += now.getEpochSecond() * NS_PER_S + now.getNano();
        }
        return sum;
    }

    private static long direct(int times, int clock, ByteBuffer time, long address) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            if (Direct.clock_gettime(clock, address) != 0) {
                throw new IllegalStateException("the kernel does not have this clock: clock=" + clock);
            }
            sum += nanos(time);
        }
        return sum;
    }

    private static long mapped(int times, CLibrary library, Pointer pointer, ByteBuffer time) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            library.clock_gettime(MONOTONIC, pointer);
            sum += nanos(time);
        }
        return sum;
    }

    private static long ours(int times) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            sum += PosixClock.now(ClockId.MONOTONIC);
        }
        return sum;
    }

    private static long systemCall(int times) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            sum += PosixClock.nowBySyscall(ClockId.MONOTONIC);
        }
        return sum;
    }

    private static long nanos(ByteBuffer time) {
        return time.getLong(0) * NS_PER_S + time.getLong(Long.BYTES);
    }
}
