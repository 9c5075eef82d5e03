// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.BusException;
import io.tickbus.core.internal.VisibleText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/**
 * Prints errors: one sentence on standard error, and the stack trace only where asked for. With
 * {@code --json} the sentence is an object on standard output too.
 */
final class ErrorReporter {
    private ErrorReporter() {
    }

    /** Reports why a command failed; returns the exit code. */
    static int report(Exception e, CommandSpec command, boolean isJson) {
        if (e instanceof Output.Lost lost && lost.isReaderGone()) {
            // The reader has closed the pipe: `tickbus tail | head`.
            return Tickbus.DONE;
        }
        boolean isUsage = e instanceof IllegalArgumentException;
        boolean isWrong = isUsage || (e instanceof BusException known
                && known.reason() == BusException.Reason.BAD_SETTINGS);
        int exitCode = isWrong ? Tickbus.WRONG_USAGE : Tickbus.FAILED;
        String sentence = VisibleText.of(sentence(e)) + (isUsage ? "; see '" + command.name + " --help'" : "");
        command.err().println("tickbus: " + sentence);
        if (command.isDebug()) {
            e.printStackTrace(command.err());
        }
        command.err().flush();
        if (isJson && !(e instanceof Output.Lost)) {
            String reason = isUsage ? "usage" : e instanceof BusException failure
                    ? failure.reason().name().toLowerCase(Locale.ROOT) : "unexpected";
            try {
                command.out().println(new Report().with("type", "error").with("error", sentence)
                        .with("reason", reason).with("exitCode", exitCode).line());
            } catch (Output.Lost lost) {
                // Standard error has the sentence.
                return exitCode;
            }
        }
        return exitCode;
    }

    private static String sentence(Exception e) {
        if (e instanceof BusException || e instanceof IllegalArgumentException || e instanceof Output.Lost) {
            return e.getMessage();
        } else if (e instanceof IOException || e instanceof UncheckedIOException) {
            String file = e instanceof FileSystemException failure ? failure.getFile() + ": " : "";
            return file + BusException.why(e instanceof UncheckedIOException wrapped ? wrapped.getCause() : e)
                    + "; --debug shows where";
        }
        return "unexpected error: " + e + "; rerun with --debug to see where, and report it";
    }
}
