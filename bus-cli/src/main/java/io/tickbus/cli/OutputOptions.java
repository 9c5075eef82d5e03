// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where and how a command prints: its result on standard output, everything else on standard error. */
public class OutputOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;
    @Option(names = "--json", description = "Print JSON: one object, or one a line where there are more.")
    private boolean isJson;

    /** Whether JSON is asked for. */
    public final boolean isJson() {
        return isJson;
    }

    /** Standard output. */
    public final PrintWriter out() {
        return command.commandLine().getOut();
    }

    /** Standard error. */
    public final PrintWriter err() {
        return command.commandLine().getErr();
    }

    /** Whether an option was given. */
    public final boolean isGiven(String option) {
        return command.commandLine().getParseResult().hasMatchedOption(option);
    }

    /** Says something beside the result. */
    public final void say(String sentence) {
        err().println("tickbus: " + sentence);
        err().flush();
    }

    /** Prints a command's only result. */
    public void print(Report report) {
        if (isJson) {
            out().println(report.indented());
        } else {
            ReportText.print(out(), report);
        }
        out().flush();
    }

    /** Prints a command's only result, which is a sentence where JSON is not asked for. */
    public final void print(Report report, String sentence) {
        out().println(isJson ? report.indented() : sentence);
        out().flush();
    }

    /** Prints one of several results. */
    public final void printLine(Report report, String sentence) {
        out().println(isJson ? report.line() : sentence);
        out().flush();
    }
}
