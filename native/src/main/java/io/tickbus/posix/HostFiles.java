package io.tickbus.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The kernel's text files under {@code /proc} and {@code /sys}, or under a copy of them that a test has made. */
record HostFiles(Path root) {
    /** The file's lines; none where it is missing or may not be read. */
    List<String> lines(String path) {
        try {
            // ISO-8859-1 accepts every byte: firmware strings are not always UTF-8.
            return Files.readAllLines(root.resolve(path), StandardCharsets.ISO_8859_1);
        } catch (IOException ignored) {
            return List.of();
        }
    }

    /** The file's first line without surrounding space; empty text where there is none. */
    String firstLine(String path) {
        List<String> lines = lines(path);
        return lines.isEmpty() ? "" : lines.get(0).strip();
    }

    /** The value of the first {@code name: value} line. */
    Optional<String> field(String path, String name) {
        for (String line : lines(path)) {
            int colon = line.indexOf(':');
            if (colon >= 0 && line.substring(0, colon).strip().equals(name)) {
                return Optional.of(line.substring(colon + 1).strip());
            }
        }
        return Optional.empty();
    }

    boolean exists(String path) {
        return Files.exists(root.resolve(path));
    }
}
