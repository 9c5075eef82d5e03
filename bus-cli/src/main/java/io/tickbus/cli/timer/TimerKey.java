// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.client.TimerClient;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerScope;

/** One timer by its key, and how a command about it is sent: what cancel, pause and resume share. */
final class TimerKey {
    private final ClientOptions client;
    private final Option<Long> key;
    private final OutputOptions output;

    TimerKey(CommandSpec command) {
        client = new ClientOptions(command);
        key = command.argument("KEY", IntegerText::toLong, "The timer's key.").required();
        output = new OutputOptions(command);
    }

    /** A command of a type about this timer. */
    TimerCommand command(int type) {
        return new TimerCommand().reset(type, key.get());
    }

    /** Sends it, prints the result, and returns the exit code. */
    int send(TimerCommand command, ReplyCode expected) {
        TimerScope scope = command.scope();
        try (TimerClient timers = client.connect()) {
            return new CommandResult(timers.call(command, ClientOptions.ANSWER_TIMEOUT_NS), expected, scope,
                    System.nanoTime()).print(output, false);
        }
    }
}
