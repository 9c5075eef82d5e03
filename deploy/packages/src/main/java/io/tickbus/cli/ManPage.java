// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A manual page of section 1, in roff, of a command or of the whole tool. */
final class ManPage {
    private static final String COMMENT = "   ";
    private static final String PARAGRAPH = ".PP\n";
    private static final String EXAMPLES = "Examples:";
    private static final String ENVIRONMENT = "Environment:";
    private static final String EXIT_CODE = "Exit code";

    private final CommandSpec command;
    private final List<CommandSpec> all;
    private final StringBuilder page = new StringBuilder();
    private final StringBuilder notes = new StringBuilder();
    private final StringBuilder exitStatus = new StringBuilder();
    private final StringBuilder environment = new StringBuilder();
    private final StringBuilder examples = new StringBuilder();

    private ManPage(CommandSpec command, List<CommandSpec> all) {
        this.command = command;
        this.all = all;
    }

    /** The page's name, such as {@code tickbus-stat}. */
    static String name(CommandSpec command) {
        return command.name.replace(' ', '-');
    }

    /** The page of one of all commands. */
    static String of(CommandSpec command, List<CommandSpec> all, String version, String date) {
        return new ManPage(command, all).text(version, date);
    }

    private String text(String version, String date) {
        line(".TH " + escaped(name(command).toUpperCase(Locale.ROOT)) + " 1 " + date + " \"tickbus " + escaped(version)
                + "\" \"Tickbus\"");
        // No word is divided, and no line is padded: much of the text is typed.
        line(".nh");
        line(".ad l");
        section("NAME", escaped(name(command)) + " \\- " + escaped(summary(command.description)) + "\n");
        section("SYNOPSIS", synopsis());
        section("DESCRIPTION", escaped(command.description) + "\n");
        options("ARGUMENTS", null, command.arguments);
        commands();
        optionsByHeading();
        readFooter();
        section("NOTES", notes);
        section("EXIT STATUS", exitStatus);
        section("ENVIRONMENT", environment);
        section("EXAMPLES", examples);
        section("SEE ALSO", seeAlso());
        return page.toString();
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    private void section(String heading, CharSequence body) {
        if (!body.isEmpty()) {
            line(".SH \"" + heading + "\"");
            String text = body.toString();
            page.append(text.startsWith(PARAGRAPH) ? text.substring(PARAGRAPH.length()) : text);
        }
    }

    /** The first clause of a description, as {@code apropos} shows it. */
    static String summary(String description) {
        String clause = description.split("[.;:]( |$)", 2)[0];
        return clause.substring(0, 1).toLowerCase(Locale.ROOT) + clause.substring(1);
    }

    private String synopsis() {
        StringBuilder text = new StringBuilder(bold(command.name));
        if (!command.commands.isEmpty()) {
            text.append(' ').append(italic("COMMAND"));
        }
        List<Option<?>> shown = new ArrayList<>(command.arguments);
        command.options.stream().filter(Option::isNeeded).forEach(shown::add);
        for (Option<?> option : shown) {
            text.append(option.isNeeded() ? " " + usage(option) : " [" + usage(option) + "]");
        }
        return text.append(" [").append(italic("OPTION")).append("]...\n").toString();
    }

    private static String usage(Option<?> option) {
        if (option.isArgument()) {
            return italic(option.label);
        }
        String name = bold(option.name);
        return !option.takesValue() ? name
                : option.needsValue() ? name + " " + italic(option.label) : name + " [" + italic(option.label) + "]";
    }

    private void commands() {
        if (!command.commands.isEmpty()) {
            line(".SH COMMANDS");
            command.commands.forEach((name, meaning) -> item(bold(name), meaning));
        }
    }

    private void optionsByHeading() {
        line(".SH OPTIONS");
        Set<String> headings = new LinkedHashSet<>();
        command.options.forEach(option -> headings.add(option.heading));
        headings.remove(CommandSpec.GENERAL);
        headings.add(CommandSpec.GENERAL);
        for (String heading : headings) {
            options(null, headings.size() == 1 || heading.equals("Options") ? null : heading,
                    command.options.stream().filter(Option::isShown)
                            .filter(option -> option.heading.equals(heading)).toList());
        }
    }

    private void options(String section, String heading, List<? extends Option<?>> options) {
        if (options.isEmpty()) {
            return;
        }
        if (section != null) {
            line(".SH " + section);
        }
        if (heading != null) {
            line(".SS \"" + escaped(heading) + "\"");
        }
        options.forEach(option -> item(usage(option), option.explanation()));
    }

    private void item(String term, String meaning) {
        line(".TP");
        line(term);
        line(escaped(meaning));
    }

    /** Paragraphs go to the sections that a manual page has for them; lines that begin with a blank are examples. */
    private void readFooter() {
        StringBuilder section = notes;
        StringBuilder paragraph = new StringBuilder();
        for (String line : (command.footer + "\n").split("\n", -1)) {
            boolean isExample = line.startsWith(" ");
            if (!isExample && !line.isEmpty()) {
                paragraph.append(paragraph.isEmpty() ? "" : " ").append(line);
                continue;
            }
            if (!paragraph.isEmpty()) {
                section = paragraph(paragraph.toString(), isExample);
                paragraph.setLength(0);
            }
            if (isExample) {
                example(section, line.strip());
            }
        }
    }

    private StringBuilder paragraph(String text, boolean isLead) {
        StringBuilder section = isLead ? examples : text.startsWith(EXIT_CODE) ? exitStatus
                : text.startsWith(ENVIRONMENT) ? environment : notes;
        if (!text.equals(EXAMPLES)) {
            String told = section == environment ? text.substring(ENVIRONMENT.length()).strip() : text;
            section.append(PARAGRAPH).append(escaped(told)).append('\n');
        }
        return section;
    }

    private static void example(StringBuilder section, String line) {
        int comment = line.indexOf(COMMENT);
        section.append(PARAGRAPH).append(".RS 4\n")
                .append(bold(comment < 0 ? line : line.substring(0, comment))).append('\n');
        if (comment >= 0) {
            section.append(".RS 4\n").append(escaped(line.substring(comment).strip())).append("\n.RE\n");
        }
        section.append(".RE\n");
    }

    private String seeAlso() {
        StringBuilder text = new StringBuilder();
        for (CommandSpec other : all) {
            if (other != command && (command == all.get(0) || other == all.get(0))) {
                text.append(text.isEmpty() ? "" : ",\n").append(bold(name(other)))
                        .append("(1)");
            }
        }
        return text.append('\n').toString();
    }

    private static String bold(String text) {
        return "\\fB" + inline(text) + "\\fR";
    }

    private static String italic(String text) {
        return "\\fI" + inline(text) + "\\fR";
    }

    /** Text that may begin a line. */
    private static String escaped(String text) {
        return text.startsWith(".") || text.startsWith("'") ? "\\&" + inline(text) : inline(text);
    }

    /** Characters that roff would take as its own, or print as typographic ones that no shell understands. */
    private static String inline(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
                .replace("^", "\\(ha").replace("~", "\\(ti");
    }
}
