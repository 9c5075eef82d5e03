// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.NearestName;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which options and arguments a command has, under which headings, and how its line is read. What is wrong with a line
 * is an {@link IllegalArgumentException}, whose sentence says what to do.
 */
public final class CommandSpec {
    static final String GENERAL = "General";
    private static final String OWN = "Options";
    private static final String DEBUG_VARIABLE = "TICKBUS_DEBUG";

    final String name;
    final String description;
    final List<Option<?>> options = new ArrayList<>();
    final List<Option<?>> arguments = new ArrayList<>();
    /** What the commands below this one do, by their names. */
    final Map<String, String> commands = new LinkedHashMap<>();
    String footer = "";
    private final PrintWriter out;
    private final PrintWriter err;
    private final Option<Boolean> debug;
    private final Option<Boolean> help;
    private final Option<Boolean> version;
    private String heading = OWN;

    /** A command, such as {@code tickbus stat}, that has the options of all commands. */
    CommandSpec(String name, String description, PrintWriter out, PrintWriter err) {
        this.name = name;
        this.description = description;
        this.out = out;
        this.err = err;
        debug = general("--debug", "Print the stack trace of an error.");
        help = general("--help", "Print this.");
        version = general("--version", "Print the version.");
    }

    /** What help says at its end: lines that begin with a blank are kept as they are, others make paragraphs. */
    public void footer(String text) {
        footer = text;
    }

    /** Adds options that are listed under a heading of their own in help. */
    public void group(String newHeading, Runnable adding) {
        heading = newHeading;
        adding.run();
        heading = OWN;
    }

    /** Adds an option without a value that many commands have. */
    public Option<Boolean> general(String option, String text) {
        return add(options, new Option<>(GENERAL, option, null, given -> true, text));
    }

    /** Adds an option without a value. */
    public Option<Boolean> flag(String option, String text) {
        return add(options, new Option<>(heading, option, null, given -> true, text));
    }

    /** Adds an option with a value. */
    public <T> Option<T> option(String option, String label, Function<String, T> converter, String text) {
        return add(options, new Option<>(heading, option, label, converter, text));
    }

    /** Adds an option with a duration, in nanoseconds. */
    public Option<Long> duration(String option, String text) {
        return option(option, "DURATION", DurationText::parse, text);
    }

    /** Adds an option whose value is one of an enum's names, as they are typed: {@code fire-once}. */
    public <E extends Enum<E>> Option<E> choice(String option, Class<E> type, String text) {
        return option(option, names(type, "|"), typed -> choice(type, typed), text);
    }

    /** Adds an argument without a name. */
    public <T> Option<T> argument(String label, Function<String, T> converter, String text) {
        return add(arguments, new Option<>("Arguments", label, label, converter, text));
    }

    /** Adds an argument that is one of an enum's names. */
    public <E extends Enum<E>> Option<E> argument(Class<E> type, String text) {
        return argument(names(type, "|"), typed -> choice(type, typed), text);
    }

    private static <T> Option<T> add(List<Option<?>> list, Option<T> option) {
        list.add(option);
        return option;
    }

    static <E extends Enum<E>> String names(Class<E> type, String separator) {
        return Arrays.stream(type.getEnumConstants()).map(Enum::name)
                .map(each -> each.toLowerCase(Locale.ROOT).replace('_', '-')).collect(Collectors.joining(separator));
    }

    /** One of an enum's names as it is typed: {@code fire-once}. */
    public static <E extends Enum<E>> E choice(Class<E> type, String typed) {
        try {
            return Enum.valueOf(type, typed.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("one of " + names(type, ", ") + " is expected: value=" + typed, e);
        }
    }

    /** Standard output. */
    public PrintWriter out() {
        return out;
    }

    /** Standard error. */
    public PrintWriter err() {
        return err;
    }

    /** Whether the stack trace of an error is asked for. */
    boolean isDebug() {
        String variable = System.getenv(DEBUG_VARIABLE);
        return debug.isGiven() || (variable != null && !variable.isBlank() && !variable.equals("0"));
    }

    /** Reads a line; false when help or the version was asked for, which is printed then. */
    boolean parse(List<String> line) {
        boolean isOptionsEnd = false;
        for (int i = 0; i < line.size(); i++) {
            String text = line.get(i);
            if (isOptionsEnd || !isOption(text)) {
                addArgument(text);
            } else if (text.equals("--")) {
                isOptionsEnd = true;
            } else {
                i += addOption(text, i + 1 < line.size() ? line.get(i + 1) : null);
            }
        }
        if (help.isGiven()) {
            HelpText.print(out, this);
        } else if (version.isGiven()) {
            out.println(Version.text());
        }
        if (help.isGiven() || version.isGiven()) {
            return false;
        }
        List<Option<?>> missing = new ArrayList<>(arguments);
        missing.addAll(options);
        missing.removeIf(option -> !option.isMissing());
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("'" + name + "' needs "
                    + missing.stream().map(Option::usage).collect(Collectors.joining(" and ")));
        }
        return true;
    }

    /** A negative number is a value. */
    private static boolean isOption(String text) {
        return text.length() > 1 && text.charAt(0) == '-' && !Character.isDigit(text.charAt(1));
    }

    private void addArgument(String text) {
        for (Option<?> argument : arguments) {
            if (!argument.isFull()) {
                argument.add(text);
                return;
            }
        }
        throw new IllegalArgumentException("'" + name + "' takes " + (arguments.isEmpty() ? "no argument"
                : "no further argument") + ": unexpected '" + text + "'");
    }

    /** Takes an option with its value; returns how many of the texts that follow were its. */
    private int addOption(String text, String next) {
        int equals = text.indexOf('=');
        Option<?> option = find(equals < 0 ? text : text.substring(0, equals));
        if (equals >= 0) {
            if (!option.takesValue()) {
                throw new IllegalArgumentException(option.name + " takes no value, so leave out '"
                        + text.substring(equals) + "'");
            }
            option.add(text.substring(equals + 1));
            return 0;
        }
        if (!option.takesValue()) {
            option.add("");
            return 0;
        }
        boolean isValue = next != null && !isOption(next);
        if (!isValue && option.needsValue()) {
            throw new IllegalArgumentException(option.name + " needs a value: " + option.usage());
        }
        option.add(isValue ? next : null);
        return isValue ? 1 : 0;
    }

    private Option<?> find(String typed) {
        String full = typed.equals("-h") ? help.name : typed.equals("-V") ? version.name : typed;
        return options.stream().filter(option -> option.name.equals(full)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' has no option '" + typed + "'"
                        + NearestName.of(typed, options.stream().filter(Option::isShown)
                                .map(option -> option.name).toList())));
    }
}
