// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.tickbus.core.internal.file.UserId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.IoUtil;

/** Directories of media drivers in shared memory: one for each driver of a process, so that none is left over. */
public final class AeronDirectory {
    private static final AtomicInteger NEXT = new AtomicInteger();

    private AeronDirectory() {
    }

    /**
     * A directory of this process's own; those of processes that were killed are removed.
     *
     * @param use part of its name
     */
    public static String make(String use) {
        Path shared = Path.of("/dev/shm");
        Path root = Files.isDirectory(shared) ? shared : Path.of(System.getProperty("java.io.tmpdir"));
        String prefix = "tickbus-" + use + "-" + UserId.current() + "-";
        try (DirectoryStream<Path> found = Files.newDirectoryStream(root, prefix + "*")) {
            for (Path each : found) {
                String pid = each.getFileName().toString().substring(prefix.length()).split("-", 2)[0];
                if (pid.matches("[0-9]{1,9}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                    IoUtil.delete(each.toFile(), true);
                }
            }
        } catch (IOException e) {
            // What is left there takes room and does no harm.
            return path(root, prefix);
        }
        return path(root, prefix);
    }

    private static String path(Path root, String prefix) {
        return root.resolve(prefix + ProcessHandle.current().pid() + "-" + NEXT.getAndIncrement()).toString();
    }
}
