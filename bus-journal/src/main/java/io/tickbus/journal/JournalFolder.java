// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.file.AtomicFile;
import io.tickbus.core.internal.file.OwnerLock;
import io.tickbus.core.internal.file.UserId;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A journal's folder. Each run of a daemon writes a segment of its own, which is a Chronicle Queue in a subfolder, and
 * begins another segment after a failure. Nothing is ever appended to the segment of a dead daemon, which may be torn.
 *
 * <pre>
 *  lock                        locked by the daemon
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

    private final Path path;
    private OwnerLock lock;

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
                    AtomicFile.syncDirectory(made.getParent());
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
                AtomicFile.write(file, Long.toHexString(new SecureRandom().nextLong()));
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
                AtomicFile.write(file, wanted);
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

    /**
     * Locks the folder until {@link #release}.
     *
     * @throws BusException IN_USE if another daemon has locked it
     */
    void lock() {
        lock = OwnerLock.acquire(path.resolve("lock"), UserId.ofFile(path), null,
                probe -> new BusException(Reason.IN_USE, path.toString(), "another daemon writes this journal",
                        "stop it, or name another folder with --journal DIR"));
    }

    /** Whether a daemon has locked the folder, and so may be appending to the last file. */
    boolean isLocked() {
        return OwnerLock.probe(path.resolve("lock")) != OwnerLock.Probe.FREE;
    }

    /** Deletes the journal and, unless something else is in it, the folder. The caller has locked it. */
    void delete() throws IOException {
        for (long number : segments()) {
            for (String name : names(segment(number))) {
                Files.deleteIfExists(segment(number).resolve(name));
            }
            Files.deleteIfExists(segment(number));
        }
        for (String name : names(path)) {
            if (name.matches("id|bus|snapshot|unreadable-[0-9]+\\.bin")) {
                Files.deleteIfExists(path.resolve(name));
            }
        }
        AtomicFile.deleteTemporary(path);
        Files.deleteIfExists(path.resolve("lock"));
        if (names(path).isEmpty()) {
            Files.deleteIfExists(path);
        }
    }

    @Override
    public void release() {
        if (lock != null) {
            lock.close();
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
        return segments().stream().filter(this::isEmpty).toList();
    }

    /**
     * Removes what a daemon left that died while it created a file, and segments without a queue file: a daemon died
     * before its first block, or somebody deleted the files. The caller has locked the folder.
     */
    void cleanUp(DaemonLog log) {
        AtomicFile.deleteTemporary(path);
        for (long number : emptySegments()) {
            log.warn("journal-segment-empty", "folder", segment(number), "what", "it contains no file, and is removed");
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

    /** The queue files of all segments from a number on, ascending; each as the position where it begins. */
    Stream<Position> files(long firstSegment) {
        return segments().stream().filter(number -> number >= firstSegment).flatMap(this::filesOf);
    }

    private Stream<Position> filesOf(long segment) {
        return names(segment(segment)).stream().filter(name -> name.endsWith(QUEUE_FILE))
                .map(name -> new Position(segment, name, 0));
    }

    boolean isEmpty(long segment) {
        return filesOf(segment).findAny().isEmpty();
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
        for (Position start : files(snapshot == null ? 0 : snapshot.segment()).toList()) {
            try (FileChannel channel =
                    FileChannel.open(file(start), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                channel.force(false);
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
        AtomicFile.write(path.resolve("snapshot"),
                position.segment() + " " + position.file() + " " + position.offset());
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
}
