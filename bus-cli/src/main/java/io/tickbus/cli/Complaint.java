package io.tickbus.cli;

import io.tickbus.core.BusException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Errors as a person reads them: one sentence on standard error, and the stack trace only where asked for. */
final class Complaint {
    private Complaint() {
    }

    /** An error while a command ran; returns the exit code. */
    static int of(Exception e, CommandLine command, boolean isDebug) {
        PrintWriter err = command.getErr();
        if (e instanceof BusException) {
            err.println("tickbus: " + e.getMessage());
        } else if (isUsage(e)) {
            err.println("tickbus: " + e.getMessage());
            hint(command, err);
        } else {
            err.println("tickbus: " + e + " came unexpectedly; --debug shows where, please report it");
        }
        trace(e, err, isDebug);
        return isUsage(e) ? Tickbus.WRONG_USAGE : Tickbus.FAILED;
    }

    private static boolean isUsage(Exception e) {
        return e instanceof IllegalArgumentException || e instanceof TypeConversionException;
    }

    /** Arguments that no command understands; returns the exit code. */
    static int ofUsage(ParameterException e, boolean isDebug) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println("tickbus: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, err);
        hint(e.getCommandLine(), err);
        trace(e, err, isDebug);
        return Tickbus.WRONG_USAGE;
    }

    private static void hint(CommandLine command, PrintWriter err) {
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
    }

    private static void trace(Exception e, PrintWriter err, boolean isDebug) {
        if (isDebug) {
            e.printStackTrace(err);
        }
        err.flush();
    }
}
