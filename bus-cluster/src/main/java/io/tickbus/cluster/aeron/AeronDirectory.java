// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.tickbus.core.internal.file.UserId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.IoUtil;

/**
 * Directories of media drivers in shared memory: one for each driver, in a directory of this process that nobody else
 * may read. A lock in it says that the process lives, also to those that have another view of process ids.
 */
public final class AeronDirectory {
    private static final String LOCK = "lock";
    private static final AtomicInteger NEXT = new AtomicInteger();
    /** Kept open: they are what is locked. */
    private static final List<FileChannel> LOCKS = new ArrayList<>();
    private static Path own;

    private AeronDirectory() {
    }

    /**
     * A directory for one driver, not there yet; those of processes that were killed are removed.
     *
     * @param use part of its name
     */
    public static String make(String use) {
        return own().resolve(use + "-" + NEXT.getAndIncrement()).toString();
    }

    private static synchronized Path own() {
        if (own == null) {
            Path shared = Path.of("/dev/shm");
            Path root = Files.isDirectory(shared) ? shared : Path.of(System.getProperty("java.io.tmpdir"));
            String prefix = "tickbus-aeron-" + UserId.current() + "-";
            deleteLeftovers(root, prefix);
            try {
                own = Files.createTempDirectory(root, prefix + ProcessHandle.current().pid() + "-");
                own.toFile().deleteOnExit();
                Path file = own.resolve(LOCK);
                FileChannel lock = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                file.toFile().deleteOnExit();
                lock.lock();
                LOCKS.add(lock);
            } catch (IOException e) {
                throw new UncheckedIOException("no directory for Aeron can be made in " + root, e);
            }
        }
        return own;
    }

    private static void deleteLeftovers(Path root, String prefix) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(root, prefix + "*")) {
            for (Path each : found) {
                String pid = each.getFileName().toString().substring(prefix.length()).split("-", 2)[0];
                if (pid.matches("[0-9]{1,9}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty() && isFree(each)) {
                    IoUtil.delete(each.toFile(), true);
                }
            }
        } catch (IOException e) {
            // What is left there takes room and does no harm.
            return;
        }
    }

    private static boolean isFree(Path directory) {
        try (FileChannel lock = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.WRITE)) {
            return lock.tryLock() != null;
        } catch (IOException | OverlappingFileLockException e) {
            return false;
        }
    }
}
