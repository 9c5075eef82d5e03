// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Text in lines of a width. Lines end between words; only a word that is longer than a line is cut. */
public final class TextLayout {
    private static final int LONGEST_TERM = 24;
    private static final int GAP = 2;
    private static final int NARROW = 64;
    private static final int NARROW_INDENT = 4;

    private TextLayout() {
    }

    /** The lines of a text. */
    public static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (rest.length() > width) {
            int end = rest.lastIndexOf(' ', width);
            boolean isBetweenWords = end > 0 && !rest.substring(0, end).isBlank();
            lines.add(rest.substring(0, isBetweenWords ? end : width).stripTrailing());
            rest = rest.substring(isBetweenWords ? end + 1 : width).stripLeading();
        }
        lines.add(rest);
        return lines;
    }

    /** A paragraph of this terminal's width, whose lines but the first are indented. */
    public static String paragraph(String text, int indent) {
        int width = Terminal.width();
        int inner = Math.min(indent, width / NARROW_INDENT);
        List<String> lines = wrap(text, width);
        if (lines.size() == 1) {
            return text;
        }
        String first = lines.get(0);
        return first + System.lineSeparator() + " ".repeat(inner) + String.join(System.lineSeparator()
                + " ".repeat(inner), wrap(text.substring(first.length()).strip(), width - inner));
    }

    /** Terms in one column and what they mean in another; on a narrow terminal one below the other. */
    static void definitions(PrintWriter out, List<String> terms, List<String> meanings, int width) {
        int longest = terms.stream().mapToInt(String::length).filter(length -> length <= LONGEST_TERM).max().orElse(0);
        int indent = width < NARROW ? GAP + NARROW_INDENT : GAP + longest + GAP;
        for (int i = 0; i < terms.size(); i++) {
            List<String> lines = wrap(meanings.get(i), width - indent);
            boolean isBeside = terms.get(i).length() + 2 * GAP <= indent;
            StringBuilder line = new StringBuilder(" ".repeat(GAP)).append(terms.get(i));
            if (!isBeside) {
                out.println(line);
                line.setLength(0);
            }
            for (String each : lines) {
                out.println(line.append(" ".repeat(indent - line.length())).append(each));
                line.setLength(0);
            }
        }
    }
}
