// SPDX-License-Identifier: Apache-2.0
package io.tickbus.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * A golden file's text form: one line per 16 bytes that are not all zero, the offset and then the bytes; the first line
 * is the length.
 *
 * <p>The golden file of a layout version is created once, by {@code main} of its test, and never changes. A change that
 * makes it wrong is a change of the layout, which needs a new version and a new golden file.
 */
public final class GoldenHex {
    private static final int BYTES_PER_LINE = 16;
    private static final int OFFSET_DIGITS = 4;
    /** Two blanks follow the offset. */
    private static final int FIRST_BYTE = OFFSET_DIGITS + 2;

    private GoldenHex() {
    }

    /** Writes a golden file. */
    public static void write(Path resource, byte[] bytes) throws IOException {
        Files.writeString(resource, format(bytes));
    }

    /** The bytes of a golden file that is a resource beside a class. */
    public static byte[] read(Class<?> beside, String resource) throws IOException {
        try (InputStream in = beside.getResourceAsStream(resource)) {
            return parse(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
        }
    }

    /** The bytes of a golden file. */
    public static byte[] read(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    private static byte[] parse(String text) {
        String[] lines = text.split("\n", -1);
        byte[] bytes = new byte[Integer.parseInt(lines[0].substring("length ".length()))];
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            byte[] line = HexFormat.ofDelimiter(" ").parseHex(lines[i].substring(FIRST_BYTE));
            int at = HexFormat.fromHexDigits(lines[i].substring(0, OFFSET_DIGITS));
            System.arraycopy(line, 0, bytes, at, line.length);
        }
        return bytes;
    }

    /** The text form of the bytes. */
    public static String format(byte[] bytes) {
        StringBuilder text = new StringBuilder("length " + bytes.length + "\n");
        HexFormat hex = HexFormat.ofDelimiter(" ");
        for (int at = 0; at < bytes.length; at += BYTES_PER_LINE) {
            String line = hex.formatHex(bytes, at, Math.min(bytes.length, at + BYTES_PER_LINE));
            if (!line.matches("[0 ]*")) {
                text.append(hex.toHexDigits((short) at)).append("  ").append(line).append('\n');
            }
        }
        return text.toString();
    }
}
