package io.tickbus.journal;

import io.tickbus.journal.JournalFolder.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Reads a journal's blocks in their order, through the files and without mapping or changing them: a torn file must
 * cost what is torn and nothing else. The files are Chronicle Queue's, which are a line of documents: a length word, in
 * whose upper bits stands whether the document is complete and whether it is the queue's own, and then the bytes.
 *
 * <p><b>Threads:</b> one; the writer may be at work. <b>Loss:</b> what cannot be read is counted and told.
 */
final class BlockReader implements AutoCloseable {
    private static final int WORD = Integer.BYTES;
    private static final int NOT_COMPLETE = 0x8000_0000;
    private static final int META_DATA = 0x4000_0000;
    private static final int LENGTH_MASK = 0x3FFF_FFFF;
    private static final int WINDOW = 1 << 20;

    private final JournalFolder folder;
    private final Trouble trouble;
    private final Block block = new Block();
    private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW).order(ByteOrder.LITTLE_ENDIAN);
    private long windowAt;
    private FileChannel channel;
    private long segment = -1;
    private String file = "";
    private long offset;
    private Position position;
    private boolean isChecking = true;
    /** Whether the present file ends in the middle of a block. */
    private boolean isTorn;

    /** Hears of what cannot be read. */
    @FunctionalInterface
    interface Trouble {
        /** A piece of a file makes no sense; {@code length} bytes of it stand in {@code bytes}. */
        void unreadable(Position where, byte[] bytes, int length, String why);
    }

    BlockReader(JournalFolder folder, Position start, Trouble trouble) {
        this.folder = folder;
        this.trouble = trouble;
        if (start != null) {
            segment = start.segment();
            file = start.file();
            open(start.offset());
        }
    }

    /** Leaves checksums alone, which takes half the time: for who only looks for a place. */
    BlockReader withoutChecks() {
        isChecking = false;
        return this;
    }

    Block block() {
        return block;
    }

    /** Where the latest block stands. */
    Position position() {
        return position;
    }

    /** Goes to the next block; false where there is none so far. */
    boolean next() {
        try {
            while (true) {
                if (channel != null && nextInFile()) {
                    return true;
                }
                if (!openNext()) {
                    return false;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean nextInFile() throws IOException {
        while (!isTorn && load(offset, WORD)) {
            int word = window.getInt((int) (offset - windowAt));
            int length = word & LENGTH_MASK;
            if ((word & NOT_COMPLETE) != 0 || length == 0) {
                // The end so far, or for ever; or where a writer died. What follows stands in another file.
                return false;
            }
            long start = offset + WORD;
            long end = (start + length + WORD - 1) & -WORD;
            if ((word & META_DATA) != 0) {
                offset = end;
                continue;
            }
            position = new Position(segment, file, offset);
            int readable = read(start, length);
            String fault = readable < length ? "the file ends before it does" : block.fault(readable, isChecking);
            if (fault == null) {
                offset = end;
                return true;
            }
            if (readable < length && isLast()) {
                return false;
            }
            trouble.unreadable(position, block.bytes(), readable, fault);
            if (readable < length) {
                isTorn = true;
                return false;
            }
            offset = end;
        }
        return false;
    }

    private boolean isLast() {
        return nextFile() == null;
    }

    private boolean load(long at, int length) throws IOException {
        if (at >= windowAt && at + length <= windowAt + window.limit()) {
            // What was not complete may be by now.
            int word = window.getInt((int) (at - windowAt));
            if (word != 0 && (word & NOT_COMPLETE) == 0) {
                return true;
            }
        }
        window.clear();
        windowAt = at;
        while (window.position() < WINDOW) {
            int count = channel.read(window, at + window.position());
            if (count <= 0) {
                break;
            }
        }
        window.flip();
        return window.limit() >= length;
    }

    /** Copies a document's bytes into the block; returns how many there are. */
    private int read(long start, int length) throws IOException {
        int wanted = Math.min(length, Block.MAX_LENGTH);
        byte[] bytes = block.bytes();
        long known = windowAt + window.limit();
        if (start >= windowAt && start + wanted <= known) {
            window.get((int) (start - windowAt), bytes, 0, wanted);
            return wanted;
        }
        ByteBuffer target = ByteBuffer.wrap(bytes, 0, wanted);
        while (target.hasRemaining()) {
            if (channel.read(target, start + target.position()) <= 0) {
                break;
            }
        }
        return target.position();
    }

    private boolean openNext() throws IOException {
        Position next = nextFile();
        if (next == null) {
            return false;
        }
        // What the writer has still added before it went on to the next file.
        if (channel != null && nextInFile()) {
            // Seen again from its place.
            offset = position.offset();
            return true;
        }
        segment = next.segment();
        file = next.file();
        open(0);
        return true;
    }

    private Position nextFile() {
        List<Long> segments = folder.segments();
        for (long number : segments) {
            if (number >= segment) {
                for (String name : folder.files(number)) {
                    if (number > segment || name.compareTo(file) > 0) {
                        return new Position(number, name, 0);
                    }
                }
            }
        }
        return null;
    }

    private void open(long at) {
        try {
            if (channel != null) {
                channel.close();
            }
            channel = null;
            offset = at;
            isTorn = false;
            window.limit(0);
            windowAt = 0;
            channel = FileChannel.open(folder.segment(segment).resolve(file), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            // Too old to be kept, in this moment: the next one is looked for.
            channel = null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
