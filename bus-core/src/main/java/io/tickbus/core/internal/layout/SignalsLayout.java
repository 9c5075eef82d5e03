// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.layout;

/**
 * The {@code signals} file: one page of header, then the ring's slots. Little-endian. Written by the publisher only,
 * mapped read-only by everybody else.
 *
 * <pre>
 *  offset
 *     0  identity of the file        written once, at creation           (line 0)
 *    64  identity of the host        written once, at creation           (line 1)
 *   128  identity of the publisher   written at each start and stop      (line 2)
 *   192  heartbeat                   written every heartbeatIntervalNs   (line 3)
 *   256  nextDeadlineNs              written when the next timer changes (alone on 128 bytes)
 *   384  wakeWord                    written when somebody is parked     (alone on 128 bytes)
 *   512  nextSequence                written with every signal           (alone on 128 bytes)
 *   640  the bus that these signals come from, written by a relay    (line 10)
 *   704  reserved, zero
 *  4096  slot 0, slot 1, …           {@link SignalRecordLayout}
 * </pre>
 *
 * <p>Words that change at different rates are 128 bytes apart, since processors fetch cache lines in pairs.
 */
public final class SignalsLayout {
    /** Version of everything in this file; raised with any change that an older reader would misread. */
    public static final int VERSION = 2;
    /** The ASCII bytes {@code TICKSIG1}, read as a little-endian int64. */
    public static final long MAGIC_VALUE = 0x3147_4953_4B43_4954L;
    /** Bytes before slot 0: one page. */
    public static final int HEADER_LENGTH = 4096;
    private static final int LINE = 64;
    private static final int LINE_PAIR = 2 * LINE;

    // Line 0, plain, written before the file gets its name, after the fields of FileHeaderLayout.
    /** int32: a set of {@code OPTION_*} bits. */
    public static final int OPTIONS = FileHeaderLayout.END;
    /** int32: Linux clock id of every time in the file; 1 is CLOCK_MONOTONIC. */
    public static final int CLOCK_ID = OPTIONS + Integer.BYTES;
    /** int64: the first sequence this file ever held; earlier ones were in the file that it replaced. */
    public static final int BASE_SEQUENCE = CLOCK_ID + Integer.BYTES;
    /** int64: random number of this line of sequences; a replacing file keeps it, a new bus gets a new one. */
    public static final int HISTORY_ID = BASE_SEQUENCE + Long.BYTES;

    // Line 1, plain, written before the file gets its name.
    /** 16 bytes: boot id of the host, in the order of its text form; zero where unknown. */
    public static final int BOOT_ID = LINE;
    /** int64: inode of the publisher's time namespace; 0 where unknown. */
    public static final int TIME_NAMESPACE = BOOT_ID + 2 * Long.BYTES;
    /** int64: that namespace's offset of CLOCK_MONOTONIC, in nanoseconds. */
    public static final int MONOTONIC_OFFSET_NS = TIME_NAMESPACE + Long.BYTES;
    /** int64: CLOCK_REALTIME nanoseconds at creation, diagnostic only. */
    public static final int CREATED_REALTIME_NS = MONOTONIC_OFFSET_NS + Long.BYTES;

    // Line 2.
    /** int64, release: 1 for the bus's first publisher, one more for each after it; written after the rest. */
    public static final int EPOCH = 2 * LINE;
    /** int64: process id of the publisher, as its own pid namespace numbers it. */
    public static final int PUBLISHER_PID = EPOCH + Long.BYTES;
    /** int64: start time of that process in clock ticks since boot; 0 where unknown. */
    public static final int PUBLISHER_START_TICKS = PUBLISHER_PID + Long.BYTES;
    /** int64: inode of that process's pid namespace; 0 where unknown. */
    public static final int PUBLISHER_PID_NAMESPACE = PUBLISHER_START_TICKS + Long.BYTES;
    /** int64: CLOCK_MONOTONIC nanoseconds when this epoch began. */
    public static final int EPOCH_STARTED_NS = PUBLISHER_PID_NAMESPACE + Long.BYTES;
    /** int64: the first sequence of this epoch. */
    public static final int EPOCH_SEQUENCE = EPOCH_STARTED_NS + Long.BYTES;
    /** int32, release: one of {@code STATE_*}. */
    public static final int STATE = EPOCH_SEQUENCE + Long.BYTES;

