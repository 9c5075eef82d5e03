// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.io.PrintWriter;

/** Where and how a command prints: its result on standard output, everything else on standard error. */
public class OutputOptions {
    private final CommandSpec command;
    private final Option<Boolean> json;

    /** Of a command. */
    public OutputOptions(CommandSpec command) {
        this.command = command;
        this.json = command.general("--json", "Print JSON: one object, or one a line where there are more.");
    }

    /** Whether JSON is asked for. */
    public final boolean isJson() {
        return json.isGiven();
    }

    /** Standard output. */
    public final PrintWriter out() {
        return command.out();
    }

    /** Standard error. */
    public final PrintWriter err() {
        return command.err();
    }

    /** Says something beside the result. */
    public final void say(String sentence) {
        err().println("tickbus: " + sentence);
        err().flush();
    }

    /** Prints a command's only result. */
    public void print(Report report) {
        if (isJson()) {
            out().println(report.indented());
        } else {
            ReportText.print(out(), report);
        }
        out().flush();
    }

    /** Prints a command's only result, which is a sentence where JSON is not asked for. */
    public final void print(Report report, String sentence) {
        out().println(isJson() ? report.indented() : sentence);
        out().flush();
    }

    /** Prints one of several results. */
    public final void printLine(Report report, String sentence) {
        out().println(isJson() ? report.line() : sentence);
        out().flush();
    }
}
