package io.tickbus.cli.daemon;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Durations;
import io.tickbus.cli.StopSignal;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusException;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.PublisherLock;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.core.platform.Platforms;
import io.tickbus.core.wait.WaitStrategy;
import io.tickbus.publisher.SignalPublisher;
import io.tickbus.publisher.daemon.TimerLoop;
import io.tickbus.publisher.timer.TimerEngine;
import io.tickbus.publisher.timer.TimerQuotas;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Owns a bus and publishes periodic timers on it until it is told to stop. */
@Command(name = "daemon",
        description = "Own a bus and publish periodic timers on it, until Ctrl-C or SIGTERM.",
        footer = {
            "",
            "Examples:",
            "  tickbus daemon --every 1ms:42                     signal 42 a thousand times a second",
            "  tickbus daemon --bus md --every 10ms:1 --every 1s:2:77 --mode spin --cpu 3",
            "",
            "Exit code 1 when somebody else publishes on the bus, with its pid."})
public final class DaemonCommand implements Callable<Integer> {
    private static final long HEAD_START_NS = TimeUnit.MILLISECONDS.toNanos(50);

    @Spec
    private CommandSpec spec;
    @Mixin
    private BusOptions bus;
    @Option(names = "--every", paramLabel = "PERIOD:SIGNAL_ID[:KEY]", converter = TimerSpec.Converter.class,
            description = "A periodic timer, such as 1ms:42; may be repeated. Without any, the bus is only kept alive.")
    private List<TimerSpec> timers = new ArrayList<>();
    @Option(names = "--mode", paramLabel = "MODE", defaultValue = "hybrid",
            description = "How to wait for the next deadline: ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    private DaemonMode mode;
    @Option(names = "--slots", paramLabel = "N", defaultValue = "" + SignalsOptions.DEFAULT_SLOT_COUNT,
            description = "Signals the ring holds, a power of two; default ${DEFAULT-VALUE}.")
    private int slotCount;
    @Option(names = "--no-parking", description = "Wake no parked subscribers, which makes publishing cheaper.")
    private boolean isWithoutParking;
    @Option(names = "--group", paramLabel = "GROUP", description = "A group that may read the bus.")
    private String group;
    @Option(names = "--cpu", paramLabel = "N", description = "Pin the timer thread to this processor.")
    private Integer cpu;
    @Option(names = "--grace", paramLabel = "DURATION", defaultValue = "1ms", converter = Durations.Converter.class,
            description = "How late a timer may be before it is flagged LATE, and what it missed folded into it; "
                    + "default ${DEFAULT-VALUE}.")
    private long graceNs;
    @Option(names = "--heartbeat", paramLabel = "DURATION", defaultValue = "100ms",
            converter = Durations.Converter.class,
            description = "How often to give a sign of life; default ${DEFAULT-VALUE}.")
    private long heartbeatNs;
    @Option(names = "--json", description = "Print the two lines, ready and stopped, as JSON.")
    private boolean isJson;

    @Override
    public Integer call() {
        SignalsOptions options = SignalsOptions.DEFAULT.withSlotCount(slotCount).withParking(!isWithoutParking)
                .withHeartbeatIntervalNs(heartbeatNs).withGroup(group);
        BusDirectory directory = bus.directory();
        // Before the pinning, which a new thread inherits: the watch must not share the timer thread's processor.
        ClockAlarm clock = ClockAlarm.start(spec.commandLine().getErr());
        int[] cpus = pin();
        // A bus in use is refused at once; opening it says by whom.
        if (PublisherLock.probe(directory.lock()) != PublisherLock.Probe.HELD) {
            PublisherWarmUp.run(mode, options.hasParking());
        }
        try (SignalPublisher publisher = SignalPublisher.openWithoutThread(directory, options)) {
            serve(publisher, cpus);
        } finally {
            clock.stop();
        }
        return Tickbus.DONE;
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

    private void serve(SignalPublisher publisher, int[] cpus) {
        PrintWriter err = spec.commandLine().getErr();
        DaemonReport report = new DaemonReport(spec.commandLine().getOut(), isJson);
        CountingSink sink = new CountingSink(TimerLoop.publishing(publisher));
        WaitStrategy waiting = mode.waitStrategy();
        long firstSequence = publisher.nextSequence();
        // The ready line comes first, and its printing must not make the first signals late.
        long startNs = System.nanoTime() + HEAD_START_NS;
        TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT);
        TimerSpec.arm(timers, engine, startNs, graceNs);
        TimerLoop daemon = TimerLoop.of(publisher, engine, waiting, sink);
        StopSignal.during(daemon::stop, () -> {
            report.ready(bus.name(), publisher, mode, timers, cpus);
            if (timers.isEmpty()) {
                err.println("tickbus: no --every was given: the bus is kept alive with heartbeats and nothing else");
            }
            daemon.run();
        });
        report.stopped(publisher, firstSequence, System.nanoTime() - startNs, sink, waiting);
    }
}
