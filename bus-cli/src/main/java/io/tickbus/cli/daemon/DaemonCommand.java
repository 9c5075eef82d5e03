// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.IntegerConverter;
import io.tickbus.cli.Option;
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
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Owns a bus and keeps timers, its own and those of all clients, until it is told to stop. */
public final class DaemonCommand implements Command {
    private static final long HEAD_START_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final BusOptions bus;
    private final Option<TimerSpec> timers;
    private final Option<Integer> slotCount;
    private final Option<Boolean> noParking;
    private final Option<String> group;
    private final Option<Integer> cpu;
    private final Option<Long> heartbeatNs;
    private final SettingsOptions settings;
    private final JournalCliOptions journal;
    private final OutputOptions output;

    private final ReloadRequests requests = new ReloadRequests();
    private final AtomicReference<TimerDaemon> running = new AtomicReference<>();
    private volatile boolean isStopped;
    private boolean isReady;

    /** Says what it takes. */
    public DaemonCommand(CommandSpec command) {
        timers = command.option("--every", "PERIOD:SIGNAL_ID[:KEY]", TimerSpec::parse,
                "A periodic timer of the daemon's own, such as 1ms:42").repeatable();
        slotCount = command.option("--slots", "N", IntegerConverter::toInt, "Slots of the ring, a power of two")
                .standard("" + SignalsOptions.DEFAULT_SLOT_COUNT);
        noParking = command.flag("--no-parking", "Wake no parked subscribers, which makes publishing cheaper.");
        group = command.option("--group", "GROUP", text -> text, "A group that may read the bus.");
        cpu = command.option("--cpu", "N", IntegerConverter::toInt, "Pin the timer thread to this processor.");
        heartbeatNs = command.duration("--heartbeat", "How often to write a heartbeat").standard("100ms");
        bus = BusOptions.ofPublisher(command);
        settings = new SettingsOptions(command);
        journal = new JournalCliOptions(command);
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
        SignalsOptions options = SignalsOptions.defaults().withSlotCount(slotCount.get())
                .withParking(!noParking.isGiven()).withHeartbeatIntervalNs(heartbeatNs.get()).withGroup(group.get());
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
        if (!cpu.isGiven()) {
            return Platforms.current().affinity();
        }
        int[] allowed = Platforms.current().affinity();
        int[] readBack = Platforms.current().setAffinity(cpu.get());
        if (!Arrays.equals(readBack, new int[] {cpu.get()})) {
            throw new BusException(BusException.Reason.SYSTEM, "pinning to cpu=" + cpu.get(),
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
        TimerSpec.arm(timers.all(), daemon.engine(), startNs, daemon.settings().graceNs());
        running.set(daemon);
        if (isStopped) {
            return;
        }
        report.ready(bus.name(), daemon, timers.all(), cpus);
        isReady = true;
        daemon.run();
        report.stopped(bus.name(), daemon, hasJournal, firstSequence, System.nanoTime() - startNs);
    }
}
