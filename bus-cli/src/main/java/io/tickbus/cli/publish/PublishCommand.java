package io.tickbus.cli.publish;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Durations;
import io.tickbus.cli.JsonObject;
import io.tickbus.cli.JsonOutput;
import io.tickbus.cli.Payload;
import io.tickbus.cli.StopSignal;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.SignalsFile;
import io.tickbus.core.bus.SignalsHeader;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.publisher.SignalPublisher;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Publishes one signal or a row of them, and gives the bus free again. */
@Command(name = "publish",
        description = "Publish a signal, or a row of them. Owns the bus while it runs: a bus has one publisher.",
        footer = {
            "",
            "Examples:",
            "  tickbus publish 42",
            "  tickbus publish 42 --key 1001 --payload 0xCAFE --count 100 --every 10ms"})
public final class PublishCommand implements Callable<Integer> {
    private static final long LONGEST_NAP_NS = 100_000_000;

    @Spec
    private CommandSpec spec;
    @Mixin
    private BusOptions bus;
    @Parameters(paramLabel = "SIGNAL_ID",
            description = "What the signal means, a 32-bit number.")
    private int signalId;
    @Option(names = "--key", paramLabel = "KEY", defaultValue = "0",
            description = "A correlation id, a 64-bit number; default 0.")
    private long key;
    @Option(names = "--payload", paramLabel = "TEXT|0xHEX", converter = Payload.Converter.class,
            description = "At most 12 bytes.")
    private Payload payload;
    @Option(names = "--count", paramLabel = "N", defaultValue = "1",
            description = "How many; default ${DEFAULT-VALUE}.")
    private long count;
    @Option(names = "--every", paramLabel = "DURATION", converter = Durations.Converter.class, defaultValue = "0",
            description = "Time from one to the next; without it as fast as possible.")
    private long periodNs;
    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean isJson;

    private final AtomicBoolean isStopped = new AtomicBoolean();

    @Override
    public Integer call() {
        if (count < 1) {
            throw new IllegalArgumentException("at least one signal must be published: count=" + count);
        }
        if (periodNs > 0 && count > Durations.LONGEST_NS / periodNs) {
            throw new IllegalArgumentException("a row of signals takes at most 36500d: count=" + count + " every="
                    + Durations.format(periodNs));
        }
        BusDirectory directory = bus.directory();
        Thread publishing = Thread.currentThread();
        try (SignalPublisher publisher = SignalPublisher.open(directory, optionsOf(directory))) {
            long first = publisher.nextSequence();
            StopSignal.during(() -> stop(publishing), () -> publishAll(publisher));
            print(first, publisher.nextSequence() - first);
        }
        return Tickbus.DONE;
    }

    private void stop(Thread publishing) {
        isStopped.set(true);
        LockSupport.unpark(publishing);
    }

    /** A bus that is there keeps its geometry: other options would replace its file. */
    private static SignalsOptions optionsOf(BusDirectory directory) {
        try {
            SignalsHeader header = SignalsFile.inspect(directory).header();
            return SignalsOptions.DEFAULT.withSlotCount((int) header.slotCount()).withParking(header.hasParking());
        } catch (BusException e) {
            // Missing, or something that opening it will name.
            return SignalsOptions.DEFAULT;
        }
    }

    private void publishAll(SignalPublisher publisher) {
        SignalRecord signal = new SignalRecord().signalId(signalId).key(key);
        if (payload != null) {
            payload.putInto(signal);
        }
        PublishProgress progress = new PublishProgress(spec.commandLine().getErr(), count);
        long anchorNs = System.nanoTime();
        for (long i = 0; i < count && !isStopped.get(); i++) {
            publishNext(publisher, signal, i, anchorNs + i * periodNs, progress);
        }
    }

    private void publishNext(
            SignalPublisher publisher, SignalRecord signal, long done, long deadlineNs, PublishProgress progress) {
        if (periodNs > 0) {
            publisher.nextDeadlineNs(deadlineNs);
            awaitDeadline(deadlineNs, progress, done);
            if (isStopped.get()) {
                return;
            }
        }
        long nowNs = System.nanoTime();
        publisher.publish(signal.deadlineNs(periodNs > 0 ? deadlineNs : nowNs).publishedNs(nowNs));
        progress.update(nowNs, done + 1);
    }

    private void awaitDeadline(long deadlineNs, PublishProgress progress, long done) {
        for (long nowNs = System.nanoTime(); nowNs < deadlineNs && !isStopped.get(); nowNs = System.nanoTime()) {
            LockSupport.parkNanos(Math.min(deadlineNs - nowNs, LONGEST_NAP_NS));
            progress.update(nowNs, done);
        }
    }

    private void print(long first, long published) {
        PrintWriter out = spec.commandLine().getOut();
        if (isJson) {
            JsonOutput.print(out, new JsonObject().with("bus", bus.name()).with("signalId", signalId)
                    .with("key", Long.toString(key)).with("published", published).with("firstSequence", first)
                    .with("nextSequence", first + published));
        } else {
            String sequences = published == 1 ? "sequence " + first : "sequences " + first + " to "
                    + (first + published - 1);
            out.println(published == 0 ? "published nothing: stopped before the first signal"
                    : "published signal " + signalId + " on bus '" + bus.name() + "' as " + sequences);
        }
    }
}
