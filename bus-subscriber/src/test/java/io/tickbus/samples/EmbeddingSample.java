package io.tickbus.samples;

import io.tickbus.core.bus.BusDirectory;
import io.tickbus.publisher.daemon.DaemonCounter;
import io.tickbus.publisher.daemon.TimerDaemon;
import java.nio.file.Path;

/** The daemon inside of an application. The README quotes what stands between the markers. */
public final class EmbeddingSample {
    private EmbeddingSample() {
    }

    public static void main(String[] arguments) {
        run(BusDirectory.defaultRoot(), () -> { });
    }

    static void run(Path root, Runnable application) {
        // README: begin
        try (TimerDaemon daemon = TimerDaemon.start(BusDirectory.at(root, "app"))) {
            application.run(); // connects TimerClients, here or in other processes
            System.out.println("fired " + daemon.counters().value(DaemonCounter.FIRINGS));
        }
        // README: end
    }
}
