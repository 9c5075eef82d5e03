// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Paths as they are typed. An empty one is a variable that was not set, and never means the working directory. */
public final class PathText {
    private PathText() {
    }

    /** The path, as it is. */
    public static Path parse(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("a path is expected and not an empty text; '.' is the working "
                    + "directory");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("there can be no such path (" + e.getReason() + "): path=" + text);
        }
    }
}
