package io.tickbus.bench.latency;

import io.tickbus.bench.latency.oneway.OneWay;
import io.tickbus.bench.latency.oneway.Wakeup;
import io.tickbus.bench.latency.throughput.Throughput;
import io.tickbus.bench.latency.timers.TimersCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks with processes: {@code oneway}, which is also what no word at all means, and {@code timers}. */
@Command(name = "latency.jar", mixinStandardHelpOptions = true, subcommands = {OneWay.class, Wakeup.class, Throughput.class, TimersCommand.class},
        description = "Measure signals and timers between processes. Without a command: oneway.")
public final class Latency {
    private Latency() {
    }

    /** Runs one of the benchmarks. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return new CommandLine(new Latency()).execute(withCommand(arguments));
    }

    /** Options alone belong to {@code oneway}, save those that ask about the whole. */
    static String[] withCommand(String... arguments) {
        boolean isOption = arguments.length > 0 && arguments[0].startsWith("-");
        boolean isQuestion = isOption && "-h --help -V --version ".contains(arguments[0] + " ");
        if (arguments.length > 0 && (!isOption || isQuestion)) {
            return arguments;
        }
        String[] completed = new String[arguments.length + 1];
        completed[0] = "oneway";
        System.arraycopy(arguments, 0, completed, 1, arguments.length);
        return completed;
    }
}
