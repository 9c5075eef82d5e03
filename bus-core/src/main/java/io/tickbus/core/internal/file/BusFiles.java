// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.Uninterrupted;
import io.tickbus.core.internal.layout.DoorbellLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Creates, shares and deletes what a {@link BusDirectory} only names.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> makes system calls. <b>Errors:</b> {@link BusException}.
 */
public final class BusFiles {
    private BusFiles() {
    }

    /** Creates what is missing of the directories, mode 0700, and checks the rest. */
    public static void createIfMissing(BusDirectory directory) {
        SecureFiles.createDirectory(directory.root());
        // Before anything is left in a root of somebody else.
        SecureFiles.checkDirectory(directory.root(), directory.ownerId());
        SecureFiles.createDirectory(directory.path());
        directory.check();
    }

    /** Daemon: creates the directory of the clients' files where it is missing, mode 0700, and empties it. */
    public static void prepareClients(BusDirectory directory) {
        Path clients = directory.clients();
        SecureFiles.createDirectory(clients);
        SecureFiles.checkDirectory(clients, directory.ownerId());
        SecureFiles.chmod(clients, "rwx------");
        ClientFile.delete(ClientFile.unclaimed(directory));
    }

    /** Gives a group access: directory 0750, everybody may pass through a root of ours. */
    public static void shareWith(BusDirectory directory, String group) {
        SecureFiles.share(directory.path(), group, "rwxr-x---");
        if (UserId.ofFile(directory.root()) == UserId.current()) {
            SecureFiles.letPass(directory.root());
        }
    }

    /**
     * A bus inside of a bus's directory, which must be there, for trying something. What is left of it is removed by
     * whoever publishes on that bus next.
     */
    public static BusDirectory scratch(BusDirectory directory) {
        return BusDirectory.at(AtomicFile.temporaryFor(directory.path().resolve("s")), "s")
                .ownedBy(directory.ownerId());
    }

    /** Whether the directory of the buses is there; whoever finds it missing may remove it again. */
    public static boolean hasRoot(BusDirectory directory) {
        return Files.exists(directory.root(), LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes the directory of the buses if nothing is in it: for whoever has made it. */
    public static void deleteRootIfEmpty(BusDirectory directory) {
        try {
            Files.deleteIfExists(directory.root());
        } catch (IOException e) {
            // It holds other buses by now, or is a mount point, or its parent belongs to somebody else: it may stay.
            return;
        }
    }

    /** {@link BusDirectory#delete}. */
    public static void delete(BusDirectory directory) {
        Uninterrupted.call(() -> {
            if (Files.exists(directory.path(), LinkOption.NOFOLLOW_LINKS)) {
                deleteWhole(directory);
            }
            return null;
        });
    }

    private static void deleteWhole(BusDirectory directory) {
        directory.check();
        Path path = directory.path();
        if (!FileHeader.SIGNALS.isKindOf(directory.signals()) && !isDoorbell(directory.doorbell())
                && !AtomicFile.isEmpty(path)) {
            throw new BusException(Reason.NOT_FOUND, "bus '" + directory.name() + "'", "there is no bus in " + path,
                    "name a bus that 'tickbus stat' lists; nothing was removed");
        }
        // Locked while deleting, so that no publisher starts on files that lose their names.
        OwnerLock lock = OwnerLock.acquire(directory, "pid=" + ProcessHandle.current().pid() + ", deleting");
        try {
            deleteFiles(directory, Set.of());
            deleteIfEmpty(directory);
        } finally {
            lock.close();
        }
    }

    /** What is left of a bus whose signals are gone, or are none any more. */
    private static boolean isDoorbell(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && path.toFile().length() == DoorbellLayout.LENGTH;
    }

    /** Deletes the bus's files except some. The caller holds the lock. */
    static void deleteFiles(BusDirectory bus, Set<Path> kept) {
        AtomicFile.deleteTemporary(bus.path());
        ClientFile.delete(ClientFile.unclaimed(bus));
        restoreProcessors(bus);
        for (Path file : List.of(bus.clients(), bus.control(), bus.intents(), bus.replies(), bus.counters(),
                bus.settings(), bus.owners(), bus.signals(), bus.doorbell(), bus.lock())) {
            if (!kept.contains(file)) {
                SecureFiles.deleteIfPossible(file);
            }
        }
    }

    private static void restoreProcessors(BusDirectory bus) {
        try {
            ProcessorIdleLimits.restore(bus.idle(), ProcessorIdleLimits.PROCESSORS);
        } catch (IOException e) {
            // Not permitted to this user: the file stays for somebody who is.
            return;
        }
    }

    /** Removes the directory if nothing is in it. */
    static void deleteIfEmpty(BusDirectory directory) {
        SecureFiles.deleteIfPossible(directory.path());
    }
}
