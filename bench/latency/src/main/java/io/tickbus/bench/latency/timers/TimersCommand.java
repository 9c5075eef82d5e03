package io.tickbus.bench.latency.timers;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Everything about timers, a scenario at a time. */
@Command(name = "timers", mixinStandardHelpOptions = true,
        subcommands = {Precision.class, Pending.class, Drifting.class, Holding.class, Eco.class, Contention.class,
            ZeroDelay.class, Load.class, Herd.class, Collector.class, Journalling.class},
        description = "Measure timers: how late, how dear, how many, and what disturbs them.")
public final class TimersCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** The command line makes it. */
    public TimersCommand() {
        // Nothing to set.
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which scenario?");
    }
}
