// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal;

import io.tickbus.core.internal.memory.SharedRegion;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Handles faults of mapped memory: accesses to pages that no longer exist, because the file was shortened, or because a
 * hole was punched into it and its file system is full.
 *
 * <p><b>Late faults.</b> HotSpot does not throw at such an access. It skips the instruction, notes the fault, and
 * throws an {@link InternalError} when the thread next reaches certain points: perhaps in the middle of an unrelated
 * call some microseconds later, or at the back edge of its caller's loop. So the place where the error surfaces says
 * nothing about its cause. A thread passes {@link #run} once, around its loop, and the handler finds the cause by
 * {@link #isSound touching} each region that may have faulted. {@link #surface} is such a point: call it after reading
 * the memory and before acting on what was read.
 *
 * <p>Call it also before using any {@code FileChannel}: a fault raised inside a channel corrupts the channel's thread
 * count, after which every use of it failed and closing it blocked for ever.
 *
 * <p>The points were found by experiment: on JDK 25 the return from any native method; on JDK 17 only calls from
 * compiled code into the runtime, the cheapest reliable one being the allocation of an array of arrays, which costs 25
 * ns and 16 bytes.
 *
 * <p><b>Threads:</b> any.
 */
public final class FaultBoundary {
    private static final boolean NATIVES_SURFACE_FAULTS = Runtime.version().feature() >= 25;
    private static final int PAGE = 4096;
    /** Not a constant, or the compiler would allocate the array without calling the runtime. */
    private static int size;

    private FaultBoundary() {
    }

    /** Throws the {@link InternalError} of an earlier access of this thread, if one faulted. */
    public static void surface() {
        boolean isOdd = NATIVES_SURFACE_FAULTS ? Thread.holdsLock(FaultBoundary.class)
                : new byte[size][size].length != size;
        if (isOdd) {
            throw new IllegalStateException("size=" + size);
        }
    }

    /** Whether an error reports an access to mapped memory. */
    public static boolean isFault(InternalError error) {
        return String.valueOf(error.getMessage()).contains("unsafe memory access");
    }

    /**
     * Runs a loop over mapped memory to completion. After a fault anywhere in it, including its last iteration,
     * {@code handler} finds the cause and prevents an immediate repetition; then the loop is run again, and must
     * continue where it was.
     *
     * @param handler ends the loop by throwing; a handler that cannot explain the fault rethrows it
     */
    public static void run(Runnable loop, Consumer<InternalError> handler) {
        InternalError next = null;
        boolean isDone = false;
        while (!isDone) {
            InternalError fault = next;
            next = null;
            try {
                if (fault != null) {
                    handler.accept(fault);
                }
                loop.run();
                surface();
                isDone = true;
            } catch (InternalError e) {
                swallowRest();
                if (e == fault || !isFault(e)) {
                    throw e;
                }
                // Also if it surfaced while the one before was being handled.
                next = e;
            } catch (RuntimeException | Error e) {
                surfaceInto(e);
                throw e;
            }
        }
    }

    /**
     * Reads once from mapped memory inside of another such boundary. {@code check} throws where the fault was of that
     * memory; else the fault is the caller's, which has read other memory before.
     */
    public static <T> T call(Supplier<T> reading, Runnable check) {
        List<T> value = new ArrayList<>(1);
        run(() -> value.add(reading.get()), fault -> {
            check.run();
            throw fault;
        });
        return value.get(0);
    }

    /** A pending fault must not surface in the caller. */
    private static void surfaceInto(Throwable e) {
        try {
            surface();
        } catch (InternalError fault) {
            e.addSuppressed(fault);
        }
    }

    /**
     * After a fault: whether every page of a region is there, found out by touching each. A hole in a file system that
     * is full has no page although the file's length says otherwise.
     *
     * @param region where it is writable, the caller is the thread that writes the last word of each of its pages: the
     *               word is stored again as it is, since some file systems fault at stores only
     */
    public static boolean isSound(SharedRegion region) {
        // Faults of earlier accesses: only this region is tested.
        swallowRest();
        try {
            touch(region);
            return true;
        } catch (InternalError e) {
            swallowRest();
            if (!isFault(e)) {
                throw e;
            }
            return false;
        }
    }

    /** A method of its own, so that its loop's last safepoint poll and its return lie within its caller's handler. */
    private static void touch(SharedRegion region) {
        for (int end = Math.min(PAGE, region.length()); end > 0; end = nextEnd(region, end)) {
            int last = end - Long.BYTES;
            long word = region.getLongOpaque(last);
            if (!region.isReadOnly()) {
                region.putLongOpaque(last, word);
            }
        }
        surface();
    }

    /**
     * The JVM throws one error after the other for the accesses that faulted, each at the next safepoint poll: also at
     * the end of a loop's iteration, and in whatever a handler calls. So there is no loop here, and no error is
     * examined while others are pending.
     */
    public static void swallowRest() {
        try {
            surface();
        } catch (InternalError e) {
            swallowRest();
            if (!isFault(e)) {
                throw e;
            }
        }
    }

    private static int nextEnd(SharedRegion region, int end) {
        return end == region.length() ? 0 : (int) Math.min((long) end + PAGE, region.length());
    }
}
