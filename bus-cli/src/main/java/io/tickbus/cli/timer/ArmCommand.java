package io.tickbus.cli.timer;

import io.tickbus.cli.JsonOutput;
import io.tickbus.cli.StopSignal;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import io.tickbus.subscriber.TimerClient;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Arms one timer at a bus's daemon. */
@Command(name = "arm",
        description = "Arm a timer: the bus's daemon publishes a signal when it is due.",
        footer = {
            "",
            "Examples:",
            "  tickbus arm --key 7 --signal 42 --in 5s",
            "  tickbus arm --key 8 --signal 42 --every 1s --jitter 200ms --payload 0xCAFE",
            "  tickbus arm --key 9 --signal 43 --at 2026-12-01T12:00:00Z --grace 5ms",
            "  tickbus arm --key 1 --signal 1 --in 100us --wait",
            "",
            "The timer belongs to --client-name, so that 'tickbus list' and 'tickbus cancel' find it, and stays",
            "armed when the command ends, and with --durable when the daemon does. With --wait it ends with",
            "the command.",
            "Exit code 1 when the daemon refuses it, or the wait ends without a firing."})
public final class ArmCommand implements Callable<Integer> {
    private static final long PRINTING_NS = TimeUnit.MILLISECONDS.toNanos(100);

    @Spec
    private CommandSpec spec;
    @Mixin
    private ClientOptions client;
    @Mixin
    private TimerOptions timer;
    @Option(names = "--end-with-command",
            description = "The timer ends when the last client of its name is gone, as with --wait.")
    private boolean isEndingWithCommand;
    @Option(names = "--wait", description = "Wait for the first firing and print it.")
    private boolean isWaiting;
    @Option(names = "--json", description = "Print the result, and with --wait the firing, as JSON, one a line.")
    private boolean isJson;

    @Override
    public Integer call() {
        // Wrong usage is told before anybody is connected to.
        timer.command();
        if (!timer.remark().isEmpty()) {
            spec.commandLine().getErr().println("tickbus: " + timer.remark());
        }
        if (!isWaiting) {
            try (TimerClient timers = client.connect()) {
                return arm(timers).print(spec.commandLine(), isJson);
            }
        }
        SubscriberOptions options = SubscriberOptions.defaults().withSignalIds(timer.signalId());
        // First of all, so that the firing cannot come before it is looked for.
        try (SignalSubscriber subscriber = SignalSubscriber.attach(client.directory(), options);
                TimerClient timers = client.connect()) {
            return armAndWait(subscriber, timers);
        }
    }

    private int armAndWait(SignalSubscriber subscriber, TimerClient timers) {
        FiringWait wait = new FiringWait(subscriber, timers);
        // Before anything is printed: who sees the first line may stop us.
        StopSignal signal = StopSignal.listen(wait::stop);
        try {
            return armAndWait(timers, wait);
        } finally {
            signal.close();
        }
    }

    private int armAndWait(TimerClient timers, FiringWait wait) {
        PrintWriter out = spec.commandLine().getOut();
        Answer answer = arm(timers);
        // Printing takes milliseconds, and the firing shall not be seen late for it.
        boolean isSoon = answer.isDone() && answer.reply().deadlineNs() - answer.nowNs() < PRINTING_NS;
        if (!isSoon) {
            print(answer);
        }
        if (!answer.isDone()) {
            return Tickbus.FAILED;
        }
        boolean hasFired = wait.await(answer.reply());
        if (isSoon) {
            print(answer);
        }
        if (!hasFired) {
            spec.commandLine().getErr().println(wait.isCancelled()
                    ? "tickbus: the timer was cancelled or armed again by somebody else before it fired"
                    : "tickbus: stopped before the timer fired");
            return Tickbus.FAILED;
        }
        out.println(isJson ? JsonOutput.line(wait.json()) : wait.text());
        return Tickbus.DONE;
    }

    private void print(Answer answer) {
        if (isJson) {
            spec.commandLine().getOut().println(JsonOutput.line(answer.json()));
        } else {
            answer.print(spec.commandLine(), false);
        }
    }

    private Answer arm(TimerClient timers) {
        boolean isKept = !isEndingWithCommand && !isWaiting;
        TimerCommand command = timer.command();
        command.flags(command.flags() | (isKept ? CommandLayout.FLAG_KEEP_ON_DEATH : 0));
        return new Answer(timers.call(command, ClientOptions.ANSWER_TIMEOUT_NS), ReplyCode.ARMED, System.nanoTime());
    }
}