    // Line 3.
    /** int64, opaque: CLOCK_MONOTONIC nanoseconds of the publisher's last sign of life. */
    public static final int HEARTBEAT_NS = 3 * LINE;
    /** int64: how often the publisher promises a heartbeat, in nanoseconds. */
    public static final int HEARTBEAT_INTERVAL_NS = HEARTBEAT_NS + Long.BYTES;

    /** int32, opaque: processor the publishing thread ran on at its last heartbeat; −1 where unknown. */
    public static final int PUBLISHER_CPU = HEARTBEAT_INTERVAL_NS + Long.BYTES;

    /** int64, release: when the next timer is due, CLOCK_MONOTONIC nanoseconds; {@link #NO_DEADLINE} without one. */
    public static final int NEXT_DEADLINE_NS = 4 * LINE;
    /** int32, release: futex word that parked subscribers sleep on; raised by one before they are woken. */
    public static final int WAKE_WORD = NEXT_DEADLINE_NS + LINE_PAIR;
    /** int64, release: the next sequence to be written; never ahead of the slots, at most one behind them. */
    public static final int NEXT_SEQUENCE = WAKE_WORD + LINE_PAIR;

    // Line 10, all zero unless the publisher is a relay.
    /** int32, opaque: one of {@code SOURCE_CLOCK_*}. */
    public static final int SOURCE_CLOCK = NEXT_SEQUENCE + LINE_PAIR;
    /** int64, opaque: what the source's CLOCK_MONOTONIC shows more than this host's, in nanoseconds. */
    public static final int SOURCE_OFFSET_NS = SOURCE_CLOCK + Long.BYTES;
    /** int64, opaque: by how much that can be wrong, in nanoseconds; −1 where unknown. */
    public static final int SOURCE_ERROR_NS = SOURCE_OFFSET_NS + Long.BYTES;
    /** int64, opaque: the recording that the signals come from; −1 where they come from none. */
    public static final int SOURCE_RECORDING = SOURCE_ERROR_NS + Long.BYTES;
    /** int64, opaque: where in the recording the relay continues. */
    public static final int SOURCE_POSITION = SOURCE_RECORDING + Long.BYTES;

    /** {@link #SOURCE_CLOCK}: the signals are this publisher's own. */
    public static final int SOURCE_CLOCK_NONE = 0;
    /** The source's clock could not be compared with this host's: times assume that relaying takes no time. */
    public static final int SOURCE_CLOCK_UNKNOWN = 1;
    /** It is compared again and again. */
    public static final int SOURCE_CLOCK_MEASURED = 2;
    /** The source is on this host and has the same clock. */
    public static final int SOURCE_CLOCK_SAME = 3;

    /** Value of {@link #NEXT_DEADLINE_NS} while no timer is armed. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;
    /** Option: the publisher checks for parked subscribers after each signal. */
    public static final int OPTION_PARKING = 0x01;
    /** Option: its wake-ups reach sleepers in the kernel; without it, a subscriber on the futex is not woken. */
    public static final int OPTION_FUTEX = 0x02;
    /** {@link #OPTIONS}: it wakes without being asked, as its readers of other users cannot say that they sleep. */
    public static final int OPTION_UNASKED = 0x04;
    /** CLOCK_MONOTONIC. */
    public static final int CLOCK_MONOTONIC = 1;

    /** The publisher is, or was when it died, at work. */
    public static final int STATE_OPEN = 1;
    /** The publisher shut down cleanly; another may reopen the bus. */
    public static final int STATE_CLOSED = 2;
    /** Another file has taken this one's name, and nothing more will be written here. */
    public static final int STATE_REPLACED = 3;

    private SignalsLayout() {
    }

    /** Length in bytes of a file of that many slots. */
    public static long fileLength(int slotCount) {
        return HEADER_LENGTH + (long) slotCount * SignalRecordLayout.LENGTH;
    }
}
