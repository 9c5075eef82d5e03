// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.client.TimerClient;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

    @Mixin
    private ClientOptions client;
    @Mixin
    private TimerOptions timer;
    @Option(names = "--end-with-command",
            description = "The timer ends when the last client of its name is gone, as with --wait.")
    private boolean isEndingWithCommand;
    @Option(names = "--wait", description = "Wait for the first firing and print it.")
    private boolean isWaiting;
    @Mixin
    private OutputOptions output;

    @Override
    public Integer call() {
        // Wrong usage is reported before connecting.
        timer.command();
        if (!timer.remark().isEmpty()) {
            output.say(timer.remark());
        }
        if (!isWaiting) {
            try (TimerClient timers = client.connect()) {
                return arm(timers).print(output, false);
            }
        }
        SubscriberOptions options = SubscriberOptions.defaults().withSignalIds(timer.signalId());
        // First, so that the firing cannot come before anybody reads signals.
        try (SignalSubscriber subscriber = SignalSubscriber.attach(client.directory(), options);
                TimerClient timers = client.connect()) {
            return armAndWait(subscriber, timers);
        }
    }

    private int armAndWait(SignalSubscriber subscriber, TimerClient timers) {
        FiringWait wait = new FiringWait(subscriber, timers);
        // Before anything is printed: whoever reads the first line may stop this process.
        ShutdownHook stop = ShutdownHook.listen(wait::stop);
        try {
            return armAndWait(timers, wait);
        } finally {
            stop.close();
        }
    }

    private int armAndWait(TimerClient timers, FiringWait wait) {
        CommandResult armed = arm(timers);
        // Printing takes milliseconds, which must not delay the observation of the firing.
        boolean isSoon = armed.isDone() && armed.reply().deadlineNs() - armed.nowNs() < PRINTING_NS;
        if (!isSoon) {
            armed.print(output, true);
        }
        if (!armed.isDone()) {
            return Tickbus.FAILED;
        }
        boolean hasFired = wait.await(armed.reply());
        if (isSoon) {
            armed.print(output, true);
        }
        if (!hasFired) {
            output.say(wait.isCancelled() ? "the timer was cancelled or armed again by somebody else before it fired"
                    : "stopped before the timer fired");
            return Tickbus.FAILED;
        }
        output.printLine(wait.report(), wait.text());
        return Tickbus.DONE;
    }

    private CommandResult arm(TimerClient timers) {
        boolean isKept = !isEndingWithCommand && !isWaiting;
        TimerCommand command = timer.command();
        command.flags(command.flags() | (isKept ? CommandLayout.FLAG_KEEP_ON_DEATH : 0));
        return new CommandResult(timers.call(command, ClientOptions.ANSWER_TIMEOUT_NS), ReplyCode.ARMED,
                System.nanoTime());
    }
}
