package io.tickbus.cli.timer;

import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.TimerClient;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One timer by its key, and the way to have something done about it: what cancel, pause and resume share. */
final class KeyedTimer {
    @Mixin
    private ClientOptions client;
    @Parameters(paramLabel = "KEY", description = "The timer's key.")
    private long key;
    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean isJson;

    /** A command of a type about this timer. */
    TimerCommand command(int type) {
        return new TimerCommand().of(type, key);
    }

    /** Sends it, prints the answer, and returns the exit code. */
    int send(TimerCommand command, ReplyCode expected, CommandLine commandLine) {
        try (TimerClient timers = client.connect()) {
            return new Answer(timers.call(command, ClientOptions.ANSWER_TIMEOUT_NS), expected, System.nanoTime())
                    .print(commandLine, isJson);
        }
    }
}
