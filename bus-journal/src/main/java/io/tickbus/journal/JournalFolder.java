// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A journal's folder. Each run of a daemon writes a segment of its own, which is a Chronicle Queue in a subfolder, and
 * begins another segment after a failure. Nothing is ever appended to the segment of a dead daemon, which may be torn.
 *
 * <pre>
 *  lock                        held by the daemon
 *  id                          which journal this is
 *  bus                         whose journal this is: the path of the bus's directory
 *  snapshot                    where the last whole snapshot begins: segment, file, offset
 *  unreadable-TIME.bin         what could not be read
 *  0000000000000001/           segment: 20261124-11.cq4, …
 * </pre>
 */
final class JournalFolder implements JournalStore {
    private static final String QUEUE_FILE = ".cq4";
    private static final int HEX = 16;
    /** Segment, file and offset. Anything else in that file refers to no block. */
    private static final Pattern SNAPSHOT = Pattern.compile("([0-9]{1,16}) ([0-9A-Za-z-]{1,64}\\.cq4) ([0-9]{1,18})");
    private static final Position NOWHERE = new Position(0, "?", 0);
    private static final int MAX_LINE_LENGTH = 8 << 10;
    /** Longer than a reader holds the lock to find out whether a daemon is writing. */
    private static final long LOCK_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LOCK_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(5);
    /**
     * A process loses its POSIX locks on a file when it closes any channel of that file, so this JVM never opens a
     * second one.
     */
    private static final Map<Object, FileChannel> HELD_BY_THIS_JVM = new HashMap<>();

    private final Path path;
    private Object heldKey;

    JournalFolder(Path path) {
        this.path = path;
    }

    @Override
    public Path path() {
        return path;
    }

    /** Creates the folder if it is missing, mode 0700, and syncs the new directory entries. */
    void create() {
        try {
            if (!Files.isDirectory(path)) {
                Path existing = path.getParent();
                while (!Files.exists(existing)) {
                    existing = existing.getParent();
                }
                Files.createDirectories(path.getParent());
                Files.createDirectory(path,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                for (Path made = path; !made.equals(existing); made = made.getParent()) {
                    syncFolder(made.getParent());
                }
            }
        } catch (IOException e) {
            throw BusException.system(path, e, "name another folder with --journal DIR");
        }
    }

    /** Whether the folder contains a journal, or what is left of one. */
    boolean isJournal() {
        return Files.isRegularFile(path.resolve("id")) || !segments().isEmpty();
    }

    /** The journal's id: a random number, drawn when the folder is first used. The caller has locked the folder. */
    long id() {
        Path file = path.resolve("id");
        try {
            if (!Files.exists(file)) {
                writeAtomically(file, Long.toHexString(new SecureRandom().nextLong()));
            }
            return Long.parseUnsignedLong(line(file), HEX);
        } catch (IOException | NumberFormatException e) {
            throw BusException.system(file, e, "restore the journal's folder, or name another with --journal DIR");
        }
    }

    /**
     * Assigns the journal to a bus, if it has none yet. The caller has locked the folder.
     *
     * @throws BusException IN_USE if the journal belongs to another bus
     */
    void claim(BusDirectory bus) {
        Path file = path.resolve("bus");
        String wanted = bus.path().toAbsolutePath().normalize().toString();
        try {
            if (!Files.exists(file)) {
                writeAtomically(file, wanted);
            }
            String found = line(file);
            if (!found.equals(wanted)) {
                throw new BusException(Reason.IN_USE, path.toString(), "this is the journal of the bus " + found
                        + " and not of " + wanted, "name another folder with --journal DIR; or delete " + file
                        + " where that bus has become this one");
            }
        } catch (IOException e) {
            throw BusException.system(file, e, "restore the journal's folder, or name another with --journal DIR");
        }
    }

    private static String line(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " is no regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_LINE_LENGTH), StandardCharsets.UTF_8).strip();
        }
    }

