// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What {@code --help} prints: usage, description, options by their headings, examples. */
final class HelpText {
    private static final int WIDTH = 100;
    private static final int UNKNOWN_WIDTH = 80;
    private static final int NARROWEST = 40;
    private static final String COMMENT = "   ";

    private final PrintWriter out;
    private final CommandSpec command;
    private final int width;

    private HelpText(PrintWriter out, CommandSpec command, int width) {
        this.out = out;
        this.command = command;
        this.width = width;
    }

    /** For this terminal. */
    static void print(PrintWriter out, CommandSpec command) {
        int terminal = Terminal.width();
        print(out, command, terminal == Terminal.UNLIMITED ? UNKNOWN_WIDTH
                : Math.max(NARROWEST, Math.min(terminal, WIDTH)));
    }

    static void print(PrintWriter out, CommandSpec command, int width) {
        new HelpText(out, command, width).print();
        out.flush();
    }

    private void print() {
        StringBuilder usage = new StringBuilder("Usage: ").append(command.name);
        Stream.concat(command.arguments.stream(), command.options.stream().filter(Option::isNeeded))
                .forEach(option -> usage.append(option.isNeeded() ? " " + option.usage() : " [" + option.usage()
                        + "]"));
        paragraph(usage.append(command.commands.isEmpty() ? " [OPTION]..." : " COMMAND [OPTION]...").toString());
        paragraph(command.description);
        headed("Arguments", command.arguments);
        if (!command.commands.isEmpty()) {
            heading("Commands");
            TextLayout.definitions(out, List.copyOf(command.commands.keySet()),
                    List.copyOf(command.commands.values()), width);
        }
        Set<String> headings = new LinkedHashSet<>();
        command.options.forEach(option -> headings.add(option.heading));
        headings.remove(CommandSpec.GENERAL);
        headings.add(CommandSpec.GENERAL);
        headings.forEach(heading -> headed(heading, command.options.stream().filter(Option::isShown)
                .filter(option -> option.heading.equals(heading)).toList()));
        if (!command.footer.isEmpty()) {
            out.println();
            footer();
        }
    }

    private void headed(String heading, List<Option<?>> options) {
        if (!options.isEmpty()) {
            heading(heading);
            TextLayout.definitions(out, options.stream().map(Option::usage).toList(),
                    options.stream().map(Option::explanation).toList(), width);
        }
    }

    private void heading(String heading) {
        out.println();
        out.println(Terminal.bold(heading + ":"));
    }

    /** Lines that follow each other are one paragraph; those that begin with a blank are examples. */
    private void footer() {
        StringBuilder paragraph = new StringBuilder();
        for (String line : command.footer.split("\n", -1)) {
            boolean isText = !line.isBlank() && line.charAt(0) != ' ';
            if (isText) {
                paragraph.append(paragraph.length() == 0 ? "" : " ").append(line);
                continue;
            }
            if (paragraph.length() > 0) {
                paragraph(paragraph.toString());
                paragraph.setLength(0);
            }
            example(line);
        }
        if (paragraph.length() > 0) {
            paragraph(paragraph.toString());
        }
    }

    /** A command and, after some blanks, what it does. */
    private void example(String line) {
        int comment = line.indexOf(COMMENT, line.length() - line.stripLeading().length());
        if (line.length() <= width || comment < 0) {
            out.println(line);
        } else {
            out.println(line.substring(0, comment));
            TextLayout.wrap(line.substring(comment).strip(), width - COMMENT.length() * 2)
                    .forEach(each -> out.println(COMMENT + COMMENT + each));
        }
    }

    private void paragraph(String text) {
        TextLayout.wrap(text, width).forEach(out::println);
    }
}
