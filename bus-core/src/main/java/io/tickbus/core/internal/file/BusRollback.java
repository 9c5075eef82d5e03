package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * What there was of a bus before somebody set out to publish on it: where that comes to nothing, all that was made
 * since is removed, and nothing else. Another publisher's files are safe, as files are removed under the lock only.
 */
final class BusRollback {
    private final BusDirectory directory;
    private final boolean hadRoot;
    private final boolean hadDirectory;
    private final boolean hadLock;
    /** Null until the lock is held. */
    private Set<Path> kept;

    /** Before anything is made. */
    BusRollback(BusDirectory directory) {
        this.directory = directory;
        hadRoot = BusFiles.hasRoot(directory);
        hadDirectory = Files.exists(directory.path(), LinkOption.NOFOLLOW_LINKS);
        hadLock = Files.exists(directory.lock(), LinkOption.NOFOLLOW_LINKS);
    }

    /** From here on, as long as the lock is held, whatever is new is this publisher's. */
    void locked() {
        kept = new HashSet<>(TrustedFiles.entries(directory.path(), path -> true));
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
