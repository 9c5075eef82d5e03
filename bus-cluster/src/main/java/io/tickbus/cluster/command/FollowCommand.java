// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.PathText;
import io.tickbus.cluster.aeron.ClusterFollower;
import io.tickbus.cluster.aeron.FollowerOptions;
import java.nio.file.Path;

/** {@code tickbus cluster follow}: a host that fires the timers of all, but keeps no log and has no vote. */
final class FollowCommand implements Command {
    private final MembersOption members;
    private final Option<Path> folder;
    private final Option<String> name;
    private final HostProcess process;

    FollowCommand(CommandSpec command) {
        members = MembersOption.ofMember(command);
        folder = command.option("--folder", "DIR", PathText::parse, "Where it remembers what has fired here, on a "
                + "disk.").required();
        name = command.option("--name", "NAME", text -> text, "The host's name in the cluster, the same for all its "
                + "lives, and of no other host.").required();
        process = new HostProcess(command);
        command.footer("""
                Examples:
                  tickbus daemon --bus default
                  tickbus cluster follow --members 10.0.0.1,10.0.0.2,10.0.0.3 --name host4 --folder /var/lib/tickbus

                Any number of hosts can follow the members. See docs/CLUSTER.md.""");
    }

    @Override
    public int run() throws InterruptedException {
        FollowerOptions options = FollowerOptions.of(members.addresses(), folder.get(), process.directory(),
                name.get());
        return process.run(name.get(), () -> ClusterFollower.start(options));
    }
}
