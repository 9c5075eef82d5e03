// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Folders that only this user may read, whatever the process's file mask. */
final class PrivateFolders {
    private PrivateFolders() {
    }

    /** Makes a folder, with its parents, where it is not there; one that is there is left as it is. */
    static Path make(Path folder) {
        try {
            boolean hasPermissions = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
            return hasPermissions ? Files.createDirectories(folder,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
                    : Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder cannot be made: " + folder, e);
        }
    }
}
