// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusException.Reason;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.platform.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Numeric user ids, as in file ownership: 32 bits without a sign, stored in an {@code int}. If an id cannot be read,
 * that is an error, and never a number that could be an id.
 */
public final class UserId {
    private static final int EFFECTIVE = 1;

    private UserId() {
    }

    /** Effective user id of this process. */
    public static int current() {
        // Without a Linux /proc, a new file's owner tells the same.
        return HostFiles.ROOT.field("proc/self/status", "Uid")
                .map(ids -> Integer.parseUnsignedInt(ids.split("\\s+", -1)[EFFECTIVE])).orElseGet(UserId::ofNewFile);
    }

    private static int ofNewFile() {
        try {
            Path file = Files.createTempFile("tickbus-", ".user");
            try {
                return ofFile(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new BusException(Reason.SYSTEM, "this process's user id", "neither /proc/self/status "
                    + "nor the owner of a new file tells it (" + BusException.why(e) + ")",
                    "mount /proc, or make the temporary folder writable");
        }
    }

    /** The owner of a file; of a link itself. */
    public static int ofFile(Path path) {
        try {
            return (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            throw BusException.system(path, e, "use a file system that knows owners");
        }
    }

    /** As people and {@code id -u} write it. */
    public static String text(int userId) {
        return Integer.toUnsignedString(userId);
    }
}
