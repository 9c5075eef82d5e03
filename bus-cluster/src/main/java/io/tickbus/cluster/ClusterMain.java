// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandGroup;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Tickbus;
import io.tickbus.cluster.command.ClusterCommands;
import io.tickbus.cluster.relay.BenchCommand;
import io.tickbus.cluster.relay.ReceiveCommand;
import io.tickbus.cluster.relay.SendCommand;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The commands for many hosts: {@code tickbus cluster …} and {@code tickbus relay …}. */
public final class ClusterMain {
    private ClusterMain() {
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        boolean isCluster = args.length > 0 && args[0].equals("cluster");
        Tickbus.execute(isCluster ? ClusterCommands.group() : relay(),
                args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length));
    }

    private static CommandGroup relay() {
        Map<String, String> commands = new LinkedHashMap<>();
        commands.put("send", "Send the signals of a bus to other hosts, until Ctrl-C or SIGTERM.");
        commands.put("receive", "Publish the signals of another host's bus on this host, until Ctrl-C or SIGTERM.");
        commands.put("bench", "Measure a relay over loopback, beside Aeron's ping over the same media.");
        commands.put("help", "Explain a command: the same as COMMAND --help.");
        return new CommandGroup("tickbus relay", "Signals of a bus on other hosts, carried by Aeron over UDP.",
                "See docs/RELAY.md.", commands, ClusterMain::relay);
    }

    private static Command relay(String name, CommandSpec spec) {
        return switch (name) {
            case "receive" -> new ReceiveCommand(spec);
            case "bench" -> new BenchCommand(spec);
            default -> new SendCommand(spec);
        };
    }
}
