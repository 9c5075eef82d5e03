package io.tickbus.journal;

import io.tickbus.daemon.journal.JournalOptions.Roll;
import java.io.IOException;
import java.nio.file.Path;

/** Where the blocks of a journal are kept: {@link JournalFolder}; or a trial's memory, which can lose power. */
interface JournalStore {
    /** Where a block stands. */
    record Position(long segment, String file, long offset) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            int bySegment = Long.compare(segment, other.segment);
            int byFile = bySegment != 0 ? bySegment : file.compareTo(other.file);
            return byFile != 0 ? byFile : Long.compare(offset, other.offset);
        }
    }

    /** Takes the blocks of one run of a daemon. */
    interface Segment extends AutoCloseable {
        /** Appends a block; returns where it stands. */
        Position append(Block block) throws IOException;

        /** Returns when the disk has everything that was appended. */
        void sync() throws IOException;

        /** The file that is being written; empty before the first block. */
        String file();

        long number();

        @Override
        void close() throws IOException;
    }

    /** Hands over the blocks of all segments in their order. */
    interface Blocks extends AutoCloseable {
        /** Goes to the next block; false where there is none so far. */
        boolean next();

        Block block();

        /** Where the latest block stands. */
        Position position();

        @Override
        void close();
    }

    /** Hears of what cannot be read. */
    @FunctionalInterface
    interface Trouble {
        /** A piece of a file makes no sense; {@code length} bytes of it stand in {@code bytes}. */
        void unreadable(Position where, byte[] bytes, int length, String why);
    }

    /** What it is called in messages. */
    Path path();

    /** Begins a segment behind all others. */
    Segment newSegment(Roll roll) throws IOException;

    /** Returns when the disk has all that can be read: what comes next is built on it. */
    void sync() throws IOException;

    /** Reads what a daemon that is dead has left, from a place on, or everything where that is null. */
    Blocks read(Position start, Trouble trouble);

    /** Where the last whole snapshot begins, as it was written down, whether or not it is still there; or null. */
    Position snapshot();

    /** Writes down where the last whole snapshot begins, in one step. */
    void snapshot(Position position) throws IOException;

    /** Sets a piece aside that could not be read. */
    void setAside(byte[] bytes, int length);

    /** Makes it free for another daemon: nothing is written any more. */
    void release();
}
