package io.tickbus.core.memory;

import java.util.function.Consumer;

/**
 * Faults of mapped memory that somebody else has shortened.
 *
 * <p>HotSpot does not throw at an access past the end of a shortened file. It skips the instruction, notes the fault,
 * and throws an {@link InternalError} when the thread next comes by certain places, perhaps in the middle of an arming
 * some microseconds later, or at the jump back of its caller's loop. {@link #bringUp} is such a place: passing it after
 * the memory was read and before anything is done about what was read keeps the fault out of other data.
 *
 * <p>And out of the JDK's: a fault that came up inside of a {@code FileChannel} has left its count of threads wrong,
 * after which each use of that channel failed, and closing it waited for ever. So who has read such memory passes here
 * before it uses a channel, of whatever file.
 *
 * <p>Which places those are was found out by trial: on JDK 25 the return from any native method; on JDK 17 only calls
 * of the runtime by compiled code, of which the making of an array of arrays is the cheapest that always is one. That
 * costs 25 ns and 16 bytes.
 *
 * <p><b>Threads:</b> any.
 */
public final class MappedFault {
    private static final boolean IS_BROUGHT_UP_BY_NATIVES = Runtime.version().feature() >= 25;
    /** Not a constant, or the compiler would lay the array out by itself. */
    private static int size;

    private MappedFault() {
    }

    /** Throws the {@link InternalError} of an access that this thread made before, if there was one. */
    public static void bringUp() {
        boolean isOdd = IS_BROUGHT_UP_BY_NATIVES ? Thread.holdsLock(MappedFault.class)
                : new byte[size][size].length != size;
        if (isOdd) {
            throw new IllegalStateException("size=" + size);
        }
    }

    /** Whether an error tells of an access to mapped memory. */
    public static boolean isOne(InternalError error) {
        return String.valueOf(error.getMessage()).contains("unsafe memory access");
    }

    /**
     * Runs a loop over mapped memory until it ends by itself. A fault that comes up anywhere in it, its last turn
     * included, goes to each of {@code survivors} in turn, after which the loop begins anew: what it has done by then
     * it must remember. An InternalError that is no such fault is treated in the same way.
     *
     * @param survivors decide whose fault it was, such as {@code SignalSubscriber::survive}: who cannot have caused it
     *                  throws it back, and if all do, it ends the loop, as everything else does that one of them
     *                  throws. A {@code TimerClient} comes first, as it looks at its own files
     */
    @SafeVarargs
    public static void guard(Runnable loop, Consumer<InternalError>... survivors) {
        InternalError next = null;
        boolean isDone = false;
        while (!isDone) {
            InternalError fault = next;
            next = null;
            try {
                if (fault != null) {
                    survive(fault, survivors);
                }
                loop.run();
                bringUp();
                isDone = true;
            } catch (InternalError e) {
                if (e == fault) {
                    throw e;
                }
                // Also where it came up while the one before was being survived.
                next = e;
            } catch (RuntimeException | Error e) {
                bringUpBeside(e);
                throw e;
            }
        }
    }

    /** What ends the loop may have left a fault that nobody has met yet: it is not to come up in the caller. */
    private static void bringUpBeside(Throwable e) {
        try {
            bringUp();
        } catch (InternalError fault) {
            e.addSuppressed(fault);
        }
    }

    @SafeVarargs
    private static void survive(InternalError fault, Consumer<InternalError>... survivors) {
        boolean isSurvived = false;
        for (Consumer<InternalError> each : survivors) {
            try {
                each.accept(fault);
                isSurvived = true;
            } catch (InternalError e) {
                if (e != fault) {
                    throw e;
                }
            }
        }
        if (!isSurvived) {
            throw fault;
        }
    }
}
