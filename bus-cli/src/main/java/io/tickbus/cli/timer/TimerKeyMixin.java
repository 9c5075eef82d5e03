// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.OutputOptions;
import io.tickbus.client.TimerClient;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** One timer by its key, and how a command about it is sent: what cancel, pause and resume share. */
final class TimerKeyMixin {
    @Mixin
    private ClientOptions client;
    @Parameters(paramLabel = "KEY", description = "The timer's key.")
    private long key;
    @Mixin
    private OutputOptions output;

    /** A command of a type about this timer. */
    TimerCommand command(int type) {
        return new TimerCommand().reset(type, key);
    }

    /** Sends it, prints the result, and returns the exit code. */
    int send(TimerCommand command, ReplyCode expected) {
        try (TimerClient timers = client.connect()) {
            return new CommandResult(timers.call(command, ClientOptions.ANSWER_TIMEOUT_NS), expected, System.nanoTime())
                    .print(output, false);
        }
    }
}
