// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.command;

import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cluster.aeron.ClusterTimers;
import io.tickbus.cluster.aeron.MemberOptions;
import java.util.List;

/** Which cluster is meant, and as whom a command speaks to it. */
final class MembersOption {
    static final String VARIABLE = "TICKBUS_CLUSTER";
    private static final String DEFAULT_NAME = "cli";

    private final Option<List<String>> members;
    private Option<String> clientName;

    private MembersOption(CommandSpec command) {
        members = command.option("--members", "HOST[:PORT],…", MembersOption::parse, "The addresses of all members, "
                + "the same list everywhere; else $" + VARIABLE + ".");
    }

    /** Of a member. */
    static MembersOption ofMember(CommandSpec command) {
        return new MembersOption(command);
    }

    /** Of a command that asks the cluster. */
    static MembersOption ofClient(CommandSpec command) {
        MembersOption option = new MembersOption(command);
        option.clientName = command.option("--client-name", "NAME", text -> text, "Whose timers are meant: clients of "
                + "one name share them.").standard(DEFAULT_NAME);
        return option;
    }

    private static List<String> parse(String text) {
        List<String> members = List.of(text.strip().split("\\s*,\\s*", -1));
        for (String member : members) {
            int colon = member.lastIndexOf(':');
            String port = colon < 0 ? Integer.toString(MemberOptions.DEFAULT_PORT) : member.substring(colon + 1);
            boolean isPort = port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= 65_535 - MemberOptions.PORTS;
            if (member.isEmpty() || colon == 0 || !isPort) {
                throw new IllegalArgumentException("a member is HOST or HOST:PORT: member=" + member);
            }
        }
        if (members.size() % 2 == 0) {
            throw new IllegalArgumentException("a cluster has 1, 3 or 5 members, as one more than an even number "
                    + "protects from nothing: members=" + text);
        }
        return members;
    }

    /** The addresses. */
    List<String> addresses() {
        if (members.isGiven()) {
            return members.get();
        }
        String variable = System.getenv(VARIABLE);
        if (variable == null || variable.isBlank()) {
            throw new IllegalArgumentException("say which cluster: --members or $" + VARIABLE);
        }
        return parse(variable);
    }

    String clientName() {
        return clientName.get();
    }

    ClusterTimers connect() {
        return ClusterTimers.connect(addresses(), clientName.get());
    }
}
