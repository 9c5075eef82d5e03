// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.daemon.journal.JournalOptions.Roll;
import java.io.IOException;
import java.nio.file.Path;

/** Where the blocks of a journal are stored: {@link JournalFolder}, or memory that can lose power, in tests. */
interface JournalStore {
    /** The position of a block. */
    record Position(long segment, String file, long offset) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            int bySegment = Long.compare(segment, other.segment);
            int byFile = bySegment != 0 ? bySegment : file.compareTo(other.file);
            return byFile != 0 ? byFile : Long.compare(offset, other.offset);
        }
    }

    /** Stores the blocks of one run of a daemon. */
    interface Segment extends AutoCloseable {
        /** Appends a block and returns its position. */
        Position append(Block block) throws IOException;

        /** Returns when everything appended is on the disk. */
        void sync() throws IOException;

        /** The name of the file being written; empty before the first block. */
        String file();

        long number();

        @Override
        void close() throws IOException;
    }

    /** Iterates over the blocks of all segments in order. */
    interface Blocks extends AutoCloseable {
        /** Moves to the next block; returns false if there is none yet. */
        boolean next();

        Block block();

        /** The position of the current block. */
        Position position();

        @Override
        void close();
    }

    /** Called for each unreadable piece of a file. */
    @FunctionalInterface
    interface UnreadableHandler {
        /** A piece is unreadable; {@code bytes} contains its first {@code length} bytes. */
        void unreadable(Position where, byte[] bytes, int length, String why);
    }

    /** The path, for messages. */
    Path path();

    /** Creates a segment after all others. */
    Segment newSegment(Roll roll) throws IOException;

    /** Returns when everything that can be read is on the disk, so that new entries may depend on it. */
    void sync() throws IOException;

    /** Reads the blocks of earlier daemons from a position on, or all of them if it is null. */
    Blocks read(Position start, UnreadableHandler trouble);

    /**
     * The stored position where the last complete snapshot begins, whether or not a block is still there; null if none.
     */
    Position snapshot();

    /** Stores, atomically, where the last complete snapshot begins. */
    void snapshot(Position position) throws IOException;

    /** Saves a copy of an unreadable piece. */
    void setAside(byte[] bytes, int length);

    /** Releases the journal for another daemon. Nothing may be written afterwards. */
    void release();
}
