// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.PathText;
import io.tickbus.cluster.aeron.ClusterMember;
import io.tickbus.cluster.aeron.MemberOptions;
import io.tickbus.core.internal.IntegerText;
import java.nio.file.Path;
import java.util.List;

/** {@code tickbus cluster member}: one of the hosts that keep the timers of all, and fire them. */
final class MemberCommand implements Command {
    private final MembersOption members;
    private final Option<Integer> index;
    private final Option<Path> folder;
    private final Option<String> name;
    private final Option<Integer> snapshotMib;
    private final HostProcess process;

    MemberCommand(CommandSpec command) {
        members = MembersOption.ofMember(command);
        index = command.option("--index", "N", IntegerText::toInt, "Which of the members this one is, from 0.")
                .required();
        folder = command.option("--folder", "DIR", PathText::parse, "Where it keeps its log and snapshots, on a disk.")
                .required();
        name = command.option("--name", "NAME", text -> text, "The host's name in the cluster, the same for all its "
                + "lives; without it its address.");
        snapshotMib = command.option("--snapshot-mib", "N", IntegerText::toInt, "By how much the log grows until all "
                + "members take a snapshot, and what lies before the last one but one is deleted: 8 or more, 64 unless "
                + "it is set.");
        process = new HostProcess(command);
        command.footer("""
                Examples:
                  tickbus daemon --bus default
                  tickbus cluster member --members 10.0.0.1,10.0.0.2,10.0.0.3 --index 0 --folder /var/lib/tickbus

                Each member uses six UDP ports, from its own on: 20400 where nothing else is said. See
                docs/CLUSTER.md.""");
    }

    @Override
    public int run() throws InterruptedException {
        List<String> addresses = members.addresses();
        String hostName = name.isGiven() ? name.get() : addresses.get(Math.min(index.get(), addresses.size() - 1));
        MemberOptions options = MemberOptions.of(index.get(), addresses, folder.get(), process.directory(), hostName)
                .withSnapshotBytes(snapshotMib.isGiven() ? (long) snapshotMib.get() << 20
                        : MemberOptions.DEFAULT_SNAPSHOT_BYTES);
        return process.run(hostName, () -> ClusterMember.start(options));
    }
}
