// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.run;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.tail.AttachRetry;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberListener;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program at each signal. */
public final class RunCommand implements Command {
    /** How long it may take to notice that it is to stop. */
    private static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final BusOptions bus;
    private final Option<Integer> signalIds;
    private final Option<OverlappingRun> overlap;
    private final Option<Long> timeoutNs;
    private final Option<Long> count;
    private final Option<String> program;
    private final OutputOptions output;
    private final RunMetricsOption metrics;
    /** By the runner's thread, and read when that has ended. */
    private long ended;
    private long failed;
    private volatile ProgramRunner running;
    private volatile boolean isStopped;

    /** Says what it takes. */
    public RunCommand(CommandSpec command) {
        signalIds = command.option("--signal", "ID", IntegerText::toInt, "At signals of this id only.").repeatable();
        overlap = command.choice("--overlap", OverlappingRun.class, "What to do with a signal that comes while the "
                + "program still runs.").standard("skip");
        timeoutNs = command.duration("--timeout", "How long the program may run. Then it gets SIGTERM, and after 5 s "
                + "SIGKILL.");
        count = command.option("--count", "N", RunCommand::count, "End after N runs, with exit code 1 if one failed.");
        program = command.argument("PROGRAM", text -> text, "The program and its arguments, after --.").required()
                .repeatable();
        metrics = new RunMetricsOption(command);
        bus = new BusOptions(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus run --signal 42 -- ./backup.sh
                  tickbus run --signal 7 --timeout 30s --overlap queue -- curl -fsS https://example.org/health
                  tickbus run --signal 1 -- sh -c 'echo "$TICKBUS_KEY is due"'

                The program's environment says which signal it is: TICKBUS_BUS, _SEQUENCE, _SIGNAL_ID, _KEY, _OWNER,
                _DEADLINE_NS and _PUBLISHED_NS (CLOCK_MONOTONIC), _OCCURRENCE, _MISSED, _FLAGS, _PAYLOAD (hex). Each
                run is a line on standard error when it ends; with --json it is one on standard output, and what the
                program prints goes to standard error. Signals that were lost are reported and start nothing.""");
    }

    private static long count(String text) {
        long typed = IntegerText.toLong(text);
        if (typed < 1) {
            throw new IllegalArgumentException("it ends after one run at least: count=" + typed);
        }
        return typed;
    }

    @Override
    public int run() {
        // One that is missing is found out now and not at the first signal.
        ProgramGroup.check(program.get());
        SubscriberOptions options = SubscriberOptions.defaults()
                .withSignalIds(signalIds.all().stream().mapToInt(Integer::intValue).toArray())
                .withListener(new SubscriberListener() {
                    @Override
                    public void onLoss(long firstSequence, long lost) {
                        output.say("lost " + lost + " signals from sequence " + firstSequence + " on");
                    }
                });
        ShutdownHook.during(this::stop, () -> {
            metrics.serve(bus.name(), output);
            try (metrics; SignalSubscriber subscriber = new AttachRetry(bus.directory(), output.err(),
                    () -> isStopped, false).await(options, Long.MAX_VALUE)) {
                if (subscriber != null) {
                    run(subscriber);
                }
            }
        });
        return count.isGiven() && failed > 0 ? Tickbus.FAILED : Tickbus.DONE;
    }

    /** Without its folder and arguments, which may be secrets. */
    private String job() {
        return program.get().substring(program.get().lastIndexOf('/') + 1);
    }

    private List<String> line() {
        List<String> line = new ArrayList<>(output.isJson() ? ProgramRunner.TO_STANDARD_ERROR : List.of());
        line.addAll(program.all());
        return line;
    }

    private void run(SignalSubscriber subscriber) {
        long most = count.or(Long.MAX_VALUE);
        List<String> line = line();
        ProgramRunner runner = new ProgramRunner(overlap.get(), timeoutNs.or(Long.MAX_VALUE), this::ended).start();
        running = runner;
        try (runner) {
            subscriber.run(() -> {
                subscriber.await(signal -> {
                    if (runner.taken() < most && !runner.offer(new ProgramRun(line, bus.name(), signal))) {
                        metrics.skipped(job());
                    }
                }, 1, TURN_NS);
                runner.check();
                return !isStopped && runner.taken() < most;
            });
            if (!isStopped) {
                runner.drain();
            }
            runner.check();
        }
        output.say(ended + " runs, of which " + failed + " failed; " + runner.skipped() + " signals started nothing; "
                + subscriber.lost() + " were lost");
    }

    private void stop() {
        isStopped = true;
        ProgramRunner runner = running;
        if (runner != null) {
            runner.stop();
        }
    }

    /** Called by the runner's thread. */
    private void ended(ProgramRun run) {
        ended++;
        failed += run.isFailed() ? 1 : 0;
        metrics.ended(run, job());
        String signal = run.environment.get("TICKBUS_SIGNAL_ID");
        String key = run.environment.get("TICKBUS_KEY");
        run.print(output, new Report().with("signalId", Integer.parseInt(signal)).with("key", key),
                "sequence " + run.sequence + ", signal " + signal + ", key " + key);
    }
}
