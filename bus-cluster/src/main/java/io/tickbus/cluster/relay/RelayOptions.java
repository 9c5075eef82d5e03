// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.PathText;
import io.tickbus.cli.Report;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.core.internal.platform.Platforms;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.agrona.concurrent.IdleStrategy;

/** What both commands of a relay take, and their loop. */
final class RelayOptions {
    private static final long REPORT_CHECK_MASK = 0xFF;

    private final OutputOptions output;
    private Option<String> networkInterface;
    private Option<Path> aeronDir;
    private Option<Boolean> spin;
    private final Option<Long> every;
    private final Option<Long> duration;
    private volatile boolean isStopped;

    RelayOptions(CommandSpec command) {
        command.group("Aeron", () -> {
            networkInterface = command.option("--interface", "ADDRESS", text -> text, "The network interface, by an "
                    + "address of it, such as 10.0.0.0/8; else the system chooses.");
            aeronDir = command.option("--aeron-dir", "DIR", PathText::parse, "The directory of a media driver that "
                    + "runs; else this process has one of its own.");
            spin = command.flag("--spin", "Never sleep: least delay, at the cost of two or more processors.");
        });
        every = command.duration("--every", "Print what was done so far again and again, after this time.");
        duration = command.duration("--for", "Stop after this time; else at Ctrl-C or SIGTERM.");
        output = new OutputOptions(command);
    }

    String networkInterface() {
        return networkInterface.get();
    }

    OutputOptions output() {
        return output;
    }

    RelayAeron open() {
        return RelayAeron.open(aeronDir.get(), spin.isGiven(), this::sayError);
    }

    /** Says what went wrong on a thread of Aeron's. */
    void sayError(Throwable error) {
        output.say("Aeron: " + error.getMessage());
    }

    /** Runs an end until it is stopped, and prints what it has done. */
    void run(IntSupplier turn, Supplier<Report> report) {
        ShutdownHook.during(() -> isStopped = true, () -> {
            Platforms.current().setTimerSlackNs(1);
            loop(turn, report);
        });
        print("end", report.get());
    }

    private void loop(IntSupplier turn, Supplier<Report> report) {
        IdleStrategy idle = RelayAeron.idle(spin.isGiven());
        long startNs = System.nanoTime();
        long everyNs = every.or(Long.MAX_VALUE);
        long durationNs = duration.or(Long.MAX_VALUE);
        long nextNs = everyNs;
        for (long turns = 0; !isStopped; turns++) {
            int work = turn.getAsInt();
            if (work == 0 || (turns & REPORT_CHECK_MASK) == 0) {
                long elapsedNs = System.nanoTime() - startNs;
                if (elapsedNs >= durationNs) {
                    return;
                } else if (elapsedNs >= nextNs) {
                    nextNs += everyNs;
                    print("progress", report.get());
                }
            }
            idle.idle(work);
        }
    }

    private void print(String type, Report report) {
        Report typed = new Report().with("type", type, null);
        typed.putAll(report);
        if (output.isJson()) {
            output.printLine(typed, "");
        } else {
            StringBuilder text = new StringBuilder();
            report.forEach((name, value) -> text.append(text.length() == 0 ? "" : ", ").append(name).append(' ')
                    .append(value));
            output.printLine(typed, text.toString());
        }
    }

    /** Nanoseconds as microseconds, for text. */
    static String microseconds(long ns) {
        return ns < 0 ? "unknown" : TimeUnit.NANOSECONDS.toMicros(ns) + " µs";
    }
}
