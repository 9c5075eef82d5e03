// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Durations;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.SighupHandler;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.file.OwnerLock;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.daemon.DaemonContext;
import io.tickbus.daemon.DaemonCounter;
import io.tickbus.daemon.DaemonLog;
import io.tickbus.daemon.DaemonSettings;
import io.tickbus.daemon.TimerDaemon;
import io.tickbus.daemon.journal.JournalOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Owns a bus and keeps timers, its own and those of all clients, until it is told to stop. */
@Command(name = "daemon",
        description = "Own a bus and keep timers, given here or armed by clients, until Ctrl-C or SIGTERM.",
        footer = {
            "",
            "Examples:",
            "  tickbus daemon --every 1ms:42                     signal 42 a thousand times a second",
            "  tickbus daemon --bus md --every 10ms:1 --every 1s:2:77 --mode spin --cpu 3",
            "  tickbus daemon --journal                          timers that survive it, and a record of every signal",
            "  tickbus daemon --settings /etc/tickbus.properties --log-level debug",
            "",
            "SIGHUP, or 'tickbus reload', reads the settings again; the log on standard error says what has",
            "changed. Ctrl-C and SIGTERM carry out what was sent and is due by then, and close the bus.",
            "",
            "Exit code 1 when another process publishes on the bus, with its pid."})
public final class DaemonCommand implements Callable<Integer> {
    private static final long HEAD_START_NS = TimeUnit.MILLISECONDS.toNanos(50);

    @Mixin
    private BusOptions bus;
    @Option(names = "--every", paramLabel = "PERIOD:SIGNAL_ID[:KEY]", converter = TimerSpec.Converter.class,
            description = "A periodic timer of the daemon's own, such as 1ms:42; may be repeated.")
    private List<TimerSpec> timers = new ArrayList<>();
    @Mixin
    private SettingsOptions settings;
    @Mixin
    private JournalCliOptions journal;
    @Option(names = "--slots", paramLabel = "N", defaultValue = "" + SignalsOptions.DEFAULT_SLOT_COUNT,
            description = "Slots of the ring, a power of two; default ${DEFAULT-VALUE}.")
    private int slotCount;
    @Option(names = "--no-parking", description = "Wake no parked subscribers, which makes publishing cheaper.")
    private boolean isWithoutParking;
    @Option(names = "--group", paramLabel = "GROUP", description = "A group that may read the bus.")
    private String group;
    @Option(names = "--cpu", paramLabel = "N", description = "Pin the timer thread to this processor.")
    private Integer cpu;
    @Option(names = "--heartbeat", paramLabel = "DURATION", defaultValue = "100ms",
            converter = Durations.Converter.class,
            description = "How often to write a heartbeat; default ${DEFAULT-VALUE}.")
    private long heartbeatNs;
    @Mixin
    private OutputOptions output;

    private final ReloadRequests requests = new ReloadRequests();
    private final AtomicReference<TimerDaemon> running = new AtomicReference<>();
    private volatile boolean isStopped;
    private boolean isReady;

    @Override
    public Integer call() {
        SignalsOptions options = SignalsOptions.defaults().withSlotCount(slotCount).withParking(!isWithoutParking)
                .withHeartbeatIntervalNs(heartbeatNs).withGroup(group);
        JournalOptions journalOptions = journal.options(bus.name());
        DaemonSettings first = settings.load();
        // First of all: SIGHUP ends a process that does not listen, and SIGTERM one that has begun to make files.
        try (SighupHandler hangUp = SighupHandler.listen(requests);
                ShutdownHook stop = ShutdownHook.listen(this::stop)) {
            try {
                run(options, first, journalOptions, hangUp.isListening());
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
    private void run(SignalsOptions options, DaemonSettings first, JournalOptions journalOptions,
            boolean isListening) {
        BusDirectory directory = bus.directory();
        // Before the pinning, which a new thread inherits: the watch must not share the timer thread's processor.
        ClockSourceMonitor clock = ClockSourceMonitor.start(output.err());
        // A bus in use is refused at once; opening it names its owner.
        if (OwnerLock.probe(directory.lock()) != OwnerLock.Probe.HELD) {
            DaemonWarmUp.run(directory, first, options);
        }
        DaemonLog log = DaemonLog.toStream(System.err);
        try (TimerDaemon daemon = isStopped ? null : TimerDaemon.open(DaemonContext.of(directory)
                .signals(options).settings(first).log(log).journal(journalOptions))) {
            if (daemon != null) {
                // After the daemon has read on which processors its other thread may run.
                int[] cpus = pin();
                daemon.counters().set(DaemonCounter.RELOAD_SIGNAL, isListening ? 1 : 0);
                requests.leadTo(new SettingsReload(daemon, log, settings::load)::run);
                try {
                    serve(daemon, journalOptions != null, cpus);
                } finally {
                    requests.end();
                }
            }
        } finally {
            log.close();
            clock.stop();
        }
    }

    private int[] pin() {
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

    private void serve(TimerDaemon daemon, boolean hasJournal, int[] cpus) {
        DaemonReport report = new DaemonReport(output);
        long firstSequence = daemon.publisher().nextSequence();
        // The ready line comes first, and its printing must not make the first signals late.
        long startNs = System.nanoTime() + HEAD_START_NS;
        TimerSpec.arm(timers, daemon.engine(), startNs, daemon.settings().graceNs());
        running.set(daemon);
        if (isStopped) {
            return;
        }
        report.ready(bus.name(), daemon, timers, cpus);
        isReady = true;
        daemon.run();
        report.stopped(bus.name(), daemon, hasJournal, firstSequence, System.nanoTime() - startNs);
    }
}
