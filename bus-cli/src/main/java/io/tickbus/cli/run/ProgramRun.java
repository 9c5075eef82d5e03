// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.run;

import io.tickbus.cli.tail.FlagNames;
import io.tickbus.core.SignalRecord;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** One run of the program: what its signal says, and how it ended. */
final class ProgramRun {
    /** No exit code, as the program could not be started. */
    static final int NOT_STARTED = -1;

    final long sequence;
    /** What the signal says, as variables of the program's environment. */
    final Map<String, String> environment = new LinkedHashMap<>();
    long startNs;
    long durationNs;
    int exitCode;
    boolean isTimedOut;
    boolean isKilled;
    String problem;

    ProgramRun(String bus, SignalRecord signal) {
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
        return exitCode != 0;
    }

    /** One word, or an exit code. */
    String outcome() {
        return problem != null ? "not started" : isTimedOut ? "timed out" : isKilled ? "killed" : "exit " + exitCode;
    }
}
