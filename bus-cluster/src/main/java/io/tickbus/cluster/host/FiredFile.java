// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * What has fired on this host, for an agent that starts again: entries of 32 bytes, big-endian, appended as the agent
 * reads the bus. Not synced: what a crash of the machine takes with it is flagged as a possible duplicate.
 *
 * <pre>
 *  0 kind int32 | 4 generation int32 | 8 key | 16 next occurrence | 24 next sequence of the bus
 *  kind 1: a firing. kind 2: key is the bus's history. kind 3: key is a time; what was due up to then and is not here
 *  may have fired all the same.
 * </pre>
 */
final class FiredFile implements AutoCloseable {
    /** Key and generation of an arming: the same numbers for two owners are taken for both. */
    record Arming(long key, int generation) {
    }

    private static final int LENGTH = 32;
    private static final int FIRED = 1;
    private static final int HISTORY = 2;
    private static final int UNCERTAIN = 3;
    private static final int BUFFER = LENGTH * 1024;
    private static final long MAX_LENGTH = 64L << 20;

    private final Path path;
    private final long longest;
    private final Map<Arming, Long> next = new HashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private FileChannel channel;
    private boolean wasThere;
    /** It could not be written, and is written again as a whole. */
    private boolean isIncomplete;
    private long historyId;
    private long sequence;
    private long uncertainUntilNs = Long.MIN_VALUE;

    private FiredFile(Path path, long longest) {
        this.path = path;
        this.longest = longest;
    }

    /** Reads what there is and opens the file for more. */
    static FiredFile open(Path path) {
        return open(path, MAX_LENGTH);
    }

    /** The same, with a length from which on it is written again. */
    static FiredFile open(Path path, long longest) {
        FiredFile file = new FiredFile(path, longest);
        try {
            Files.createDirectories(path.getParent());
            file.wasThere = Files.exists(path);
            if (file.wasThere) {
                ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(path));
                while (all.remaining() >= LENGTH) {
                    file.read(all);
                }
            }
            file.rewrite();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(ByteBuffer from) {
        int kind = from.getInt();
        int generation = from.getInt();
        long key = from.getLong();
        long occurrence = from.getLong();
        sequence = from.getLong();
        if (kind == FIRED) {
            next.merge(new Arming(key, generation), occurrence, Math::max);
        } else if (kind == HISTORY) {
            historyId = key;
        } else if (kind == UNCERTAIN) {
            uncertainUntilNs = Math.max(uncertainUntilNs, key);
        }
    }

    private void rewrite() throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + ".new");
        channel = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        isIncomplete = false;
        add(HISTORY, 0, historyId, 0);
        add(UNCERTAIN, 0, uncertainUntilNs, 0);
        next.forEach((arming, occurrence) -> add(FIRED, arming.generation(), arming.key(), occurrence));
        if (!isIncomplete) {
            write();
        }
        if (isIncomplete) {
            throw new IOException("there is no room");
        }
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whether the file was there when it was opened. */
    boolean wasThere() {
        return wasThere;
    }

    long historyId() {
        return historyId;
    }

    /** The first signal of the bus that is not taken into account. */
    long sequence() {
        return sequence;
    }

    long uncertainUntilNs() {
        return uncertainUntilNs;
    }

    /** The first occurrence of an arming that has not fired here, as far as is known. */
    long next(long key, int generation) {
        return next.getOrDefault(new Arming(key, generation), 0L);
    }

    void history(long newHistoryId) {
        historyId = newHistoryId;
        add(HISTORY, 0, newHistoryId, 0);
    }

    void uncertain(long untilNs) {
        uncertainUntilNs = Math.max(uncertainUntilNs, untilNs);
        add(UNCERTAIN, 0, uncertainUntilNs, 0);
    }

    /** A firing was read from the bus; everything before {@code nextSequence} has been read. */
    void fired(long key, int generation, long nextOccurrence, long nextSequence) {
        sequence = nextSequence;
        next.merge(new Arming(key, generation), nextOccurrence, Math::max);
        add(FIRED, generation, key, nextOccurrence);
    }

    /** An arming cannot fire any more. */
    void forget(long key, int generation) {
        next.remove(new Arming(key, generation));
    }

    private void add(int kind, int generation, long key, long occurrence) {
        if (!isIncomplete && buffer.remaining() < LENGTH) {
            try {
                write();
            } catch (IOException e) {
                // The next flush says so.
                isIncomplete = true;
            }
        }
        if (isIncomplete) {
            return;
        }
        buffer.putInt(kind).putInt(generation).putLong(key).putLong(occurrence).putLong(sequence);
    }

    /** Hands everything to the kernel. A file that has become long is written again without what is forgotten. */
    void flush() {
        try {
            if (!isIncomplete) {
                write();
            }
            if (isIncomplete || channel.position() > longest + 2L * LENGTH * next.size()) {
                channel.close();
                rewrite();
            }
        } catch (IOException e) {
            isIncomplete = true;
            buffer.clear();
            throw new UncheckedIOException("what has fired cannot be written to " + path, e);
        }
    }

    private void write() throws IOException {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } finally {
            buffer.clear();
        }
    }

    /** What was not flushed is not written any more. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
