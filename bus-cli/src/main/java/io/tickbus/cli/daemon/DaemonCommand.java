// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.SighupHandler;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.internal.file.OwnerLock;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.DaemonSetting;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.ServiceNotifier;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.metrics.MetricsServer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Owns a bus and keeps timers, its own and those of all clients, until it is told to stop. */
public final class DaemonCommand implements Command {
    private final SettingsOptions settings;
    private final OutputOptions output;

    private final ReloadRequests requests = new ReloadRequests();
    private final AtomicReference<TimerDaemon> running = new AtomicReference<>();
    private volatile boolean isStopped;
    private boolean isReady;

    /** Says what it takes. */
    public DaemonCommand(CommandSpec command) {
        settings = new SettingsOptions(command);
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus daemon --every 1ms:42                     signal 42 a thousand times a second
                  tickbus daemon --bus md --every 10ms:1 --every 1s:2:77 --mode spin --cpu 3
                  tickbus daemon --journal                          timers that survive it, and a record of every signal
                  tickbus daemon --settings /etc/tickbus.properties --log-level debug

                SIGHUP, or 'tickbus reload', reads the settings again; the log on standard error says what has
                changed. Ctrl-C and SIGTERM carry out what was sent and is due by then, and close the bus.

                Exit code 1 when another process publishes on the bus, with its pid.""");
    }

    @Override
    public int run() {
        DaemonSettings first = settings.load();
        BusDirectory directory = BusOptions.directory(first.value(DaemonSetting.BUS_NAME),
                first.value(DaemonSetting.BUS_DIR), first.value(DaemonSetting.BUS_OWNER));
        // First of all: SIGHUP ends a process that does not listen, and SIGTERM one that has begun to make files.
        try (SighupHandler hangUp = SighupHandler.listen(requests);
                ShutdownHook stop = ShutdownHook.listen(this::stop)) {
            try {
                run(directory, first, hangUp.isListening());
            } catch (RuntimeException | Error e) {
                // A process that is shutting down can load no more classes, and fails in many ways.
                if (isReady || !stop.isRequested()) {
                    throw e;
                }
            }
            if (!isReady) {
                output.say("stopped before it was ready; nothing is left of it");
            }
        }
        return Tickbus.DONE;
    }

    private void stop() {
        isStopped = true;
        TimerDaemon daemon = running.get();
        if (daemon != null) {
            daemon.stop();
        }
    }

    /** A daemon that fails to start leaves nothing behind. */
    private void run(BusDirectory directory, DaemonSettings first, boolean isListening) {
        DaemonLog log = DaemonLog.toStream(System.err);
        // Before the pinning, which a new thread inherits: this one, and those of metrics, must not share the timer
        // thread's processor.
        ClockSourceMonitor clock = ClockSourceMonitor.start(log);
        try {
            // A bus in use is refused at once; opening it names its owner.
            boolean isFree = OwnerLock.probe(directory.lock()) != OwnerLock.Probe.HELD;
            try (MetricsServer metrics = isFree ? metrics(directory, first) : null) {
                if (metrics != null) {
                    output.say("serving metrics at http://" + first.value(DaemonSetting.METRICS_ADDRESS) + ":"
                            + metrics.port() + "/metrics");
                }
                if (isFree) {
                    DaemonWarmUp.run(directory, first);
                }
                keep(directory, first, isListening, log);
            }
        } finally {
            log.close();
            clock.stop();
        }
    }

    private static MetricsServer metrics(BusDirectory directory, DaemonSettings first) {
        Integer port = first.value(DaemonSetting.METRICS_PORT);
        return port == null ? null : MetricsServer.start(first.value(DaemonSetting.METRICS_ADDRESS), port,
                () -> List.of(directory), true);
    }

    private void keep(BusDirectory directory, DaemonSettings first, boolean isListening, DaemonLog log) {
        ServiceNotifier notifier = ServiceNotifier.of(System.getenv(), log);
        try (TimerDaemon daemon = isStopped ? null : TimerDaemon.open(DaemonContext.of(directory)
                .settings(first).log(log).notifier(notifier))) {
            if (daemon != null) {
                // After the daemon has read on which processors its other thread may run.
                int[] cpus = pin(first.value(DaemonSetting.CPU));
                daemon.counters().set(DaemonCounter.RELOAD_SIGNAL, isListening ? 1 : 0);
                requests.leadTo(new SettingsReload(daemon, log, notifier, settings::load)::run);
                try {
                    serve(directory.name(), daemon, cpus);
                } finally {
                    requests.end();
                }
            }
        }
    }

    private static int[] pin(Integer cpu) {
        if (cpu == null) {
            return Platforms.current().affinity();
        }
        int[] allowed = Platforms.current().affinity();
        int[] readBack = Platforms.current().setAffinity(cpu);
        if (!Arrays.equals(readBack, new int[] {cpu})) {
            throw new BusException(BusException.Reason.SYSTEM, "pinning to cpu=" + cpu,
                    "the kernel allows " + Arrays.toString(allowed) + " on this platform (" + Platforms.reason() + ")",
                    "name one of those with --cpu");
        }
        return readBack;
    }

    private void serve(String bus, TimerDaemon daemon, int[] cpus) {
        DaemonReport report = new DaemonReport(output);
        long firstSequence = daemon.publisher().nextSequence();
        long startNs = System.nanoTime();
        running.set(daemon);
        if (isStopped) {
            return;
        }
        report.ready(bus, daemon, cpus);
        isReady = true;
        daemon.run();
        report.stopped(bus, daemon, firstSequence, System.nanoTime() - startNs);
    }
}
