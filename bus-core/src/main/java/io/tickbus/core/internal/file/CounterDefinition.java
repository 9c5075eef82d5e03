// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.CounterUnit;
import io.tickbus.core.internal.layout.CountersLayout;

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
        if (label.isEmpty() || label.length() > CountersLayout.LABEL_LENGTH
                || !label.chars().allMatch(CounterDefinition::isPrintable)) {
            throw new IllegalArgumentException("a counter's label has 1 to " + CountersLayout.LABEL_LENGTH
                    + " printable ASCII characters: label=" + label);
        }
    }

    static boolean isPrintable(int character) {
        return character >= FIRST_PRINTABLE && character <= LAST_PRINTABLE;
    }
}
