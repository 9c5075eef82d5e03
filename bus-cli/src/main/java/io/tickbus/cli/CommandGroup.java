// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.internal.NearestName;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An executable such as {@code tickbus}, or a command that consists of others such as {@code tickbus relay}: finds the
 * one that is asked for by its name, and runs it. Only that one is made.
 */
public final class CommandGroup {
    /** What Java puts into an argument in the place of bytes that it cannot decode. */
    private static final char UNDECODABLE = '\uFFFD';

    /** Makes the commands. */
    @FunctionalInterface
    public interface Constructor {
        /** Makes the command of a name, which adds its options. */
        Command create(String name, CommandSpec spec);
    }

    private final String name;
    private final String description;
    private final String footer;
    private final Map<String, String> commands;
    private final Constructor constructor;

    /**
     * A group.
     *
     * @param name        as it is typed, with those that it is part of
     * @param description what it is for
     * @param footer      what help says at its end
     * @param commands    what its commands do, by their names and in their order; those without a text are hidden
     * @param constructor makes a command of a name
     */
    public CommandGroup(String name, String description, String footer, Map<String, String> commands,
            Constructor constructor) {
        this.name = name;
        this.description = description;
        this.footer = footer;
        this.commands = commands;
        this.constructor = constructor;
    }

    /** Runs the command that a line names; returns the exit code. */
    public int run(PrintWriter out, PrintWriter err, List<String> line) {
        int place = 0;
        while (place < line.size() && line.get(place).startsWith("-")) {
            place++;
        }
        CommandSpec spec = root(out, err);
        try {
            checkDecoded(line);
            // What comes before the command's name is of all commands.
            if (spec.parse(line.subList(0, place))) {
                if (place == line.size()) {
                    throw new IllegalArgumentException("name a command");
                }
                boolean isHelp = line.get(place).equals("help");
                if (isHelp && place + 1 == line.size()) {
                    HelpText.print(out, spec);
                    return Tickbus.DONE;
                }
                String command = line.get(isHelp ? place + 1 : place);
                spec = spec(command, out, err);
                return run(spec, command, isHelp ? List.of("--help")
                        : List.of(line.subList(0, place), line.subList(place + 1, line.size())).stream()
                                .flatMap(List::stream).toList());
            }
            out.flush();
            return Tickbus.DONE;
        } catch (Exception e) {
            return ErrorReporter.report(e, spec, line.contains("--json"));
        }
    }

    private int run(CommandSpec spec, String command, List<String> line) throws Exception {
        Command made = constructor.create(command, spec);
        int exitCode = spec.parse(line) ? made.run() : Tickbus.DONE;
        spec.out().flush();
        return exitCode;
    }

    /** The group itself first, then its commands, for manual pages and completion. */
    List<CommandSpec> describe() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        List<CommandSpec> specs = new ArrayList<>(List.of(root(nowhere, nowhere)));
        commands.forEach((command, text) -> {
            if (!command.equals("help") && !text.isEmpty()) {
                CommandSpec spec = spec(command, nowhere, nowhere);
                constructor.create(command, spec);
                specs.add(spec);
            }
        });
        return specs;
    }

    private CommandSpec spec(String command, PrintWriter out, PrintWriter err) {
        String text = commands.get(command);
        if (text == null) {
            throw new IllegalArgumentException("there is no command '" + command + "'" + NearestName.of(command,
                    commands.keySet().stream().filter(each -> !commands.get(each).isEmpty()).toList()));
        }
        return new CommandSpec(name + " " + command, text.isEmpty() ? "Started by other commands." : text, out, err);
    }

    private CommandSpec root(PrintWriter out, PrintWriter err) {
        CommandSpec root = new CommandSpec(name, description, out, err);
        commands.forEach((command, text) -> {
            if (!text.isEmpty()) {
                root.commands.put(command, text);
            }
        });
        root.footer(footer);
        return root;
    }

    private static void checkDecoded(List<String> line) {
        for (String arg : line) {
            if (arg.indexOf(UNDECODABLE) >= 0) {
                throw new IllegalArgumentException("an argument has letters that this locale's character set ("
                        + System.getProperty("sun.jnu.encoding") + ") does not have, so they did not arrive; set "
                        + "LC_ALL=C.UTF-8 or another UTF-8 locale: argument=" + arg);
            }
        }
    }
}
