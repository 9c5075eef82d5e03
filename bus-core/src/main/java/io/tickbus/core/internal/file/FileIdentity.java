// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.file.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file and the name it was found under, to notice when the name refers to another file.
 *
 * <p>Capture this before opening the file: if another file takes the name in between, the status then says REPLACED and
 * the file is opened again. Captured afterwards, it would not be noticed.
 */
public record FileIdentity(Path path, Object fileKey) {
    static FileIdentity of(Path path) throws IOException {
        return new FileIdentity(path, key(path));
    }

    /** The same file under another name. */
    FileIdentity renamed(Path newPath) {
        return new FileIdentity(newPath, fileKey);
    }

    private static Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }

    FileStatus status() {
        try {
            return fileKey.equals(key(path)) ? FileStatus.CURRENT : FileStatus.REPLACED;
        } catch (NoSuchFileException e) {
            return FileStatus.REMOVED;
        } catch (IOException e) {
            throw SecureFiles.failed(path, e);
        }
    }
}
