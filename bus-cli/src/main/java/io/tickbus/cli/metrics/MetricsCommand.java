// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.metrics;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Report;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.metrics.MetricsServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Serves the metrics of buses to Prometheus until it is told to stop. */
public final class MetricsCommand implements Command {
    private final BusOptions bus;
    private final Option<String> names;
    private final Option<Integer> port;
    private final Option<String> address;
    private final OutputOptions output;

    /** Says what it takes. */
    public MetricsCommand(CommandSpec command) {
        names = command.argument("BUS", text -> text, "A bus; without any, all buses that there are at each scrape")
                .repeatable();
        port = command.option("--port", "PORT", IntegerText::toInt, "The TCP port to serve; 0 takes a free one")
                .standard("" + MetricsServer.DEFAULT_PORT);
        address = command.option("--bind", "ADDRESS", text -> text, "The address to serve; 0.0.0.0 serves other hosts "
                + "too").standard(MetricsServer.DEFAULT_ADDRESS);
        bus = new BusOptions(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus metrics                        all buses of this user, at http://127.0.0.1:9464/metrics
                  tickbus metrics md feed --port 9465    two of them, which may start later

                It reads the buses' files, and no thread of a bus notices. 'tickbus daemon --metrics-port' serves the
                same from the daemon's process.""");
    }

    @Override
    public int run() throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        try (ShutdownHook hook = ShutdownHook.listen(stopped::countDown);
                MetricsServer server = MetricsServer.start(address.get(), port.get(), directories(), false)) {
            if (!hook.isRequested()) {
                String url = "http://" + address.get() + ":" + server.port() + "/metrics";
                output.printLine(new Report().with("url", url), "serving " + url);
            }
            stopped.await();
        }
        return Tickbus.DONE;
    }

    private Supplier<List<BusDirectory>> directories() {
        List<String> named = new ArrayList<>(names.all());
        if (bus.isBusNamed()) {
            named.add(bus.name());
        }
        if (!named.isEmpty()) {
            List<BusDirectory> directories = named.stream().distinct().map(bus::directory).toList();
            return () -> directories;
        }
        return () -> BusDirectory.list(bus.root()).stream().filter(BusDirectory::isName).map(bus::directory).toList();
    }
}
