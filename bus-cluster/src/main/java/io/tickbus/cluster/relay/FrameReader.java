// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import org.agrona.DirectBuffer;

/**
 * Goes through the entries of a DATA message of {@link RelayFrames}. A message that makes no sense ends where it ceases
 * to: what it lacks is then missing in the line of sequences, and counts as lost.
 */
final class FrameReader {
    /** Takes the entries, one after the other. */
    interface Entries {
        /** Whether the signal of this sequence is wanted; if so, {@link #onSignal} follows. */
        long[] fieldsFor(long sequence);

        /** A signal, whose words are in what {@link #fieldsFor} returned. */
        void onSignal(long sequence);

        /** Sequences without a signal. */
        void onRun(long kind, long first, long count);
    }

    private static final int HEADER_WORD = 3;

    private FrameReader() {
    }

    /** Reads a message. */
    static void read(DirectBuffer buffer, int offset, int length, Entries entries) {
        long sequence = buffer.getLong(offset + RelayFrames.SEQUENCE);
        int end = offset + length;
        int at = offset + RelayFrames.ENTRIES;
        while (at + RelayFrames.RUN_LENGTH <= end) {
            long word = buffer.getLong(at);
            if (word == RelayFrames.ABSENT || word == RelayFrames.LOST) {
                long count = buffer.getLong(at + Long.BYTES);
                if (count <= 0) {
                    return;
                }
                entries.onRun(word, sequence, count);
                sequence += count;
                at += RelayFrames.RUN_LENGTH;
                continue;
            }
            boolean isLong = at + RelayFrames.SHORT_RECORD <= end
                    && FrameWriter.isLong(buffer.getLong(at + HEADER_WORD * Long.BYTES));
            int recordLength = isLong ? RelayFrames.LONG_RECORD : RelayFrames.SHORT_RECORD;
            if (at + recordLength > end) {
                return;
            }
            long[] fields = entries.fieldsFor(sequence);
            if (fields != null) {
                copy(buffer, at, fields, isLong);
                entries.onSignal(sequence);
            }
            sequence++;
            at += recordLength;
        }
    }

    private static void copy(DirectBuffer buffer, int at, long[] fields, boolean isLong) {
        fields[0] = buffer.getLong(at);
        fields[1] = buffer.getLong(at + Long.BYTES);
        fields[2] = buffer.getLong(at + 2 * Long.BYTES);
        fields[HEADER_WORD] = buffer.getLong(at + HEADER_WORD * Long.BYTES);
        fields[4] = buffer.getLong(at + 4 * Long.BYTES);
        fields[5] = isLong ? buffer.getLong(at + 5 * Long.BYTES) : 0;
        fields[6] = isLong ? buffer.getLong(at + 6 * Long.BYTES) : 0;
    }
}
