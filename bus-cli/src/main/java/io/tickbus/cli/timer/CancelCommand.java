package io.tickbus.cli.timer;

import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

    @Mixin
    private TimerKeyMixin timer;
    @Option(names = "--timer-owner", paramLabel = "N",
            description = "The number of the timer's owner, where it is not --client-name; 0 for the daemon itself.")
    private Integer timerOwner;

    @Override
    public Integer call() {
        TimerCommand command = timer.command(CommandLayout.TYPE_CANCEL);
        if (timerOwner != null) {
            if (timerOwner < 0 || timerOwner > MAX_OWNER) {
                throw new IllegalArgumentException("an owner's number is 0 to 65535: timerOwner=" + timerOwner);
            }
            command.flags(CommandLayout.FLAG_ALL_OWNERS).payload(timerOwner, 0, Long.BYTES);
        }
        return timer.send(command, ReplyCode.CANCELLED);
    }
}
