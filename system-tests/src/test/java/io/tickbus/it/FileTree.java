// SPDX-License-Identifier: Apache-2.0
package io.tickbus.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files in a folder. */
final class FileTree {
    private FileTree() {
    }

    /** The folder and everything below it; empty if it does not exist. */
    static List<Path> of(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.sorted().toList();
        }
    }
}
