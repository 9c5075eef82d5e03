package io.tickbus.cli.timer;

import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Pauses a timer. */
@Command(name = "pause",
        description = "Pause a timer until 'tickbus resume'.",
        footer = {
            "",
            "Examples:",
            "  tickbus pause 7",
            "  tickbus pause 7 --client-name prices",
            "",
            "A one-shot timer keeps the time that was left. A periodic one keeps its phase: what would have fired",
            "meanwhile does not, and does not count as missed.",
            "Exit code 1 when there is no such timer."})
public final class PauseCommand implements Callable<Integer> {
    @Mixin
    private TimerKeyMixin timer;

    @Override
    public Integer call() {
        return timer.send(timer.command(CommandLayout.TYPE_PAUSE), ReplyCode.PAUSED);
    }
}
