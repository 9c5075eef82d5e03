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
 * A journal's folder: each run of a daemon writes a segment of its own, which is a queue in a folder of its own, and
 * begins another after a failure. Nobody ever writes behind what a dead daemon has left, which may be torn.
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
    /** Segment, file and offset; whatever else stands there names no file. */
    private static final Pattern SNAPSHOT = Pattern.compile("([0-9]{1,16}) ([0-9A-Za-z-]{1,64}\\.cq4) ([0-9]{1,18})");
    private static final Position NOWHERE = new Position(0, "?", 0);
    private static final int LONGEST_LINE = 8 << 10;
    /** For a reader that asks whether somebody writes. */
    private static final long TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(5);
    /** POSIX locks are lost when any channel of the file is closed: this JVM never opens one a second time. */
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

    /** Makes what is missing, mode 0700, and lets the disk keep its name. */
    void create() {
        try {
            if (!Files.isDirectory(path)) {
                Path there = path.getParent();
                while (!Files.exists(there)) {
                    there = there.getParent();
                }
                Files.createDirectories(path.getParent());
                Files.createDirectory(path,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                for (Path made = path; !made.equals(there); made = made.getParent()) {
                    syncFolder(made.getParent());
                }
            }
        } catch (IOException e) {
            throw BusException.system(path, e, "name another folder with --journal DIR");
        }
    }

    /** Whether this is a journal, or at least what is left of one. */
    boolean isJournal() {
        return Files.isRegularFile(path.resolve("id")) || !segments().isEmpty();
    }

    /** Which journal this is: a random number, drawn when the folder is first used. For who holds the lock. */
    long id() {
        Path file = path.resolve("id");
        try {
            if (!Files.exists(file)) {
                writeWhole(file, Long.toHexString(new SecureRandom().nextLong()));
            }
            return Long.parseUnsignedLong(line(file), HEX);
        } catch (IOException | NumberFormatException e) {
            throw BusException.system(file, e, "restore the journal's folder, or name another with --journal DIR");
        }
    }

    /**
     * Gives the journal to a bus where it has none; for who holds the lock.
     *
     * @throws BusException IN_USE where it belongs to another
     */
    void claim(BusDirectory bus) {
        Path file = path.resolve("bus");
        String wanted = bus.path().toAbsolutePath().normalize().toString();
        try {
            if (!Files.exists(file)) {
                writeWhole(file, wanted);
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
            return new String(in.readNBytes(LONGEST_LINE), StandardCharsets.UTF_8).strip();
        }
    }

    private void writeWhole(Path target, String line) throws IOException {
        Path temporary = path.resolve(target.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        // Before anything relies on it, such as deleting what only its predecessor needed.
        syncFolder(path);
    }

    /**
     * Takes the folder for one daemon, until {@link #release}.
     *
     * @throws BusException IN_USE where another has it
     */
    void lock() {
        long startNs = System.nanoTime();
        try {
            while (!tryLock()) {
                if (System.nanoTime() - startNs > TIMEOUT_NS) {
                    throw new BusException(Reason.IN_USE, path.toString(), "another daemon writes this journal",
                            "stop it, or name another folder with --journal DIR");
                }
                LockSupport.parkNanos(PAUSE_NS);
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
            boolean isTaken = false;
            try {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
                isTaken = tryLock(channel, false);
            } finally {
                if (!isTaken) {
                    channel.close();
                }
            }
            if (isTaken) {
                HELD_BY_THIS_JVM.put(key, channel);
                heldKey = key;
            }
            return isTaken;
        }
    }

    private static boolean tryLock(FileChannel channel, boolean isShared) throws IOException {
        try {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, isShared);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Whether a daemon has it now, which may be about to add to its last file. */
    boolean isWritten() {
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

    /** Numbers of the segments, in order. */
    List<Long> segments() {
        return names(path).stream().filter(JournalFolder::isSegment).map(Long::valueOf).toList();
    }

    /** Folders in it that are no segments of this version: whatever they are, no recovery reads them. */
    List<String> strangers() {
        return names(path).stream().filter(name -> !isSegment(name) && Files.isDirectory(path.resolve(name))).toList();
    }

    /** Segments that hold no file. */
    List<Long> emptySegments() {
        return segments().stream().filter(number -> files(number).isEmpty()).toList();
    }

    /** What a daemon leaves that dies before its first block, or who deleted the files. For who holds the lock. */
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

    /** Names of a segment's files, in order. */
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
    public Blocks read(Position start, Trouble trouble) {
        return new BlockReader(this, start, trouble, false);
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
        writeWhole(path.resolve("snapshot"), position.segment() + " " + position.file() + " " + position.offset());
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

    /** Lets the disk keep the names in a folder. */
    static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
