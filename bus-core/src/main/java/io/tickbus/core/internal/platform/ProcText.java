// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads small kernel files; everything unknown is empty or 0, so that other systems than Linux work too. */
public final class ProcText {
    private ProcText() {
    }

    static String read(String path) {
        try {
            return Files.readString(Path.of(path), StandardCharsets.ISO_8859_1).strip();
        } catch (IOException | SecurityException e) {
            return "";
        }
    }

    /** The number in a link such as {@code time:[4026531834]}. */
    static long namespaceInode(String link) {
        try {
            String target = Files.readSymbolicLink(Path.of(link)).toString();
            return Long.parseLong(target.substring(target.indexOf('[') + 1, target.indexOf(']')));
        } catch (IOException | SecurityException | IndexOutOfBoundsException | NumberFormatException e) {
            return 0;
        }
    }
}