    private void writeAtomically(Path target, String line) throws IOException {
        Path temporary = path.resolve(target.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        // Before anything relies on the new content, for example the deletion of files that only the old one needed.
        syncFolder(path);
    }

    /**
     * Locks the folder until {@link #release}.
     *
     * @throws BusException IN_USE if another daemon has locked it
     */
    void lock() {
        long startNs = System.nanoTime();
        try {
            while (!tryLock()) {
                if (System.nanoTime() - startNs > LOCK_TIMEOUT_NS) {
                    throw new BusException(Reason.IN_USE, path.toString(), "another daemon writes this journal",
                            "stop it, or name another folder with --journal DIR");
                }
                LockSupport.parkNanos(LOCK_RETRY_NS);
            }
        } catch (IOException e) {
            throw BusException.system(path, e, "name another folder with --journal DIR");
        }
    }

    private boolean tryLock() throws IOException {
        synchronized (HELD_BY_THIS_JVM) {
            Path file = path.resolve("lock");
            Object key = path.toRealPath();
            if (HELD_BY_THIS_JVM.containsKey(key)) {
                return false;
            }
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            boolean locked = false;
            try {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
                locked = tryLock(channel, false);
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
            if (locked) {
                HELD_BY_THIS_JVM.put(key, channel);
                heldKey = key;
            }
            return locked;
        }
    }

    private static boolean tryLock(FileChannel channel, boolean shared) throws IOException {
        try {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Whether a daemon has locked the folder, and so may be appending to the last file. */
    boolean isLocked() {
        synchronized (HELD_BY_THIS_JVM) {
            try {
                if (HELD_BY_THIS_JVM.containsKey(path.toRealPath())) {
                    return true;
                }
                try (FileChannel channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.READ)) {
                    return !tryLock(channel, true);
                }
            } catch (NoSuchFileException e) {
                return false;
            } catch (IOException e) {
                throw BusException.system(path, e, "read it as the user whose journal it is");
            }
        }
    }

    @Override
    public void release() {
        synchronized (HELD_BY_THIS_JVM) {
            try {
                FileChannel held = heldKey == null ? null : HELD_BY_THIS_JVM.remove(heldKey);
                heldKey = null;
                if (held != null) {
                    held.close();
                }
            } catch (IOException e) {
                throw BusException.system(path, e, "nothing need be done");
            }
        }
    }

    /** The segments' numbers, ascending. */
    List<Long> segments() {
        return names(path).stream().filter(JournalFolder::isSegment).map(Long::valueOf).toList();
    }

    /** Subfolders that are not segments of this version. Recovery does not read them. */
    List<String> unknownFolders() {
        return names(path).stream().filter(name -> !isSegment(name) && Files.isDirectory(path.resolve(name))).toList();
    }

    /** Segments without a queue file. */
    List<Long> emptySegments() {
        return segments().stream().filter(number -> files(number).isEmpty()).toList();
    }

    /**
     * Removes segments without a queue file: a daemon died before its first block, or somebody deleted the files. The
     * caller has locked the folder.
     */
    void removeEmptySegments(DaemonLog log) {
        for (long number : emptySegments()) {
            log.warn("journal-segment-empty", "folder", segment(number), "what", "it held no file, and is removed");
            try {
                SegmentWriter.delete(segment(number));
            } catch (IOException e) {
                log.warn("journal-segment-stays", "folder", segment(number), "error", e);
            }
        }
    }

    private static boolean isSegment(String name) {
        return name.matches("[0-9]{16}");
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path segment(long number) {
        return path.resolve(String.format(Locale.ROOT, "%016d", number));
    }

    /** The names of a segment's files, ascending. */
    List<String> files(long segment) {
        return names(segment(segment)).stream().filter(name -> name.endsWith(QUEUE_FILE)).toList();
    }

    Path file(Position position) {
        return segment(position.segment()).resolve(position.file());
    }

    @Override
    public Segment newSegment(Roll roll) throws IOException {
        long last = segments().stream().mapToLong(Long::longValue).max().orElse(0);
        return SegmentWriter.open(this, last + 1, roll);
    }

    @Override
    public void sync() throws IOException {
        Position snapshot = snapshot();
        for (long number : segments()) {
            for (String name : snapshot != null && number < snapshot.segment() ? List.<String>of() : files(number)) {
                try (FileChannel channel = FileChannel.open(segment(number).resolve(name), StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS)) {
                    channel.force(false);
                }
            }
        }
    }

    @Override
    public Blocks read(Position start, UnreadableHandler handler) {
        return new BlockReader(this, start, handler, false);
    }

    @Override
    public Position snapshot() {
        Path file = path.resolve("snapshot");
        try {
            Matcher found = SNAPSHOT.matcher(line(file));
            return found.matches()
                    ? new Position(Long.parseLong(found.group(1)), found.group(2), Long.parseLong(found.group(3)))
                    : NOWHERE;
        } catch (IOException e) {
            return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? NOWHERE : null;
        }
    }

    @Override
    public void snapshot(Position position) throws IOException {
        writeAtomically(path.resolve("snapshot"), position.segment() + " " + position.file() + " " + position.offset());
    }

    @Override
    public void setAside(byte[] bytes, int length) {
        Path target = path.resolve("unreadable-" + System.currentTimeMillis() + ".bin");
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.APPEND)) {
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-------"));
            channel.write(ByteBuffer.wrap(bytes, 0, length));
        } catch (IOException e) {
            throw BusException.system(target, e, "free space in the journal's folder");
        }
    }

    /** Syncs the directory entries of a folder. */
    static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
