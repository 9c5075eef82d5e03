// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Remembers what existed of a bus before it was opened for publishing. If opening fails, everything created since is
 * removed, and nothing else. Another publisher's files are safe, as files are removed only under the lock.
 */
final class BusRollback {
    private final BusDirectory directory;
    private final boolean hadRoot;
    private final boolean hadDirectory;
    private final boolean hadLock;
    /** Null until the lock is held. */
    private Set<Path> kept;

    /** Call this before anything is created. */
    BusRollback(BusDirectory directory) {
        this.directory = directory;
        hadRoot = BusFiles.hasRoot(directory);
        hadDirectory = Files.exists(directory.path(), LinkOption.NOFOLLOW_LINKS);
        hadLock = Files.exists(directory.lock(), LinkOption.NOFOLLOW_LINKS);
    }

    /** From here on, while the lock is held, everything new is this publisher's. */
    void locked() {
        kept = new HashSet<>(SecureFiles.entries(directory.path(), path -> true));
        if (!hadLock) {
            kept.remove(directory.lock());
        }
    }

    void run() {
        if (kept != null) {
            BusFiles.deleteFiles(directory, kept);
        }
        if (!hadDirectory) {
            BusFiles.deleteIfEmpty(directory);
        }
        if (!hadRoot) {
            BusFiles.deleteRootIfEmpty(directory);
        }
    }
}
