// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.timers;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Everything about timers, a scenario at a time. */
@Command(name = "timers", mixinStandardHelpOptions = true,
        subcommands = {PrecisionBenchmark.class, PendingBenchmark.class, DriftBenchmark.class, CostBenchmark.class,
            EcoBenchmark.class, ContentionBenchmark.class, ZeroDelayBenchmark.class, LoadBenchmark.class,
            HerdBenchmark.class, GcBenchmark.class, JournalBenchmark.class, StartBenchmark.class,
            ObservationBenchmark.class},
        description = "Measure timers: how late they are, what they cost, how many there may be, what disturbs them.")
public final class TimersCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which scenario? There are "
                + String.join(", ", spec.subcommands().keySet()));
    }
}
