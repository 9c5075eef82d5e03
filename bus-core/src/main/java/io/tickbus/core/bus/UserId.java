package io.tickbus.core.bus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Numeric user ids, as file ownership knows them. */
final class UserId {
    private static final int EFFECTIVE = 2;

    private UserId() {
    }

    /** Effective user id of this process. */
    static int current() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("Uid:")) {
                    return Integer.parseInt(line.split("\\s+", -1)[EFFECTIVE]);
                }
            }
        } catch (IOException e) {
            // No Linux /proc here: the owner of the home directory is the next best witness.
            return ofFile(Path.of(System.getProperty("user.home")));
        }
        return ofFile(Path.of(System.getProperty("user.home")));
    }

    static int ofFile(Path path) {
        try {
            return (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return -1;
        }
    }
}
