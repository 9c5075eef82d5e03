package io.tickbus.publisher.daemon;

/**
 * Brings up a fault of memory that somebody else may have shortened.
 *
 * <p>HotSpot does not throw at an access past the end of a shortened file. It skips the instruction, notes the fault,
 * and throws an {@link InternalError} when the thread next comes by certain places, perhaps in the middle of an arming
 * some microseconds later. Passing such a place on purpose, after the memory was read and before anything is done about
 * what was read, keeps the fault out of the timers' own data.
 *
 * <p>And out of the JDK's: a fault that came up inside of a {@code FileChannel} has left its count of threads wrong,
 * after which each use of that channel failed, and closing it waited for ever. So who has read such memory passes here
 * before it uses a channel, of whatever file.
 *
 * <p>Which places those are was found out by trial: on JDK 25 the return from any native method; on JDK 17 only calls
 * of the runtime by compiled code, of which the making of an array of arrays is the cheapest that always is one. That
 * costs 25 ns and 16 bytes.
 */
final class MappedFault {
    private static final boolean IS_BROUGHT_UP_BY_NATIVES = Runtime.version().feature() >= 25;
    /** Not a constant, or the compiler would lay the array out by itself. */
    private static int size;

    private MappedFault() {
    }

    /** Throws the {@link InternalError} of an access that this thread made before, if there was one. */
    static void bringUp() {
        boolean isOdd = IS_BROUGHT_UP_BY_NATIVES ? Thread.holdsLock(MappedFault.class)
                : new byte[size][size].length != size;
        if (isOdd) {
            throw new IllegalStateException("size=" + size);
        }
    }
}
