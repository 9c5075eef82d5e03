// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.top;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A line of a screen in the making: pieces of text, each in a style, whose widths are known before they are styled. */
final class Line {
    private final List<String> texts = new ArrayList<>();
    private final List<UnaryOperator<String>> styles = new ArrayList<>();
    private int length;

    /** A line that begins with a text. */
    static Line of(String text) {
        return new Line().add(text);
    }

    /** Adds a text. */
    Line add(String text) {
        return add(UnaryOperator.identity(), text);
    }

    /** Adds a text in a style, such as {@code Terminal::good}. */
    Line add(UnaryOperator<String> style, String text) {
        texts.add(text);
        styles.add(style);
        length += text.length();
        return this;
    }

    /** Adds all of another line. */
    Line add(Line other) {
        for (int i = 0; i < other.texts.size(); i++) {
            add(other.styles.get(i), other.texts.get(i));
        }
        return this;
    }

    /** Adds blanks up to a column. */
    Line to(int column) {
        return add(" ".repeat(Math.max(0, column - length)));
    }

    /** Adds a text that ends at a column, at least a blank after what is there. */
    Line right(int column, String text) {
        return to(Math.max(length + 1, column - text.length())).add(text);
    }

    /** Its characters. */
    int length() {
        return length;
    }

    /** As it is sent to a terminal: cut to a width. */
    String text(int width) {
        StringBuilder all = new StringBuilder();
        int left = width;
        for (int i = 0; i < texts.size() && left > 0; i++) {
            String text = texts.get(i);
            String shown = text.length() <= left ? text : text.substring(0, left);
            left -= shown.length();
            all.append(styles.get(i).apply(shown));
        }
        return all.toString();
    }

    /** As a piece of another line: cut to a width, or filled up to it. */
    Line fit(int width) {
        Line fitted = new Line();
        for (int i = 0; i < texts.size() && fitted.length < width; i++) {
            String text = texts.get(i);
            fitted.add(styles.get(i), text.substring(0, Math.min(text.length(), width - fitted.length)));
        }
        return fitted.to(width);
    }
}
