// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.Platforms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Creates and replaces files that nobody ever sees half-written, and cleans up after creators that died. */
public final class AtomicFile {
    private static final String TEMPORARY_PREFIX = ".new-";
    /** Names that {@link #temporaryFor} makes, and no others. */
    private static final Pattern TEMPORARY = Pattern.compile("\\.new-"
            + "(s|signals|doorbell|replies|counters|settings|owners|intents|id|bus|snapshot|[0-9a-f-]{36})"
            + "-[0-9]+-[0-9a-z]+");

    private AtomicFile() {
    }

    /**
     * Creates a mapped file, mode 0600 or readable by a group, with all its storage; replaces an earlier one.
     *
     * @param fill  writes the initial content; all else is zero
     * @param group null for the owner alone
     */
    public static SharedRegion create(Path path, long length, String group, Consumer<SharedRegion> fill) {
        return replace(path, temporary -> {
            Platforms.current().allocate(temporary, length);
            SharedRegion region;
            try (FileChannel channel = open(temporary)) {
                region = SharedRegion.map(channel, length, true);
            }
            fill.accept(region);
            if (group != null) {
                SecureFiles.share(temporary, group, "rw-r-----");
            }
            return region;
        });
    }

    /** Writes a line as a file, mode 0600, replacing an earlier one; returns when it is on the disk. */
    public static void write(Path path, String line) {
        write(path, line, null);
    }

    /** The same, readable by a group unless that is null. */
    public static void write(Path path, String line, String group) {
        replace(path, temporary -> {
            try (FileChannel channel = open(temporary)) {
                channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
                channel.force(true);
            }
            if (group != null) {
                SecureFiles.share(temporary, group, "rw-r-----");
            }
            return null;
        });
        try {
            // Before anything relies on the new content, such as the deletion of files that only the old one needed.
            syncDirectory(path.getParent());
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }

    private static FileChannel open(Path temporary) throws IOException {
        return FileChannel.open(temporary, StandardOpenOption.READ, StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns when the names in a directory are on the disk. */
    public static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private interface Filling<T> {
        T fill(Path temporary) throws IOException;
    }

    /** Fills a new file under a temporary name and renames it when it is complete; leaves nothing behind on failure. */
    private static <T> T replace(Path path, Filling<T> filling) {
        Path temporary = temporaryFor(path);
        boolean isDone = false;
        try {
            SecureFiles.createPrivate(temporary);
            T filled = filling.fill(temporary);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            isDone = true;
            return filled;
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        } finally {
            if (!isDone) {
                SecureFiles.deleteIfPossible(temporary);
            }
        }
    }

    /** A name in the same directory for an unfinished file; {@link #deleteTemporary} finds it again. */
    public static Path temporaryFor(Path path) {
        return path.resolveSibling(TEMPORARY_PREFIX + path.getFileName() + "-" + ProcessHandle.current().pid() + "-"
                + Long.toUnsignedString(System.nanoTime(), Character.MAX_RADIX));
    }

    /** Deletes what processes left that died while creating a file. The caller has the lock. */
    public static void deleteTemporary(Path directory) {
        SecureFiles.entries(directory, AtomicFile::isTemporary).forEach(AtomicFile::deleteTree);
    }

    static boolean isTemporary(Path path) {
        return TEMPORARY.matcher(path.getFileName().toString()).matches();
    }

    /** Whether a directory contains nothing but what {@link #deleteTemporary} deletes. */
    public static boolean isEmpty(Path directory) {
        return SecureFiles.entries(directory, path -> !isTemporary(path)).isEmpty();
    }

    private static void deleteTree(Path path) {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            SecureFiles.entries(path, inside -> true).forEach(AtomicFile::deleteTree);
        }
        SecureFiles.deleteIfPossible(path);
    }
}
