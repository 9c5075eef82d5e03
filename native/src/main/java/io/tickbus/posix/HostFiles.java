package io.tickbus.posix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The kernel's text files under {@code /proc} and {@code /sys}, or under a copy of them that a test has made. What is
 * missing or may not be read is empty; nothing throws. The two are not told apart: containers hide such files in either
 * way, and a reader learns nothing in both.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param root what {@code proc} and {@code sys} stand in; paths are relative to it
 */
public record HostFiles(Path root) {
    /** The file's lines; none where it is missing or may not be read. */
    public List<String> lines(String path) {
        try {
            // ISO-8859-1 accepts every byte: firmware strings are not always UTF-8.
            return Files.readAllLines(root.resolve(path), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // Missing on this kernel, or not permitted: either way there is nothing to read.
            return List.of();
        }
    }

    /** The file's first line without surrounding space; empty text where there is none. */
    public String firstLine(String path) {
        List<String> lines = lines(path);
        return lines.isEmpty() ? "" : lines.get(0).strip();
    }

    /** The value of the first {@code name: value} line. */
    public Optional<String> field(String path, String name) {
        for (String line : lines(path)) {
            int colon = line.indexOf(':');
            if (colon >= 0 && line.substring(0, colon).strip().equals(name)) {
                return Optional.of(line.substring(colon + 1).strip());
            }
        }
        return Optional.empty();
    }

    /** The names in a directory, sorted; none where it is missing or may not be read. */
    public List<String> names(String directory) {
        try (Stream<Path> entries = Files.list(root.resolve(directory))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            // Missing, not permitted, or gone while it was listed, as a process's directory is when it ends.
            return List.of();
        }
    }

    /** Whether there is such a file or directory; false also where a directory above it may not be entered. */
    public boolean exists(String path) {
        return Files.exists(root.resolve(path));
    }
}
