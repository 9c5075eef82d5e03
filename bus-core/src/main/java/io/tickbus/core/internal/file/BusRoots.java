// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.VisibleText;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/** The default root of a user's buses; the rules are at {@link BusDirectory#defaultRoot()}. */
public final class BusRoots {
    private static final String RUNTIME_VARIABLE = "XDG_RUNTIME_DIR";
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private BusRoots() {
    }

    /** That of this user. */
    public static Path ofThisUser() {
        return ofThisUser(SHARED_MEMORY, System.getenv());
    }

    static Path ofThisUser(Path sharedMemory, Map<String, String> environment) {
        String configured = environment.getOrDefault(BusDirectory.ROOT_VARIABLE, "");
        if (!configured.isBlank()) {
            return absolute(configured);
        }
        if (!Files.isDirectory(sharedMemory)) {
            return standardRoot(Path.of(System.getProperty("java.io.tmpdir")), UserId.current());
        }
        Path root = standardRoot(sharedMemory, UserId.current());
        String runtime = environment.getOrDefault(RUNTIME_VARIABLE, "");
        // All processes of a user must come to the same answer: so this depends on nothing that comes and goes.
        boolean isTaken = Files.exists(root, LinkOption.NOFOLLOW_LINKS) && UserId.ofFile(root) != UserId.current();
        return isTaken && runtime.startsWith("/") && isOwn(Path.of(runtime)) ? Path.of(runtime, "tickbus") : root;
    }

    /** Where another user's buses are by default. */
    public static Path ofUser(int userId) {
        return standardRoot(Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY
                : Path.of(System.getProperty("java.io.tmpdir")), userId);
    }

    private static Path standardRoot(Path parent, int userId) {
        return parent.resolve("tickbus-" + UserId.text(userId));
    }

    private static boolean isOwn(Path path) {
        return Files.isDirectory(path) && UserId.ofFile(path) == UserId.current();
    }

    private static Path absolute(String configured) {
        String why = "it is no absolute path, so each program would take another directory for it";
        try {
            Path path = Path.of(configured);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            why = "it is no path (" + e.getReason() + ")";
        }
        throw new BusException(Reason.BAD_SETTINGS, BusDirectory.ROOT_VARIABLE + "=" + VisibleText.of(configured), why,
                "write it from / on, or unset it");
    }
}
