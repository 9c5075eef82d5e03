// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.calendar;

/** An expression that is not understood; the message shows it with a mark under the character where it went wrong. */
public final class CalendarSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String text;
    private final int index;

    CalendarSyntaxException(String text, int index, String why) {
        super(why);
        this.text = text;
        this.index = index;
    }

    /** Where in the expression, from 0; its length for its end. */
    public int index() {
        return index;
    }

    /** Why, in one sentence, and the expression in the next two lines with a mark under the character. */
    @Override
    public String getMessage() {
        return super.getMessage() + "\n  " + text + "\n  " + " ".repeat(index) + "^";
    }
}
