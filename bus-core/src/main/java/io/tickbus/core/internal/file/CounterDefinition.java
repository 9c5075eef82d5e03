// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.CounterUnit;
import io.tickbus.core.internal.layout.CountersLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import java.nio.charset.StandardCharsets;

/**
 * What a counter is, besides its value.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param id    which one it is, the same in every version
 * @param unit  what its number means
 * @param label its name: 1 to 48 printable ASCII characters
 */
public record CounterDefinition(int id, CounterUnit unit, String label) {
    private static final char FIRST_PRINTABLE = ' ';
    private static final char LAST_PRINTABLE = '~';

    /** Checks the label. */
    public CounterDefinition {
        checkLabel(label, CountersLayout.LABEL_LENGTH);
    }

    static void checkLabel(String label, int maxLength) {
        if (label.isEmpty() || label.length() > maxLength
                || !label.chars().allMatch(CounterDefinition::isPrintable)) {
            throw new IllegalArgumentException("a label has 1 to " + maxLength
                    + " printable ASCII characters: label=" + label);
        }
    }

    /** Reads a label, as it may go to a terminal. */
    static String label(SharedRegion region, int offset, int maxLength) {
        byte[] bytes = new byte[maxLength];
        region.asByteBuffer().get(offset, bytes);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            bytes[length] = isPrintable(bytes[length]) ? bytes[length] : (byte) '?';
            length++;
        }
        return length == 0 ? "?" : new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }

    private static boolean isPrintable(int character) {
        return character >= FIRST_PRINTABLE && character <= LAST_PRINTABLE;
    }
}
