// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.memory.SharedRegion;
import io.tickbus.core.internal.platform.Platforms;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Creates mapped files that nobody ever sees half-written, and cleans up after creators that died. */
public final class AtomicFile {
    private static final String TEMPORARY_PREFIX = ".new-";
    /** Names that {@link #temporaryFor} makes, and no others. */
    private static final Pattern TEMPORARY =
            Pattern.compile("\\.new-(s|signals|doorbell|replies|counters|intents|[0-9a-f-]{36})-[0-9]+-[0-9a-z]+");

    private AtomicFile() {
    }

    /**
     * Creates a file, mode 0600 or readable by a group, under a temporary name with all its storage, and renames it
     * over an earlier one when it is complete. Nothing is left behind on failure.
     *
     * @param fill  writes the initial content; all else is zero
     * @param group null for the owner alone
     */
    public static SharedRegion create(Path path, long length, String group, Consumer<SharedRegion> fill) {
        Path temporary = temporaryFor(path);
        boolean isDone = false;
        try {
            SecureFiles.createPrivate(temporary);
            Platforms.current().allocate(temporary, length);
            SharedRegion region;
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.READ, StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS)) {
                region = SharedRegion.map(channel, length, true);
            }
            fill.accept(region);
            if (group != null) {
                SecureFiles.share(temporary, group, "rw-r-----");
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            isDone = true;
            return region;
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

    /** Deletes what publishers left that died while creating a file. The caller holds the lock. */
    public static void deleteTemporary(Path directory) {
        SecureFiles.entries(directory, AtomicFile::isTemporary).forEach(AtomicFile::deleteTree);
    }

    private static boolean isTemporary(Path path) {
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
