package io.tickbus.journal;

import io.tickbus.journal.JournalStore.Blocks;
import io.tickbus.journal.JournalStore.Position;
import io.tickbus.journal.JournalStore.Trouble;
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
 * whose upper bits stands whether the document is complete and whether it is the queue's own, and then the bytes. Where
 * that line is broken, the next block is looked for by how a block begins.
 *
 * <p><b>Threads:</b> one; the writer may be at work. <b>Loss:</b> what cannot be read is counted and told.
 */
final class BlockReader implements Blocks {
    private static final int WORD = Integer.BYTES;
    private static final int NOT_COMPLETE = 0x8000_0000;
    private static final int META_DATA = 0x4000_0000;
    private static final int LENGTH_MASK = 0x3FFF_FFFF;
    private static final int WINDOW = 1 << 20;

    private final JournalFolder folder;
    private final Trouble trouble;
    /** Whether somebody may be adding to the last file: what is not whole there may become so. */
    private final boolean isLive;
    private final Block block = new Block();
    private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW).order(ByteOrder.LITTLE_ENDIAN);
    private long windowAt;
    private FileChannel channel;
    private long segment = -1;
    private String file = "";
    private long offset;
    private Position position;
    private boolean isChecking = true;
    /** Whether nothing is left in the present file. */
    private boolean isAtEnd;

    BlockReader(JournalFolder folder, Position start, Trouble trouble, boolean isLive) {
        this.folder = folder;
        this.trouble = trouble;
        this.isLive = isLive;
        if (start != null) {
            moveTo(start);
        }
    }

    /** Leaves checksums alone, which takes half the time: for who only looks for a place. */
    BlockReader withoutChecks() {
        isChecking = false;
        return this;
    }

    /** Reads on from a place. */
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
        while (!isAtEnd) {
            position = new Position(segment, file, offset);
            int word = load(offset) ? window.getInt((int) (offset - windowAt)) : 0;
            int length = word & LENGTH_MASK;
            long start = offset + WORD;
            long end = (start + length + WORD - 1) & -WORD;
            boolean isComplete = length != 0 && (word & NOT_COMPLETE) == 0;
            if (!isComplete) {
                // The end so far, or for ever; or where a writer died.
                if (mayGrow()) {
                    return false;
                }
                goOn(offset == 0 ? "the file does not begin as a queue's does" : "there is a hole before more blocks",
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
                goOn(fault, true);
            }
        }
        return false;
    }

    private String fault(int word, int length, int readable) {
        if ((word & META_DATA) != 0 || length > Block.MAX_LENGTH) {
            return "its length makes no sense: " + length;
        }
        return readable < length ? "the file ends before it does" : block.fault(readable, isChecking);
    }

    /** Behind what cannot be read: at the next block of the file, if there is one. */
    private void goOn(String why, boolean isTrouble) throws IOException {
        long broken = offset;
        long next = find(broken + 2 * WORD);
        if (isTrouble || next >= 0) {
            long upTo = next >= 0 ? next : channel.size();
            int readable = read(broken, (int) Math.min(Block.MAX_LENGTH, Math.max(0, upTo - broken)));
            trouble.unreadable(new Position(segment, file, broken), block.bytes(), readable, why);
        }
        offset = next;
        isAtEnd = next < 0;
    }

    /** Where the next thing stands that looks like a block behind its length; −1 for nowhere. */
    private long find(long from) throws IOException {
        int least = WORD + Block.HEADER_LENGTH;
        for (long at = from; ; at = windowAt + window.limit() - least + WORD & -WORD) {
            fill(at);
            if (window.limit() < least) {
                return -1;
            }
            for (int i = 0; i + least <= window.limit(); i += WORD) {
                boolean isMagic = window.getInt(i + WORD) == Block.MAGIC_VALUE;
                if (isMagic && window.getInt(i) == Block.length(window, i + WORD)) {
                    return at + i;
                }
            }
        }
    }

    private boolean mayGrow() {
        return isLive && nextFile() == null;
    }

    /** Whether there is a length word at a place; what was not complete before is looked at again. */
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
        // What the writer has still added before it continued in the next file.
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
            close();
            channel = null;
            offset = at;
            isAtEnd = false;
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
