package io.tickbus.cli.timer;

import io.tickbus.core.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
    private KeyedTimer timer;

    @Override
    public Integer call() {
        return timer.send(timer.command(CommandLayout.TYPE_RESUME), ReplyCode.RESUMED, spec.commandLine());
    }
}
