// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.timer;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerScope;

/** Cancels a timer, anybody's where its owner is named. */
public final class CancelCommand implements Command {
    private static final int MAX_OWNER = 0xFFFF;

    private final TimerKey timer;
    private final Option<Integer> owner;
    private final Option<TimerScope> scope;

    /** Says what it takes. */
    public CancelCommand(CommandSpec command) {
        timer = new TimerKey(command);
        owner = command.option("--timer-owner", "N", IntegerText::toInt,
                "The number of the timer's owner, where it is not --client-name; 0 for the daemon.");
        scope = TimerOptions.scope(command, "Which hosts of a cluster fire it");
        command.footer("""
                Examples:
                  tickbus cancel 7
                  tickbus cancel 7 --client-name prices
                  tickbus cancel 7 --timer-owner 3           anybody's; 'tickbus list --all' shows owners
                  tickbus cancel 7 --scope everywhere        the cluster's

                Exit code 1 when there is no such timer.""");
    }

    @Override
    public int run() {
        TimerCommand cancel = timer.command(CommandLayout.TYPE_CANCEL);
        if (owner.isGiven() && scope.get() != TimerScope.HOST) {
            throw new IllegalArgumentException("--timer-owner is a number of this host's daemon: give it without "
                    + "--scope, and for a timer of a cluster --client-name");
        }
        if (owner.isGiven()) {
            if (owner.get() < 0 || owner.get() > MAX_OWNER) {
                throw new IllegalArgumentException("an owner's number is 0 to 65535: timerOwner=" + owner.get());
            }
            cancel.flags(CommandLayout.FLAG_ALL_OWNERS).payload(owner.get(), 0, Long.BYTES);
        }
        return timer.send(cancel.scope(scope.get()), ReplyCode.CANCELLED);
    }
}
