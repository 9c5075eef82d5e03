// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.top;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.Output;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.Tickbus;
import io.tickbus.cli.stat.BusReader;
import io.tickbus.cli.stat.BusSnapshot;
import io.tickbus.core.internal.DurationText;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Shows a bus on a screen that is drawn again and again. Reads its files and nothing else. */
public final class TopCommand implements Command {
    private static final long SHORTEST_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int USUAL_WIDTH = 100;

    private final BusArgument bus;
    private final Option<Long> interval;
    private final Option<Boolean> once;
    private final OutputOptions output;
    private final TopModel model = new TopModel();

    /** Says what it takes. */
    public TopCommand(CommandSpec command) {
        bus = new BusArgument(command);
        interval = command.duration("--interval", "How often the files are read.").standard("1s");
        once = command.flag("--once", "Print it once, after one interval, and end.");
        output = new OutputOptions(command);
        command.footer("""
                Keys: q quits, p pauses, tab goes to the next list, arrows scroll it, ? explains.

                Examples:
                  tickbus top                      the bus 'default'
                  tickbus top md --interval 200ms
                  tickbus top md --once            for a file or a pipe
                  tickbus top md --json | jq .daemon.latestLateness

                With --json it prints an object each interval until Ctrl-C. A bus that is missing, has ended or cannot
                be read is shown as such, and followed when it is there again.

                Exit code 1 when --once finds no bus that it can read.""");
    }

    @Override
    public int run() throws IOException, InterruptedException {
        long intervalNs = interval.get();
        if (intervalNs < SHORTEST_NS) {
            throw new IllegalArgumentException("the interval is " + DurationText.format(SHORTEST_NS)
                    + " at least: interval=" + DurationText.format(intervalNs));
        }
        BusReader reader = new BusReader(bus.directory());
        if (once.isGiven()) {
            return printOnce(reader, intervalNs);
        } else if (output.isJson()) {
            printLines(reader, intervalNs);
        } else if (!Terminal.isInteractive()) {
            throw new IllegalArgumentException("a screen needs a terminal for input and output, with TERM set to its "
                    + "type; use --once or --json here");
        } else {
            new TopScreen(model, () -> read(reader), intervalNs).run();
        }
        return Tickbus.DONE;
    }

    private void read(BusReader reader) {
        BusSnapshot read = reader.read();
        model.add(read, reader.newLateFirings(), HostLoad.read());
    }

    private int printOnce(BusReader reader, long intervalNs) throws InterruptedException {
        read(reader);
        if (model.bus().isMissing()) {
            throw model.bus().refusal();
        }
        TimeUnit.NANOSECONDS.sleep(intervalNs);
        read(reader);
        if (output.isJson()) {
            output.print(model.report());
        } else {
            int width = Terminal.width() == Terminal.UNLIMITED ? USUAL_WIDTH : Terminal.width();
            TopView view = new TopView();
            view.intervalNs = intervalNs;
            view.draw(model, width).forEach(output.out()::println);
        }
        return model.bus().refusal() == null ? Tickbus.DONE : Tickbus.FAILED;
    }

    private void printLines(BusReader reader, long intervalNs) {
        Thread printer = Thread.currentThread();
        try (ShutdownHook stop = ShutdownHook.listen(printer::interrupt)) {
            read(reader);
            while (!stop.isRequested()) {
                TimeUnit.NANOSECONDS.sleep(intervalNs);
                read(reader);
                output.printLine(model.report(), "");
                Output.check();
            }
        } catch (InterruptedException e) {
            // Ctrl-C.
            Thread.currentThread().interrupt();
        }
    }
}
