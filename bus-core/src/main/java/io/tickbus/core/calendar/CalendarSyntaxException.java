// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

/** An expression that is not understood. The message says why and at which character. */
public final class CalendarSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String text;
    private final int index;

    CalendarSyntaxException(String text, int index, String why) {
        super(why + ": expression='" + text + "', character " + (index + 1));
        this.text = text;
        this.index = index;
    }

    /** Where in the expression, from 0; its length for its end. */
    public int index() {
        return index;
    }

    /** The expression, and below it a mark under the character. */
    public String pointer() {
        return text + System.lineSeparator() + " ".repeat(index) + "^";
    }
}
