// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandGroup;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cluster.bench.BenchCommand;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code tickbus cluster …}. */
public final class ClusterCommands {
    private ClusterCommands() {
    }

    /** All of them. */
    public static CommandGroup group() {
        Map<String, String> commands = new LinkedHashMap<>();
        commands.put("demo", "Run a cluster of three hosts on this machine, kill one, and show who fired what when.");
        commands.put("member", "Be one of the hosts that keep the timers of all, until Ctrl-C or SIGTERM.");
        commands.put("follow", "Be a host that fires the timers of all but keeps no log, until Ctrl-C or SIGTERM.");
        commands.put("arm", "Arm a timer of all hosts: each fires it from its own bus, or one of them does.");
        commands.put("cancel", "Cancel a timer of all hosts, and say whether that came in time.");
        commands.put("list", "List timers of all hosts, by when they are due.");
        commands.put("status", "Show how the cluster is.");
        commands.put("members", "Show the hosts: whether they live, how wrong their clocks may be, how far behind.");
        commands.put("explain", "Show who fires a timer, in which order, and what is known of it.");
        commands.put("bench", "Measure lateness, arming and size of a cluster, with hosts that it starts itself.");
        commands.put("help", "Explain a command: the same as COMMAND --help.");
        return new CommandGroup("tickbus cluster", "Timers of many hosts: armed once, fired by each host's own daemon.",
                "Environment: $" + MembersOption.VARIABLE + " has the addresses of the members where --members is not "
                + "given.\n\nTo begin: tickbus cluster demo. See docs/CLUSTER.md.", commands,
                ClusterCommands::create);
    }

    private static Command create(String name, CommandSpec spec) {
        return switch (name) {
            case "member" -> new MemberCommand(spec);
            case "follow" -> new FollowCommand(spec);
            case "arm" -> new ClusterArmCommand(spec);
            case "cancel" -> new ClusterCancelCommand(spec);
            case "list" -> new ClusterListCommand(spec);
            case "status" -> new ClusterStatusCommand(spec, false);
            case "members" -> new ClusterStatusCommand(spec, true);
            case "bench" -> new BenchCommand(spec);
            case "explain" -> new ClusterExplainCommand(spec);
            default -> new ClusterDemoCommand(spec);
        };
    }
}
