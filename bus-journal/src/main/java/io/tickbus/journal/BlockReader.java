// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.journal.JournalStore.Blocks;
import io.tickbus.journal.JournalStore.Position;
import io.tickbus.journal.JournalStore.UnreadableHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;

/**
 * Reads a journal's blocks in order, through the files, without mapping or changing them, so that a torn file costs
 * only its torn part. The files are Chronicle Queue's: a sequence of documents, each a length word and then the bytes.
 * The upper bits of the length word state whether the document is complete and whether it is the queue's own. Where the
 * sequence is broken, the reader searches for the next block by its magic number and length.
 *
 * <p><b>Threads:</b> one; the writer may be running. <b>Loss:</b> unreadable pieces are counted and reported.
 */
final class BlockReader implements Blocks {
    private static final int WORD = Integer.BYTES;
    private static final int NOT_COMPLETE = 0x8000_0000;
    private static final int META_DATA = 0x4000_0000;
    private static final int LENGTH_MASK = 0x3FFF_FFFF;
    private static final int WINDOW = 1 << 20;

    private final JournalFolder folder;
    private final UnreadableHandler handler;
    /** Whether a daemon may be appending to the last file, so that an incomplete document there may become complete. */
    private final boolean live;
    private final Block block = new Block();
    private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW).order(ByteOrder.LITTLE_ENDIAN);
    private long windowAt;
    private FileChannel channel;
    private long segment = -1;
    private String file = "";
    private long offset;
    private Position position;
    private boolean checksumsChecked = true;
    /** Whether the current file has no more blocks. */
    private boolean fileEnded;

    BlockReader(JournalFolder folder, Position start, UnreadableHandler handler, boolean live) {
        this.folder = folder;
        this.handler = handler;
        this.live = live;
        if (start != null) {
            moveTo(start);
        }
    }

    /** Skips the checksums, which halves the time; for a reader that only searches for a position. */
    BlockReader withoutChecks() {
        checksumsChecked = false;
        return this;
    }

    /** Continues at a position. */
    void moveTo(Position start) {
        segment = start.segment();
        file = start.file();
        open(start.offset());
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public Position position() {
        return position;
    }

    @Override
    public boolean next() {
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
        while (!fileEnded) {
            position = new Position(segment, file, offset);
            int word = load(offset) ? window.getInt((int) (offset - windowAt)) : 0;
            int length = word & LENGTH_MASK;
            long start = offset + WORD;
            long end = (start + length + WORD - 1) & -WORD;
            boolean complete = length != 0 && (word & NOT_COMPLETE) == 0;
            if (!complete) {
                // The end so far, or the final end, or where a writer died.
                if (mayGrow()) {
                    return false;
                }
                skip(offset == 0 ? "the file does not begin as a queue's does" : "there is a hole before more blocks",
                        offset == 0);
            } else if ((word & META_DATA) != 0 && end <= channel.size()) {
                offset = end;
            } else {
                int readable = read(start, length);
                String fault = fault(word, length, readable);
                if (fault == null) {
                    offset = end;
                    return true;
                }
                if (readable < length && mayGrow()) {
                    return false;
                }
                skip(fault, true);
            }
        }
        return false;
    }

    private String fault(int word, int length, int readable) {
        if ((word & META_DATA) != 0 || length > Block.MAX_LENGTH) {
            return "its length makes no sense: " + length;
        }
        return readable < length ? "the file ends before it does" : block.fault(readable, checksumsChecked);
    }

    /** Skips an unreadable piece, to the next block of the file, if there is one. */
    private void skip(String why, boolean report) throws IOException {
        long broken = offset;
        long next = findBlock(broken + 2 * WORD);
        if (report || next >= 0) {
            long upTo = next >= 0 ? next : channel.size();
            int readable = read(broken, (int) Math.min(Block.MAX_LENGTH, Math.max(0, upTo - broken)));
            handler.unreadable(new Position(segment, file, broken), block.bytes(), readable, why);
        }
        offset = next;
        fileEnded = next < 0;
    }

    /** Offset of the next length word that a block seems to follow; −1 if there is none. */
    private long findBlock(long from) throws IOException {
        int minLength = WORD + Block.HEADER_LENGTH;
        for (long at = from; ; at = windowAt + window.limit() - minLength + WORD & -WORD) {
            fill(at);
            if (window.limit() < minLength) {
                return -1;
            }
            for (int i = 0; i + minLength <= window.limit(); i += WORD) {
                boolean magic = window.getInt(i + WORD) == Block.MAGIC_VALUE;
                if (magic && window.getInt(i) == Block.length(window, i + WORD)) {
                    return at + i;
                }
            }
        }
    }

    private boolean mayGrow() {
        return live && nextFile() == null;
    }

    /** Loads a length word; an incomplete document's word is read again from the file. */
    private boolean load(long at) throws IOException {
        if (at >= windowAt && at + WORD <= windowAt + window.limit()) {
            int word = window.getInt((int) (at - windowAt));
            if (word != 0 && (word & NOT_COMPLETE) == 0) {
                return true;
            }
        }
        fill(at);
        return window.limit() >= WORD;
    }

    private void fill(long at) throws IOException {
        window.clear();
        windowAt = at;
        while (window.position() < WINDOW) {
            int count = channel.read(window, at + window.position());
            if (count <= 0) {
                break;
            }
        }
        window.flip();
    }

    /** Copies a document into the block; returns how many of its bytes exist. */
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
        // The writer may have appended to this file before it began the next one.
        if (channel != null && nextInFile()) {
            // Read again by the caller's loop.
            offset = position.offset();
            return true;
        }
        segment = next.segment();
        file = next.file();
        open(0);
        return true;
    }

    private Position nextFile() {
        return folder.files(segment).filter(next -> next.segment() > segment || next.file().compareTo(file) > 0)
                .findFirst().orElse(null);
    }

    private void open(long at) {
        try {
            close();
            channel = null;
            offset = at;
            fileEnded = false;
            window.limit(0);
            windowAt = 0;
            channel = FileChannel.open(folder.segment(segment).resolve(file), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            // Retention has just deleted the file: continue with the next one.
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
