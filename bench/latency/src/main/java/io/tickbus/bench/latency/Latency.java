// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency;

import io.tickbus.bench.latency.clocks.ClocksCommand;
import io.tickbus.bench.latency.harness.ParentWatch;
import io.tickbus.bench.latency.oneway.OneWay;
import io.tickbus.bench.latency.oneway.Wakeup;
import io.tickbus.bench.latency.report.AllCommand;
import io.tickbus.bench.latency.report.CompareCommand;
import io.tickbus.bench.latency.report.ReportCommand;
import io.tickbus.bench.latency.soak.SoakCommand;
import io.tickbus.bench.latency.throughput.Throughput;
import io.tickbus.bench.latency.timers.TimersCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The benchmarks with processes. No word at all means {@code oneway}; {@code gc} and {@code load} are scenarios of
 * {@code timers}, whose own is {@code precision}.
 */
@Command(name = "tickbus bench", mixinStandardHelpOptions = true,
        subcommands = {OneWay.class, Wakeup.class, Throughput.class, TimersCommand.class,
            ClocksCommand.class, SoakCommand.class, AllCommand.class, ReportCommand.class, CompareCommand.class},
        description = {"Measure signals and timers between processes. Without a command: oneway.",
            "gc and load are short for timers gc and timers load, timers alone for timers precision."})
public final class Latency {
    private static final String QUESTIONS = "-h --help -V --version ";

    private Latency() {
    }

    /** Runs one of the benchmarks. */
    public static void main(String[] arguments) {
        ParentWatch.start();
        int exitCode = run(arguments);
        // It also flushes. A benchmark runs to its end, whoever reads it; that its figures are lost is an error.
        if (System.out.checkError()) {
            System.err.println("bench: standard output cannot be written; print to another place");
            exitCode = CommandLine.ExitCode.SOFTWARE;
        }
        System.exit(exitCode);
    }

    static int run(String... arguments) {
        return commandLine().execute(withCommand(arguments));
    }

    /** All commands and options. */
    public static CommandLine commandLine() {
        return new CommandLine(new Latency()).setExpandAtFiles(false).setParameterExceptionHandler(Latency::refuse)
                .setExecutionExceptionHandler(Latency::complain);
    }

    /** A word, an option or a value that does not exist: a sentence, and where to find the right one. */
    private static int refuse(ParameterException e, String... arguments) {
        CommandLine line = e.getCommandLine();
        System.err.println("bench: " + sentence(e) + "; see '" + line.getCommandSpec().qualifiedName() + " --help'");
        return CommandLine.ExitCode.USAGE;
    }

    private static String sentence(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return "there is no command or option '" + unmatched.getUnmatched().get(0) + "'";
        }
        if (e instanceof MissingParameterException missing) {
            return "it needs " + missing.getMissing().stream().map(ArgSpec::paramLabel)
                    .collect(Collectors.joining(" and "));
        }
        if (e.getArgSpec() instanceof OptionSpec option && e.getValue() != null) {
            boolean isNumber = option.type() == int.class || option.type() == long.class;
            return option.longestName() + (isNumber ? " takes a whole number, not '" : " does not accept '")
                    + e.getValue() + "'";
        }
        return e.getMessage();
    }

    /** What was asked for cannot be done so, or not now: a sentence is enough. All else is shown in full. */
    private static int complain(Exception e, CommandLine line, ParseResult parsed) throws Exception {
        if (e instanceof IllegalArgumentException || e instanceof IllegalStateException) {
            System.err.println("bench: " + e.getMessage());
            return e instanceof IllegalArgumentException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        }
        throw e;
    }

    /** Options alone belong to {@code oneway}, except those that ask about the whole. */
    static String[] withCommand(String... arguments) {
        boolean isOption = arguments.length > 0 && arguments[0].startsWith("-");
        boolean isQuestion = isOption && QUESTIONS.contains(arguments[0] + " ");
        if (arguments.length == 0 || (isOption && !isQuestion)) {
            return completed("oneway", 0, arguments);
        }
        if (arguments[0].equals("gc") || arguments[0].equals("load")) {
            return completed("timers", 0, arguments);
        }
        boolean isBare = arguments[0].equals("timers") && (arguments.length == 1 || isOption(arguments[1]));
        return isBare ? completed("precision", 1, arguments) : arguments;
    }

    private static boolean isOption(String argument) {
        return argument.startsWith("-") && !QUESTIONS.contains(argument + " ");
    }

    private static String[] completed(String word, int at, String... arguments) {
        List<String> completed = new ArrayList<>(List.of(arguments));
        completed.add(at, word);
        return completed.toArray(new String[0]);
    }
}
