package io.tickbus.core.internal;

import io.tickbus.core.internal.memory.SharedRegion;
import java.util.function.Consumer;

/**
 * Where faults of mapped memory stop: accesses to pages that are not there any more, since the file was shortened, or a
 * hole was punched into it and its file system has no room.
 *
 * <p>HotSpot does not throw at such an access. It skips the instruction, notes the fault, and throws an
 * {@link InternalError} when the thread next comes by certain places, perhaps in the middle of an arming some
 * microseconds later, or at the jump back of its caller's loop. So a thread passes {@link #run} once, around its loop,
 * and what went wrong is found out by {@link #isSound touching} the suspects. {@link #surface} is such a place: passing
 * it after the memory was read and before anything is done about what was read keeps the fault out of other data.
 *
 * <p>And out of the JDK's: a fault that came up inside of a {@code FileChannel} has left its count of threads wrong,
 * after which each use of that channel failed, and closing it waited for ever. So whoever has read such memory passes
 * here before it uses a channel, of whatever file.
 *
 * <p>Which places those are was found out by trial: on JDK 25 the return from any native method; on JDK 17 only calls
 * of the runtime by compiled code, of which the making of an array of arrays is the cheapest that always is one. That
 * costs 25 ns and 16 bytes.
 *
 * <p><b>Threads:</b> any.
 */
public final class FaultBoundary {
    private static final boolean IS_SURFACED_BY_NATIVES = Runtime.version().feature() >= 25;
    private static final int PAGE = 4096;
    /** Not a constant, or the compiler would lay the array out by itself. */
    private static int size;

    private FaultBoundary() {
    }

    /** Throws the {@link InternalError} of an access that this thread made before, if there was one. */
    public static void surface() {
        boolean isOdd = IS_SURFACED_BY_NATIVES ? Thread.holdsLock(FaultBoundary.class)
                : new byte[size][size].length != size;
        if (isOdd) {
            throw new IllegalStateException("size=" + size);
        }
    }

    /** Whether an error tells of an access to mapped memory. */
    public static boolean isFault(InternalError error) {
        return String.valueOf(error.getMessage()).contains("unsafe memory access");
    }

    /**
     * Runs a loop over mapped memory until it ends by itself. After a fault that comes up anywhere in it, its last turn
     * included, {@code survivor} finds out whose it was and sees to it that it does not come again at once; then the
     * loop begins again: what it has done by then it must remember.
     *
     * @param survivor ends the loop by what it throws, the fault included
     */
    public static void run(Runnable loop, Consumer<InternalError> survivor) {
        InternalError next = null;
        boolean isDone = false;
        while (!isDone) {
            InternalError fault = next;
            next = null;
            try {
                if (fault != null) {
                    survivor.accept(fault);
                }
                loop.run();
                surface();
                isDone = true;
            } catch (InternalError e) {
                swallowRest();
                if (e == fault || !isFault(e)) {
                    throw e;
                }
                // Also where it surfaced while the one before was being survived.
                next = e;
            } catch (RuntimeException | Error e) {
                surfaceBeside(e);
                throw e;
            }
        }
    }

    /** What ends the loop may have left a fault that nobody has met yet: it is not to come up in the caller. */
    private static void surfaceBeside(Throwable e) {
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
        // Of accesses before: this is to tell of this region alone.
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

    /** A method of its own, so that its loop's last poll and its return lie within the handler of its caller. */
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
     * The JVM throws an error for each access that faulted, one after the other, at the next safepoint poll: at the end
     * of a loop's turn too, and in whatever a handler calls. So there is no loop here, and nothing is asked of an error
     * before no other is left.
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
