// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.Tickbus;
import io.tickbus.cluster.aeron.CancelReply;
import io.tickbus.cluster.aeron.ClusterTimers;
import io.tickbus.core.internal.IntegerText;

/** {@code tickbus cluster cancel}: cancels a timer of all hosts, and says whether that came in time. */
final class ClusterCancelCommand implements Command {
    private final MembersOption members;
    private final Option<Long> key;
    private final Option<Long> timeout;
    private final OutputOptions output;

    ClusterCancelCommand(CommandSpec command) {
        key = command.argument("KEY", IntegerText::toLong, "The timer's key.").required();
        timeout = command.duration("--timeout", "How long to wait for the hosts to confirm it.").standard("2s");
        members = MembersOption.ofClient(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus cluster cancel 7

                'certain' means that no host fires it any more. 'may have fired' names the hosts that have fired it
                meanwhile or have not confirmed. Exit code 1 for that, and for a key without a timer.""");
    }

    @Override
    public int run() {
        try (ClusterTimers timers = members.connect()) {
            CancelReply reply = timers.cancel(key.get(), timeout.get());
            String sentence = switch (reply.outcome()) {
                case CERTAIN -> "cancelled key " + key.get() + ", certain: no host fires it";
                case MAY_HAVE_FIRED -> "cancelled key " + key.get() + ", which may have fired"
                        + (reply.hosts().isEmpty() ? "" : " on " + String.join(", ", reply.hosts()));
                default -> "client name '" + members.clientName() + "' has no timer of key " + key.get();
            };
            output.print(new Report().with("key", Long.toString(key.get())).with("outcome", reply.outcome().name())
                    .with("hosts", reply.hosts()), sentence);
            return reply.outcome() == CancelReply.Outcome.CERTAIN ? Tickbus.DONE : Tickbus.FAILED;
        }
    }
}
