// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The kernel's text files under {@code /proc} and {@code /sys}, or a test's copy of them. A file that is missing or
 * unreadable reads as empty; nothing throws. The two cases are not distinguished, as containers hide such files either
 * way.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param root the directory that contains proc and sys; paths are relative to it
 */
public record HostFiles(Path root) {
    /** This host's files. */
    public static final HostFiles ROOT = new HostFiles(Path.of("/"));

    /** The file's lines; empty if it is missing or unreadable. */
    public List<String> lines(String path) {
        try {
            // ISO-8859-1 accepts every byte: firmware strings are not always UTF-8. Reads in large pieces, as some of
            // the kernel's files give nothing after the first read.
            return Files.readAllLines(root.resolve(path), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // Missing on this kernel, or not permitted: either way there is nothing to read.
            return List.of();
        }
    }

    /** The file's first line without surrounding space; empty if there is none. */
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

    /** The names in a directory, sorted; empty if it is missing or unreadable. */
    public List<String> names(String directory) {
        try (Stream<Path> entries = Files.list(root.resolve(directory))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            // Missing, not permitted, or removed while it was listed, as a process's directory is when the process
            // ends.
            return List.of();
        }
    }

    /** The number of a namespace, from a link such as {@code time:[4026531834]}; 0 if unknown. */
    long namespaceInode(String link) {
        try {
            String target = Files.readSymbolicLink(root.resolve(link)).toString();
            return Long.parseLong(target.substring(target.indexOf('[') + 1, target.indexOf(']')));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return 0;
        }
    }

    /** Whether the file or directory exists; also false if a parent directory is not accessible. */
    public boolean exists(String path) {
        return Files.exists(root.resolve(path));
    }
}
