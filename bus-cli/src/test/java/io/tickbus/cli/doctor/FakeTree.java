// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.core.internal.platform.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;

/** Files that look like {@code /proc} and {@code /sys} of some host. */
record FakeTree(Path root) {
    FakeTree file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
        return this;
    }

    HostFiles files() {
        return new HostFiles(root);
    }

    static Finding named(String name, List<Finding> findings) {
        return findings.stream().filter(finding -> finding.name().equals(name)).findFirst()
                .orElseThrow(() -> new NoSuchElementException(name));
    }
}
