// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import io.tickbus.cluster.plan.FiredMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What has fired on this host, for an agent that starts again: entries of 32 bytes, big-endian, appended as the agent
 * reads the bus. Not synced: what a crash of the machine takes with it is flagged as a possible duplicate.
 *
 * <pre>
 *  0 kind int16 | 2 owner int16 | 4 generation int32 | 8 key | 16 next occurrence | 24 next sequence of the bus
 *  kind 1: a firing. kind 2: key is the bus's history. kind 3: key is a time; what was due up to then and is not here
 *  may have fired all the same. kind 4: in the signals from sequence "key" on, which are those of the
 *  daemon with epoch "next occurrence", the owner is "generation".
 * </pre>
 *
 * <p>Owners are the cluster's. A daemon gives its clients numbers of its own, and the next daemon others.
 */
final class FiredFile implements AutoCloseable {
    /** The cluster's owners by the numbers that a daemon has given them. */
    private record Daemon(long epoch, Map<Integer, Integer> numbers) {
    }

    private static final int LENGTH = 32;
    private static final int FIRED = 1;
    private static final int HISTORY = 2;
    private static final int UNCERTAIN = 3;
    private static final int OWNER = 4;
    /** Not an owner of the cluster. */
    static final int NO_OWNER = -1;
    private static final int BUFFER = LENGTH * 1024;
    private static final long MAX_LENGTH = 64L << 20;

    private final Path path;
    private final long longest;
    private final FiredMemory memory = new FiredMemory();
    /** By the first sequences of daemons. */
    private final TreeMap<Long, Daemon> owners = new TreeMap<>();
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
        int kind = from.getShort();
        int owner = from.getShort();
        int generation = from.getInt();
        long key = from.getLong();
        long occurrence = from.getLong();
        sequence = from.getLong();
        if (kind == FIRED) {
            memory.note(owner, key, generation, occurrence);
        } else if (kind == HISTORY) {
            setHistory(key);
        } else if (kind == UNCERTAIN) {
            setUncertain(key);
        } else if (kind == OWNER) {
            numbers(key, occurrence).put(generation, owner);
        }
    }

    private void rewrite() throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + ".new");
        channel = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        if (temporary.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
        }
        isIncomplete = false;
        add(HISTORY, 0, 0, historyId, 0);
        add(UNCERTAIN, 0, 0, uncertainUntilNs, 0);
        owners.forEach((first, daemon) -> daemon.numbers().forEach((number, owner) ->
                add(OWNER, owner, number, first, daemon.epoch())));
        memory.forEach((owner, key, generation, occurrence) -> add(FIRED, owner, generation, key, occurrence));
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

    /** What has fired here, as far as is known. */
    FiredMemory memory() {
        return memory;
    }

    /** The bus has this history; everything before {@code nextSequence} has been read. */
    void history(long newHistoryId, long nextSequence) {
        setHistory(newHistoryId);
        sequence = nextSequence;
        add(HISTORY, 0, 0, newHistoryId, 0);
    }

    private void setHistory(long newHistoryId) {
        if (historyId != newHistoryId) {
            owners.clear();
        }
        historyId = newHistoryId;
    }

    void uncertain(long untilNs) {
        setUncertain(untilNs);
        add(UNCERTAIN, 0, 0, uncertainUntilNs, 0);
    }

    private void setUncertain(long untilNs) {
        uncertainUntilNs = Math.max(uncertainUntilNs, untilNs);
        memory.uncertain(Long.MIN_VALUE, uncertainUntilNs);
    }

    /**
     * An owner has this number at the daemon of an epoch, whose signals begin with a sequence.
     *
     * @return whether that is new
     */
    boolean owner(int owner, int number, long firstSequence, long epoch) {
        Integer earlier = numbers(firstSequence, epoch).put(number, owner);
        boolean isNew = earlier == null || earlier != owner;
        if (isNew) {
            add(OWNER, owner, number, firstSequence, epoch);
        }
        return isNew;
    }

    private Map<Integer, Integer> numbers(long firstSequence, long epoch) {
        Daemon daemon = owners.get(firstSequence);
        if (daemon == null || daemon.epoch() != epoch) {
            daemon = new Daemon(epoch, new HashMap<>());
            owners.put(firstSequence, daemon);
            Long present = owners.floorKey(sequence);
            if (present != null) {
                // Those signals have been read.
                owners.headMap(present).clear();
            }
        }
        return daemon.numbers();
    }

    /** Whose firing a signal is, by the number that it has: an owner of the cluster, or {@link #NO_OWNER}. */
    int owner(int number, long signalSequence) {
        Map.Entry<Long, Daemon> daemon = owners.floorEntry(signalSequence);
        return daemon == null ? NO_OWNER : daemon.getValue().numbers().getOrDefault(number, NO_OWNER);
    }

    /** A firing was read from the bus; everything before {@code nextSequence} has been read. */
    void fired(int owner, long key, int generation, long nextOccurrence, long nextSequence) {
        sequence = nextSequence;
        memory.note(owner, key, generation, nextOccurrence);
        add(FIRED, owner, generation, key, nextOccurrence);
    }

    private void add(int kind, int owner, int generation, long key, long occurrence) {
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
        buffer.putShort((short) kind).putShort((short) owner).putInt(generation).putLong(key).putLong(occurrence)
                .putLong(sequence);
    }

    /** Hands everything to the kernel. A file that has become long is written again without what is forgotten. */
    void flush() {
        try {
            if (!isIncomplete) {
                write();
            }
            if (isIncomplete || channel.position() > longest + 2L * LENGTH * memory.size()) {
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
