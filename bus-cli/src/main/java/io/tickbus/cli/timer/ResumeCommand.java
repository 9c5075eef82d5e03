package io.tickbus.cli.timer;

import io.tickbus.cli.WholeNumber;
import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.subscriber.TimerClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets a held timer go on. */
@Command(name = "resume",
        description = "Let a timer go on that 'tickbus pause' holds.",
        footer = {
            "",
            "Examples:",
            "  tickbus resume 7",
            "  tickbus resume 7 --client-name prices",
            "",
            "The timer is due after the time that was left when it was held, or, if periodic, in its old phase.",
            "Exit code 1 when there is no such timer."})
public final class ResumeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private ClientOptions client;
    @Parameters(paramLabel = "KEY", converter = WholeNumber.ToLong.class, description = "The timer's key.")
    private long key;
    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean isJson;

    @Override
    public Integer call() {
        TimerCommand command = new TimerCommand().of(CommandLayout.TYPE_RESUME, key);
        try (TimerClient timers = client.connect()) {
            return new Answer(timers.call(command, ClientOptions.TIMEOUT_NS), ReplyCode.RESUMED, System.nanoTime())
                    .print(spec.commandLine(), isJson);
        }
    }
}
