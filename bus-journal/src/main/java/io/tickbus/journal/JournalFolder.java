package io.tickbus.journal;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A journal's folder: each run of a daemon writes a segment of its own, which is a queue in a folder of its own, and
 * begins another after a failure. Nobody ever writes behind what a dead daemon has left, which may be torn.
 *
 * <pre>
 *  lock                        held by the daemon
 *  id                          which journal this is
 *  snapshot                    where the last whole snapshot begins: segment, file, offset
 *  unreadable-TIME.bin         what could not be read
 *  0000000000000001/           segment: 20261124-11.cq4, …
 * </pre>
 */
final class JournalFolder {
    private static final String QUEUE_FILE = ".cq4";
    private static final int HEX = 16;

    private final Path path;

    JournalFolder(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** Makes what is missing, mode 0700. */
    void create() {
        try {
            Files.createDirectories(path.getParent());
            if (!Files.isDirectory(path)) {
                Files.createDirectory(path,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw BusException.system(path, e, "name another folder with --journal DIR");
        }
    }

    /** Which journal this is: a random number, drawn when the folder is first used. For who holds the lock. */
    long id() {
        Path file = path.resolve("id");
        try {
            if (!Files.exists(file)) {
                writeWhole(file, Long.toHexString(new SecureRandom().nextLong()));
            }
            return Long.parseUnsignedLong(Files.readString(file, StandardCharsets.US_ASCII).strip(), HEX);
        } catch (IOException | NumberFormatException e) {
            throw BusException.system(file, e, "restore the journal's folder, or name another with --journal DIR");
        }
    }

    private void writeWhole(Path target, String line) throws IOException {
        Path temporary = path.resolve(target.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Takes the folder for one daemon. */
    FileLock lock() {
        try {
            FileChannel channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            Files.setPosixFilePermissions(path.resolve("lock"), PosixFilePermissions.fromString("rw-------"));
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new BusException(Reason.IN_USE, path.toString(), "another daemon writes this journal",
                        "stop it, or name another folder with --journal DIR");
            }
            return lock;
        } catch (IOException e) {
            throw BusException.system(path, e, "name another folder with --journal DIR");
        }
    }

    /** Where a block stands. */
    record Position(long segment, String file, long offset) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            int bySegment = Long.compare(segment, other.segment);
            int byFile = bySegment != 0 ? bySegment : file.compareTo(other.file);
            return byFile != 0 ? byFile : Long.compare(offset, other.offset);
        }
    }

    /** Numbers of the segments, in order. */
    List<Long> segments() {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString()).filter(name -> name.matches("\\d{16}"))
                    .map(Long::valueOf).sorted().toList();
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
        try (Stream<Path> entries = Files.list(segment(segment))) {
            return entries.map(entry -> entry.getFileName().toString()).filter(name -> name.endsWith(QUEUE_FILE))
                    .sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file(Position position) {
        return segment(position.segment()).resolve(position.file());
    }

    /** Where the last whole snapshot begins; null where there is none, or where it is no more. */
    Position snapshot() {
        try {
            String[] words =
                    Files.readString(path.resolve("snapshot"), StandardCharsets.US_ASCII).strip().split(" ", -1);
            Position found = new Position(Long.parseLong(words[0]), words[1], Long.parseLong(words[2]));
            return Files.exists(file(found)) ? found : null;
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            // Everything is read then, which takes longer and comes to the same.
            return null;
        }
    }

    /** Writes down where the last whole snapshot begins, in one step. */
    void snapshot(Position position) throws IOException {
        writeWhole(path.resolve("snapshot"), position.segment() + " " + position.file() + " " + position.offset());
    }

    /** Sets a piece aside that could not be read. */
    void setAside(byte[] bytes, int length) {
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
