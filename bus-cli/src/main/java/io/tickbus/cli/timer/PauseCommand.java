// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;

/** Pauses a timer, or resumes it. */
public final class PauseCommand implements Command {
    private final TimerKey timer;
    private final int type;
    private final ReplyCode expected;

    private PauseCommand(CommandSpec command, int type, ReplyCode expected) {
        this.timer = new TimerKey(command);
        this.type = type;
        this.expected = expected;
    }

    /** {@code tickbus pause}. */
    public static PauseCommand pause(CommandSpec command) {
        command.footer("""
                Examples:
                  tickbus pause 7
                  tickbus pause 7 --client-name prices

                A one-shot timer keeps the time that was left. A periodic one keeps its phase: what would have
                fired meanwhile does not, and does not count as missed.

                Exit code 1 when there is no such timer.""");
        return new PauseCommand(command, CommandLayout.TYPE_PAUSE, ReplyCode.PAUSED);
    }

    /** {@code tickbus resume}. */
    public static PauseCommand resume(CommandSpec command) {
        command.footer("""
                Examples:
                  tickbus resume 7
                  tickbus resume 7 --client-name prices

                A one-shot timer is due after the time that was left, a periodic one in its old phase.

                Exit code 1 when there is no such timer.""");
        return new PauseCommand(command, CommandLayout.TYPE_RESUME, ReplyCode.RESUMED);
    }

    @Override
    public int run() {
        return timer.send(timer.command(type), expected);
    }
}
