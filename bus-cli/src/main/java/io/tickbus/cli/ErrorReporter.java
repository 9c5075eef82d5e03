// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.BusException;
import io.tickbus.core.internal.VisibleText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Prints errors: one sentence on standard error, and the stack trace only where asked for. With
 * {@code --json} the sentence is an object on standard output too.
 */
final class ErrorReporter {
    private ErrorReporter() {
    }

    /** An error while a command ran; returns the exit code. */
    static int of(Exception e, CommandLine command, List<String> args, boolean isDebug) {
        if (e instanceof Output.Lost lost) {
            // The reader has closed the pipe: `tickbus tail | head`.
            return lost.isReaderGone() ? Tickbus.DONE : print(lost, lost.getMessage(), command.getErr(), isDebug);
        }
        boolean isUsage = e instanceof IllegalArgumentException || e instanceof TypeConversionException;
        int exitCode = isUsage ? Tickbus.WRONG_USAGE : Tickbus.FAILED;
        String sentence = VisibleText.of(sentence(e));
        print(e, sentence, command.getErr(), isDebug);
        if (isUsage) {
            hint(command);
        }
        return printObject(sentence, isUsage ? "usage" : e instanceof BusException known
                ? known.reason().name().toLowerCase(Locale.ROOT) : "unexpected", exitCode, command, args);
    }

    private static String sentence(Exception e) {
        boolean isKnown = e instanceof BusException || e instanceof IllegalArgumentException
                || e instanceof TypeConversionException;
        if (isKnown) {
            return e.getMessage();
        } else if (e instanceof IOException || e instanceof UncheckedIOException) {
            String file = e instanceof java.nio.file.FileSystemException failure ? failure.getFile() + ": " : "";
            return file + BusException.why(e instanceof UncheckedIOException wrapped ? wrapped.getCause() : e)
                    + "; --debug shows where";
        }
        return "unexpected error: " + e + "; rerun with --debug to see where, and report it";
    }

    /** Arguments that no command understands; returns the exit code. */
    static int ofUsage(ParameterException e, String[] args, boolean isDebug) {
        CommandLine command = e.getCommandLine();
        String sentence = VisibleText.of(e.getMessage());
        print(e, sentence, command.getErr(), isDebug);
        UnmatchedArgumentException.printSuggestions(e, command.getErr());
        hint(command);
        return printObject(sentence, "usage", Tickbus.WRONG_USAGE, command, List.of(args));
    }

    private static int print(Exception e, String sentence, PrintWriter err, boolean isDebug) {
        err.println("tickbus: " + sentence);
        if (isDebug) {
            e.printStackTrace(err);
        }
        err.flush();
        return Tickbus.FAILED;
    }

    private static void hint(CommandLine command) {
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        command.getErr().flush();
    }

    private static int printObject(String sentence, String reason, int exitCode, CommandLine command,
            List<String> args) {
        if (args.contains("--json")) {
            try {
                command.getOut().println(new Report().with("type", "error").with("error", sentence)
                        .with("reason", reason).with("exitCode", exitCode).line());
            } catch (Output.Lost e) {
                // Standard error has the sentence.
                return exitCode;
            }
        }
        return exitCode;
    }
}
