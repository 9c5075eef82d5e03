// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.tickbus.core.internal.layout.SignalRecordLayout;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Collects signals, and sequences without one, into a DATA message of {@link RelayFrames}.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> allocates nothing.
 */
final class FrameWriter {
    /** What one signal may take, with the two runs that may come before it. */
    static final int LONGEST_ENTRY = RelayFrames.LONG_RECORD + 2 * RelayFrames.RUN_LENGTH;
    private static final int HEADER_WORD = 3;
    /** A payload's length is the highest byte of the word, the flags are the next. */
    private static final int PAYLOAD_LENGTH_SHIFT = 56;
    private static final long COALESCED_BIT = (long) SignalRecordLayout.FLAG_COALESCED << 48;

    private final UnsafeBuffer buffer;
    private int length;
    private int lastRun;

    /** Of messages of at most that length. */
    FrameWriter(int capacity) {
        buffer = new UnsafeBuffer(new byte[capacity]);
    }

    /** Begins a message; what it contained is gone. */
    void begin(long sender, long historyId, long firstSequence) {
        buffer.putInt(RelayFrames.TYPE, RelayFrames.DATA);
        buffer.putInt(RelayFrames.VERSION_AT, RelayFrames.VERSION);
        buffer.putLong(RelayFrames.SENDER, sender);
        buffer.putLong(RelayFrames.HISTORY, historyId);
        buffer.putLong(RelayFrames.SEQUENCE, firstSequence);
        length = RelayFrames.ENTRIES;
        lastRun = 0;
    }

    /** How many more signals certainly fit, with room for two runs after them. */
    int room() {
        return Math.max(0, (buffer.capacity() - length - 2 * RelayFrames.RUN_LENGTH) / LONGEST_ENTRY);
    }

    boolean isEmpty() {
        return length == RelayFrames.ENTRIES;
    }

    /** Adds a signal, by the words of its record. */
    void signal(long... fields) {
        int at = length;
        buffer.putLong(at, fields[0]);
        buffer.putLong(at + Long.BYTES, fields[1]);
        buffer.putLong(at + 2 * Long.BYTES, fields[2]);
        buffer.putLong(at + 3 * Long.BYTES, fields[HEADER_WORD]);
        buffer.putLong(at + 4 * Long.BYTES, fields[4]);
        length = at + RelayFrames.SHORT_RECORD;
        if (isLong(fields[HEADER_WORD])) {
            buffer.putLong(at + 5 * Long.BYTES, fields[5]);
            buffer.putLong(at + 6 * Long.BYTES, fields[6]);
            length = at + RelayFrames.LONG_RECORD;
        }
        lastRun = 0;
    }

    /** Whether a record has more than its first five words, by the fourth of them. */
    static boolean isLong(long headerWord) {
        return headerWord >>> PAYLOAD_LENGTH_SHIFT != 0 || (headerWord & COALESCED_BIT) != 0;
    }

    /** Adds sequences without a signal: {@link RelayFrames#ABSENT} or {@link RelayFrames#LOST}. */
    void run(long kind, long count) {
        if (lastRun != 0 && buffer.getLong(lastRun) == kind) {
            buffer.putLong(lastRun + Long.BYTES, buffer.getLong(lastRun + Long.BYTES) + count);
            return;
        }
        lastRun = length;
        buffer.putLong(length, kind);
        buffer.putLong(length + Long.BYTES, count);
        length += RelayFrames.RUN_LENGTH;
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    int length() {
        return length;
    }
}
