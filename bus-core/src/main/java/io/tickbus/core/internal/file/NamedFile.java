package io.tickbus.core.internal.file;

import io.tickbus.core.internal.file.SignalsFile.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file and the name it was found under, to notice when the name means another.
 *
 * <p>To be asked for before the file is opened: where another takes the name in between, the standing then says
 * REPLACED, and the file is opened again. The other way round nobody would ever notice.
 */
public record NamedFile(Path path, Object fileKey) {
    static NamedFile of(Path path) throws IOException {
        return new NamedFile(path, key(path));
    }

    /** The same file under another name. */
    NamedFile renamed(Path newPath) {
        return new NamedFile(newPath, fileKey);
    }

    private static Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }

    Standing standing() {
        try {
            return fileKey.equals(key(path)) ? Standing.CURRENT : Standing.REPLACED;
        } catch (NoSuchFileException e) {
            return Standing.REMOVED;
        } catch (IOException e) {
            throw TrustedFiles.failed(path, e);
        }
    }
}
