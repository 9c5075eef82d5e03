// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The commands about one timer by its key. */
public final class TimerKeyCommands {
    private TimerKeyCommands() {
    }

    /** Cancels a timer, anybody's where its owner is named. */
    @Command(name = "cancel",
            description = "Cancel a timer.",
            footer = {
                "",
                "Examples:",
                "  tickbus cancel 7",
                "  tickbus cancel 7 --client-name prices",
                "  tickbus cancel 7 --timer-owner 3           anybody's; 'tickbus list --all' shows owners",
                "",
                "Exit code 1 when there is no such timer."})
    public static final class Cancel implements Callable<Integer> {
        private static final int MAX_OWNER = 0xFFFF;

        @Mixin
        private TimerKeyMixin timer;
        @Option(names = "--timer-owner", paramLabel = "N",
                description = "The number of the timer's owner, where it is not --client-name; 0 for the daemon.")
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

    /** Pauses a timer. */
    @Command(name = "pause",
            description = "Pause a timer until 'tickbus resume'.",
            footer = {
                "",
                "Examples:",
                "  tickbus pause 7",
                "  tickbus pause 7 --client-name prices",
                "",
                "A one-shot timer keeps the time that was left. A periodic one keeps its phase: what would have",
                "fired meanwhile does not, and does not count as missed.",
                "Exit code 1 when there is no such timer."})
    public static final class Pause implements Callable<Integer> {
        @Mixin
        private TimerKeyMixin timer;

        @Override
        public Integer call() {
            return timer.send(timer.command(CommandLayout.TYPE_PAUSE), ReplyCode.PAUSED);
        }
    }

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
    public static final class Resume implements Callable<Integer> {
        @Mixin
        private TimerKeyMixin timer;

        @Override
        public Integer call() {
            return timer.send(timer.command(CommandLayout.TYPE_RESUME), ReplyCode.RESUMED);
        }
    }
}
