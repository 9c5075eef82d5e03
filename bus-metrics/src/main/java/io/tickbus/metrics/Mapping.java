// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.tickbus.core.BusException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Supplier;

/**
 * The file that a name refers to now, mapped once: a mapping lasts until the garbage collector runs, so one for each
 * scrape would pile up.
 */
final class Mapping<T> {
    private final Path path;
    private final Supplier<T> attach;
    private Object key;
    private T file;

    Mapping(Path path, Supplier<T> attach) {
        this.path = path;
        this.attach = attach;
    }

    /**
     * The file as it is mapped, mapped again if another has its name by now.
     *
     * @throws BusException as attaching does; NOT_FOUND where it is missing
     */
    T current() {
        // Before it is opened: if yet another takes the name in between, the next call notices.
        Object present = key();
        if (file == null || !present.equals(key)) {
            file = null;
            file = attach.get();
            key = present;
        }
        return file;
    }

    /** As {@link #current}; null where it is missing. */
    T currentOrNull() {
        try {
            return current();
        } catch (BusException e) {
            if (e.reason() == BusException.Reason.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    /** The file as it was mapped last; null where it is not. */
    T mapped() {
        return file;
    }

    /** Forgets the mapping. */
    void drop() {
        file = null;
    }

    private Object key() {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
        } catch (NoSuchFileException e) {
            // Not the key of any file: attaching says what is missing.
            return path;
        } catch (IOException e) {
            throw BusException.system(path, e, "check the permissions of its directory");
        }
    }
}
