package io.tickbus.cli.timer;

import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Resumes a paused timer. */
@Command(name = "resume",
        description = "Resume a timer that 'tickbus pause' has paused.",
        footer = {
            "",
            "Examples:",
            "  tickbus resume 7",
            "  tickbus resume 7 --client-name prices",
            "",
            "A one-shot timer is due after the time that was left, a periodic one in its old phase.",
            "Exit code 1 when there is no such timer."})
public final class ResumeCommand implements Callable<Integer> {
    @Mixin
    private TimerKeyMixin timer;

    @Override
    public Integer call() {
        return timer.send(timer.command(CommandLayout.TYPE_RESUME), ReplyCode.RESUMED);
    }
}
