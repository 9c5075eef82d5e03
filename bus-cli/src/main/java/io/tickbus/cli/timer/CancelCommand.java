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

/** Cancels a timer, anybody's where its owner is named. */
@Command(name = "cancel",
        description = "Cancel a timer.",
        footer = {
            "",
            "Examples:",
            "  tickbus cancel 7",
            "  tickbus cancel 7 --client-name prices",
            "  tickbus cancel 7 --timer-owner 3           whoever armed it; 'tickbus list --all' shows owners",
            "",
            "Exit code 1 when there is no such timer."})
public final class CancelCommand implements Callable<Integer> {
    private static final int MAX_OWNER = 0xFFFF;

    @Spec
    private CommandSpec spec;
    @Mixin
    private ClientOptions client;
    @Parameters(paramLabel = "KEY", converter = WholeNumber.ToLong.class, description = "The timer's key.")
    private long key;
    @Option(names = "--timer-owner", paramLabel = "N",
            description = "The number of the timer's owner, where it is not --client-name; 0 for the daemon itself.")
    private Integer timerOwner;
    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean isJson;

    @Override
    public Integer call() {
        TimerCommand command = new TimerCommand().of(CommandLayout.TYPE_CANCEL, key);
        if (timerOwner != null) {
            if (timerOwner < 0 || timerOwner > MAX_OWNER) {
                throw new IllegalArgumentException("an owner's number is 0 to 65535: timerOwner=" + timerOwner);
            }
            command.flags(CommandLayout.FLAG_ALL_OWNERS).payload(timerOwner, 0, Long.BYTES);
        }
        try (TimerClient timers = client.connect()) {
            return new Answer(timers.call(command, ClientOptions.TIMEOUT_NS), ReplyCode.CANCELLED, System.nanoTime())
                    .print(spec.commandLine(), isJson);
        }
    }
}
