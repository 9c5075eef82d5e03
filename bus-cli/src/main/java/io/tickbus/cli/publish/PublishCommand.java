// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.publish;

import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Durations;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.Payload;
import io.tickbus.cli.Report;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.internal.file.SignalsFile;
import io.tickbus.core.internal.file.SignalsHeader;
import io.tickbus.publisher.SignalPublisher;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Publishes one signal or a burst, and releases the bus. */
public final class PublishCommand implements Command {
    private static final long LONGEST_NAP_NS = 100_000_000;
    private static final long PROGRESS_INTERVAL_NS = TimeUnit.SECONDS.toNanos(2);

    private final BusOptions bus;
    private final Option<Integer> signalId;
    private final Option<Long> key;
    private final Option<Payload> payload;
    private final Option<Long> countOption;
    private final Option<Long> period;
    private final OutputOptions output;

    private final AtomicBoolean isStopped = new AtomicBoolean();
    private long count;
    private long periodNs;
    private long nextProgressNs;

    /** Says what it takes. */
    public PublishCommand(CommandSpec command) {
        bus = BusOptions.ofPublisher(command);
        signalId = command.argument("SIGNAL_ID", IntegerText::toInt, "What the signal means, a 32-bit number.")
                .required();
        key = command.option("--key", "KEY", IntegerText::toLong, "A correlation id, a 64-bit number.")
                .standard("0");
        payload = command.option("--payload", "TEXT|0xHEX", Payload::parse, "At most 12 bytes.");
        countOption = command.option("--count", "N", IntegerText::toLong, "How many.").standard("1");
        period = command.duration("--every", "Time from one to the next; without it as fast as possible.");
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus publish 42
                  tickbus publish 42 --key 1001 --payload 0xCAFE --count 100 --every 10ms""");
    }

    @Override
    public int run() {
        count = countOption.get();
        periodNs = period.or(0L);
        if (count < 1) {
            throw new IllegalArgumentException("at least one signal must be published: count=" + count);
        }
        if (periodNs > 0 && count > Durations.LONGEST_NS / periodNs) {
            throw new IllegalArgumentException("a burst takes at most 36500d: count=" + count + " every="
                    + DurationText.format(periodNs));
        }
        BusDirectory directory = bus.directory();
        Thread publishing = Thread.currentThread();
        try (SignalPublisher publisher = SignalPublisher.open(directory, optionsOf(directory))) {
            long first = publisher.nextSequence();
            ShutdownHook.during(() -> stop(publishing), () -> publishAll(publisher));
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
            return SignalsOptions.defaults().withSlotCount((int) header.slotCount()).withParking(header.hasParking());
        } catch (BusException e) {
            // Missing, or something that opening it will name.
            return SignalsOptions.defaults();
        }
    }

    private void publishAll(SignalPublisher publisher) {
        SignalRecord signal = new SignalRecord().signalId(signalId.get()).key(key.get());
        if (payload.isGiven()) {
            payload.get().putInto(signal);
        }
        long anchorNs = System.nanoTime();
        nextProgressNs = anchorNs + PROGRESS_INTERVAL_NS;
        for (long i = 0; i < count && !isStopped.get(); i++) {
            publishNext(publisher, signal, i, anchorNs + i * periodNs);
        }
    }

    private void publishNext(SignalPublisher publisher, SignalRecord signal, long done, long deadlineNs) {
        if (periodNs > 0) {
            publisher.announceDeadline(deadlineNs);
            awaitDeadline(deadlineNs, done);
            if (isStopped.get()) {
                return;
            }
        }
        long nowNs = System.nanoTime();
        publisher.publish(signal.deadlineNs(periodNs > 0 ? deadlineNs : nowNs).publishedNs(nowNs));
        sayProgress(nowNs, done + 1);
    }

    private void awaitDeadline(long deadlineNs, long done) {
        for (long nowNs = System.nanoTime(); nowNs < deadlineNs && !isStopped.get(); nowNs = System.nanoTime()) {
            LockSupport.parkNanos(Math.min(deadlineNs - nowNs, LONGEST_NAP_NS));
            sayProgress(nowNs, done);
        }
    }

    private void print(long first, long published) {
        String sequences = published == 1 ? "sequence " + first : "sequences " + first + " to "
                + (first + published - 1);
        output.print(new Report().with("bus", bus.name()).with("signalId", signalId.get())
                .with("key", Long.toString(key.get())).with("published", published).with("firstSequence", first)
                .with("nextSequence", first + published),
                published == 0 ? "published nothing: stopped before the first signal"
                : "published signal " + signalId.get() + " on bus '" + bus.name() + "' as " + sequences);
    }

    /** Says every two seconds how far it is. */
    private void sayProgress(long nowNs, long done) {
        if (nowNs >= nextProgressNs) {
            nextProgressNs = nowNs + PROGRESS_INTERVAL_NS;
            output.say(String.format(Locale.ROOT, "published %,d of %,d (%d %%)", done, count, 100 * done / count));
        }
    }
}
