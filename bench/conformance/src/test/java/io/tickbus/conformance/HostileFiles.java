// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import io.tickbus.core.internal.layout.FileHeaderLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Signals files that no reader may accept, each made from a sound one and with the error that names what is wrong. */
final class HostileFiles {
    private final byte[] sound;
    private final Map<String, String> errors = new LinkedHashMap<>();

    HostileFiles(byte[] sound) {
        this.sound = sound;
    }

    /** Makes a directory with a file for each fault, below a root; returns their names and the errors expected. */
    Map<String, String> makeBelow(Path root) throws IOException {
        make(root, "sound", "", file -> { });
        make(root, "magic", "NOT_A_BUS", file -> file.putLong(FileHeaderLayout.MAGIC, 42));
        make(root, "swapped-magic", "BYTE_ORDER",
                file -> file.putLong(FileHeaderLayout.MAGIC, Long.reverseBytes(SignalsLayout.MAGIC_VALUE)));
        make(root, "byte-order", "BYTE_ORDER", file -> file.putInt(FileHeaderLayout.BYTE_ORDER, 0x0D0C0B0A));
        make(root, "version-before", "VERSION", file -> file.putInt(FileHeaderLayout.LAYOUT_VERSION, 1));
        make(root, "version-to-come", "VERSION",
                file -> file.putInt(FileHeaderLayout.LAYOUT_VERSION, SignalsLayout.VERSION + 1));
        make(root, "header-bytes", "GEOMETRY", file -> file.putInt(FileHeaderLayout.HEADER_BYTES, 8192));
        make(root, "record-bytes", "GEOMETRY", file -> file.putInt(FileHeaderLayout.RECORD_BYTES, 128));
        make(root, "no-slots", "TAMPERED", file -> file.putLong(FileHeaderLayout.SLOT_COUNT, 0));
        make(root, "odd-slots", "TAMPERED", file -> file.putLong(FileHeaderLayout.SLOT_COUNT, 63));
        make(root, "huge-slots", "TAMPERED", file -> file.putLong(FileHeaderLayout.SLOT_COUNT, 1L << 58));
        make(root, "more-slots", "TRUNCATED", file -> file.putLong(FileHeaderLayout.SLOT_COUNT, 128));
        make(root, "stated-length", "TRUNCATED", file -> file.putLong(FileHeaderLayout.FILE_LENGTH, 8191));
        make(root, "shortened", "TRUNCATED", file -> file.limit(file.limit() - 1));
        make(root, "header-cut", "TRUNCATED", file -> file.limit(100));
        make(root, "empty", "TRUNCATED", file -> file.limit(0));
        make(root, "clock", "TAMPERED", file -> file.putInt(SignalsLayout.CLOCK_ID, 2));
        make(root, "base", "TAMPERED", file -> file.putLong(SignalsLayout.BASE_SEQUENCE, -1));
        make(root, "stale-boot", "ANOTHER_BOOT", file -> file.putLong(SignalsLayout.BOOT_ID, 42));
        make(root, "other-clock", "ANOTHER_TIME_NAMESPACE", file -> file.putLong(SignalsLayout.TIME_NAMESPACE, 42)
                .putLong(SignalsLayout.MONOTONIC_OFFSET_NS, 1_234_567));
        Path link = Files.createDirectory(root.resolve("link")).resolve("signals");
        Files.createSymbolicLink(link, root.resolve("sound/signals"));
        errors.put("link", "NOT_A_BUS");
        Files.createDirectories(root.resolve("folder/signals"));
        errors.put("folder", "NOT_A_BUS");
        Files.createDirectory(root.resolve("nothing"));
        errors.put("nothing", "ABSENT");
        errors.put("no-directory", "ABSENT");
        return new LinkedHashMap<>(errors);
    }

    /** Signals files that can be attached, and whose slots contradict their header. */
    Map<String, String> makeTamperedBelow(Path root) throws IOException {
        errors.clear();
        make(root, "far-ahead", "TAMPERED", file -> file.putLong(SignalsLayout.NEXT_SEQUENCE, 1L << 40));
        make(root, "behind-base", "TAMPERED", file -> file.putLong(SignalsLayout.BASE_SEQUENCE, 1000));
        make(root, "foreign-stamp", "TAMPERED", file -> file.putLong(SignalsLayout.HEADER_LENGTH + 40 * 64, 1000));
        return errors;
    }

    private void make(Path root, String name, String error, Consumer<ByteBuffer> change) throws IOException {
        ByteBuffer changed = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
        change.accept(changed);
        byte[] bytes = new byte[changed.limit()];
        changed.get(0, bytes);
        Files.write(Files.createDirectory(root.resolve(name)).resolve("signals"), bytes);
        errors.put(name, error);
    }
}
