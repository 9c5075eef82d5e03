// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.client.TimerClient;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerScope;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.util.concurrent.TimeUnit;

/** Arms one timer at a bus's daemon. */
public final class ArmCommand implements Command {
    private static final long PRINTING_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ClientOptions client;
    private final TimerOptions timer;
    private final Option<Boolean> endWithCommand;
    private final Option<Boolean> waiting;
    private final OutputOptions output;

    /** Says what it takes. */
    public ArmCommand(CommandSpec command) {
        timer = new TimerOptions(command);
        endWithCommand = command.flag("--end-with-command",
                "The timer ends when the last client of its name is gone, as with --wait.");
        waiting = command.flag("--wait", "Wait for the first firing and print it.");
        client = new ClientOptions(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus arm --key 7 --signal 42 --in 5s
                  tickbus arm --key 8 --signal 42 --every 1s --jitter 200ms --payload 0xCAFE
                  tickbus arm --key 9 --signal 43 --at 2026-12-01T12:00:00Z --grace 5ms
                  tickbus arm --key 1 --signal 1 --in 100us --wait
                  tickbus arm --key 2 --signal 42 --in 10s --scope everywhere --not-before
                  tickbus arm --key 3 --signal 5 --cron '30 2 * * *' --zone Europe/Berlin --durable disk

                The timer belongs to --client-name, so that 'tickbus list' and 'tickbus cancel' find it, and stays
                armed when the command ends, and with --durable when the daemon does. With --wait it ends with
                the command. With a scope it is the cluster's, which shares it among all clients of that name
                on all hosts, and its keys are others than those of a host's timers.

                Exit code 1 when the daemon refuses it, or the wait ends without a firing.""");
    }

    @Override
    public int run() {
        // Wrong usage is reported before connecting.
        timer.command();
        if (timer.scope() != TimerScope.HOST && (waiting.isGiven() || endWithCommand.isGiven())) {
            throw new IllegalArgumentException("the timer of a cluster stays when the command ends: give --scope "
                    + "without --wait and --end-with-command");
        }
        if (!timer.remark().isEmpty()) {
            output.say(timer.remark());
        }
        if (!waiting.isGiven()) {
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
        boolean isKept = !endWithCommand.isGiven() && !waiting.isGiven();
        TimerCommand command = timer.command();
        command.flags(command.flags() | (isKept ? CommandLayout.FLAG_KEEP_ON_DEATH : 0));
        return new CommandResult(timers.call(command, ClientOptions.ANSWER_TIMEOUT_NS), ReplyCode.ARMED,
                timer.scope(), System.nanoTime());
    }
}
