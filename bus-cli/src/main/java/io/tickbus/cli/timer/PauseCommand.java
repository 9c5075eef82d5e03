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

/** Holds a timer. */
@Command(name = "pause",
        description = "Hold a timer until 'tickbus resume'.",
        footer = {
            "",
            "Examples:",
            "  tickbus pause 7",
            "  tickbus pause 7 --client-name prices",
            "",
            "A timer that is due once keeps the time that was left. A periodic one keeps its phase: what would",
            "have fired meanwhile does not, and does not count as missed.",
            "Exit code 1 when there is no such timer."})
public final class PauseCommand implements Callable<Integer> {
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
        TimerCommand command = new TimerCommand().of(CommandLayout.TYPE_PAUSE, key);
        try (TimerClient timers = client.connect()) {
            return new Answer(timers.call(command, ClientOptions.TIMEOUT_NS), ReplyCode.PAUSED, System.nanoTime())
                    .print(spec.commandLine(), isJson);
        }
    }
}
