package io.tickbus.core.bus;

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
        hadRoot = directory.hasRoot();
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
            directory.deleteFiles(kept);
        }
        if (!hadDirectory) {
            directory.deleteIfEmpty();
        }
        if (!hadRoot) {
            directory.deleteRootIfEmpty();
        }
    }
}
