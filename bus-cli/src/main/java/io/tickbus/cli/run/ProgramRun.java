// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.run;

import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.tail.FlagNames;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.DurationText;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One run of the program: what its signal says, and how it ended. */
public final class ProgramRun {
    /** No exit code, as the program could not be started. */
    static final int NOT_STARTED = -1;

    /** Of the signal. */
    public final long sequence;
    /** What the signal says, as variables of the program's environment. */
    public final Map<String, String> environment = new LinkedHashMap<>();
    final List<String> program;
    /** How long it ran, once it has ended. */
    public long durationNs;
    /** The program's exit code, once it has ended. */
    public int exitCode;
    /** Why the program could not be started; null if it was. */
    public String problem;
    long startNs;
    /** These two are written under the runner's lock, or by its thread. */
    boolean isTimedOut;
    volatile boolean isKilled;

    /** The run of a program, its arguments included, for a signal, of which it keeps a copy. */
    public ProgramRun(List<String> program, String bus, SignalRecord signal) {
        this.program = List.copyOf(program);
        sequence = signal.sequence();
        set("BUS", bus);
        set("SEQUENCE", sequence);
        set("SIGNAL_ID", signal.signalId());
        set("KEY", signal.key());
        set("OWNER", signal.owner());
        set("DEADLINE_NS", signal.deadlineNs());
        set("PUBLISHED_NS", signal.publishedNs());
        set("OCCURRENCE", Integer.toUnsignedLong(signal.occurrence()));
        set("MISSED", Integer.toUnsignedLong(signal.missed()));
        set("FLAGS", String.join(",", FlagNames.of(signal.flags())));
        set("PAYLOAD", HexFormat.of().formatHex(signal.payload()));
    }

    private void set(String name, Object value) {
        environment.put("TICKBUS_" + name, value.toString());
    }

    boolean isFailed() {
        return exitCode != 0 || isTimedOut || isKilled;
    }

    /** One word, or an exit code. */
    String outcome() {
        return problem != null ? "not started" : isTimedOut ? "timed out" : isKilled ? "killed" : "exit " + exitCode;
    }

    /** Counts runs. */
    interface Counter {
        /** {@code exitCode} is negative where there is none. */
        void count(String outcome, int exitCode, long durationNs);
    }

    void count(Counter counter) {
        String outcome = problem != null ? "not_started" : isTimedOut ? "timed_out" : isKilled ? "killed" : "exited";
        counter.count(outcome, problem == null ? exitCode : NOT_STARTED, durationNs);
    }

    /** Prints how it ended: after {@code what} as text, after what {@code first} has as JSON. */
    public void print(OutputOptions output, Report first, String what) {
        if (output.isJson()) {
            output.printLine(first.with("sequence", sequence).with("outcome", outcome())
                    .with("exitCode", problem == null ? exitCode : null).with("durationNs", durationNs)
                    .with("problem", problem), "");
        } else {
            output.say(what + ": " + outcome() + (problem == null ? "" : " (" + problem + ")") + " after "
                    + DurationText.format(durationNs));
        }
    }
}
