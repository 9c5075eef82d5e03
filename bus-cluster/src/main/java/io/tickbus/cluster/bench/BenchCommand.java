// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.bench;

import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.PathText;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.IntegerText;
import java.nio.file.Path;
import java.util.List;

/** {@code tickbus cluster bench}: what a cluster costs and how precise it is, with hosts that it starts itself. */
public final class BenchCommand implements Command {
    /** What is measured. */
    public enum Scenario {
        /** How late timers of all hosts fire, beside the daemon's own and Aeron Cluster's. */
        LATENESS,
        /** How fast timers are armed. */
        ARMING,
        /** What many timers cost the replicated state. */
        SCALE
    }

    private final Option<Scenario> scenario;
    private final Option<Integer> rounds;
    private final Option<Integer> timers;
    private final Option<Long> gap;
    private final Option<Boolean> cut;
    private final Option<Long> delay;
    private final Option<Boolean> withoutAeron;
    private final Option<Integer> hosts;
    private final Option<Integer> aeronMember;
    private final Option<String> members;
    private final Option<Path> folder;
    private final Option<Boolean> here;
    private final OutputOptions output;

    /** Says what it takes. */
    public BenchCommand(CommandSpec command) {
        scenario = command.argument(Scenario.class, "What is measured.").required();
        rounds = command.option("--rounds", "N", BenchCommand::positive, "How often, one after the other.")
                .standard("20");
        timers = command.option("--timers", "N", BenchCommand::positive, "lateness: of each kind and round, 100 unless "
                + "it is set. arming: 1,000,000. scale: 10,000,000.");
        gap = command.duration("--gap", "lateness: from one timer to the next of its kind.").standard("3ms");
        cut = command.flag("--cut", "lateness: in every other round cut the network between the hosts 50 ms before the "
                + "first timer, and join it again after the last. Needs root.");
        delay = command.duration("--delay", "lateness: how long each datagram takes from one host to another.");
        withoutAeron = command.flag("--without-aeron", "lateness: leave out Aeron Cluster's timers, whose members are "
                + "three processes more that take turns on the processors.");
        hosts = command.option("--hosts", "N", BenchCommand::positive, "scale: how many report that they live.")
                .standard("1000");
        aeronMember = command.option("--aeron-member", "N", IntegerText::toInt, "Started by this command.").hidden();
        members = command.option("--members", "LIST", text -> text, "Started by this command.").hidden();
        folder = command.option("--folder", "DIR", PathText::parse, "Started by this command.").hidden();
        here = command.flag("--here", "Started by this command.").hidden();
        output = new OutputOptions(command);
        command.footer("""
                lateness: three hosts, each with a daemon and a member; a timer of all hosts, a timer of each daemon's \
                own and one of Aeron Cluster's timer service in turn. arming: through consensus, one by one and in \
                batches, then at a daemon with a cluster and at one without. scale: the replicated state alone.

                Examples:
                  tickbus cluster bench lateness
                  sudo tickbus cluster bench lateness --cut --rounds 40 --json
                  tickbus cluster bench lateness --delay 20ms
                  tickbus cluster bench arming
                  tickbus cluster bench scale --timers 10000000 --hosts 1000""");
    }

    private static int positive(String text) {
        int value = IntegerText.toInt(text);
        if (value <= 0) {
            throw new IllegalArgumentException("at least 1 is expected: value=" + text);
        }
        return value;
    }

    @Override
    public int run() {
        if (aeronMember.isGiven()) {
            AeronTimers.run(aeronMember.get(), List.of(members.get().split(",", -1)), folder.get().resolve("aeron"),
                    BusDirectory.at(folder.get().resolve("buses"), LatenessBench.AERON_BUS));
            return Tickbus.DONE;
        }
        BenchOutput results = new BenchOutput(output);
        boolean isRight = switch (scenario.get()) {
            case LATENESS -> new LatenessBench(results, rounds.get(), timers.or(100), gap.get(), cut.isGiven(),
                    delay.or(0L), !withoutAeron.isGiven()).run();
            case ARMING -> new ArmingBench(results, rounds.get(), timers.or(1_000_000)).run();
            case SCALE -> here.isGiven() ? new ScaleBench(results, timers.or(10_000_000), hosts.get()).run()
                    : ScaleBench.runApart(timers.or(10_000_000), hosts.get(), output.isJson());
        };
        return isRight ? Tickbus.DONE : Tickbus.FAILED;
    }
}
