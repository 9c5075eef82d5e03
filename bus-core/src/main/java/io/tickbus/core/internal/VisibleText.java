// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal;

/**
 * Makes text of unknown origin safe to print: control characters, invisible ones and halves of characters are written
 * as {@code \}{@code u} and four digits, so that nothing in a message is hidden, and nobody can forge a line of a log.
 *
 * <p><b>Threads:</b> any.
 */
public final class VisibleText {
    private VisibleText() {
    }

    /** The text with everything visible. */
    public static String of(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(letter -> append(line, letter));
        return line.toString();
    }

    /** Adds a code point, or what stands for it. */
    public static void append(StringBuilder line, int letter) {
        switch (Character.getType(letter)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED -> {
                for (char half : Character.toChars(letter)) {
                    line.append("\\u").append(Integer.toHexString(0x10000 | half), 1, 5);
                }
            }
            default -> line.appendCodePoint(letter);
        }
    }
}
