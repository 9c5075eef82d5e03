// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Durations;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Prints a bus's signals as they come. */
@Command(name = "tail",
        description = "Print the signals of a bus as they come, until Ctrl-C.",
        footer = {
            "",
            "Examples:",
            "  tickbus tail                                  from now on",
            "  tickbus tail md                               the same on the bus 'md'",
            "  tickbus tail --from oldest --signal 42 --json | jq .latenessNs",
            "  tickbus tail --timers                         with owner, occurrence and how late each was published",
            "  tickbus tail --stats --seconds 10 --wait park   percentiles only",
            "",
            "Lateness is from when a signal was due to when it is seen here, latency from when it was",
            "published. Neither is given for signals that were published before tail attached. With --timers,",
            "PUBLISHED is from when a signal was due to when it was published, OBSERVED to when it is seen."})
public final class TailCommand implements Callable<Integer> {
    @Mixin
    private BusArgument bus;
    @Option(names = "--from", paramLabel = "newest|oldest|SEQUENCE", defaultValue = "newest",
            converter = JoinPosition.class,
            description = "Where to begin; default ${DEFAULT-VALUE}, or oldest on a bus that was not there yet.")
    private long from;
    @Option(names = "--wait", paramLabel = "predictive|spin|park|backoff", defaultValue = "predictive",
            description = "How to wait for the next signal; default ${DEFAULT-VALUE}.")
    private String waiting;
    @Option(names = "--signal", paramLabel = "ID",
            description = "Only this signal id; may be repeated.")
    private int[] signalIds = {};
    @Option(names = "--count", paramLabel = "N", description = "End after N signals.")
    private long count = Long.MAX_VALUE;
    @Option(names = "--seconds", paramLabel = "S", converter = Durations.Seconds.class,
            description = "End after S seconds.")
    private long durationNs = Long.MAX_VALUE;
    @Option(names = "--timeout", paramLabel = "DURATION", converter = Durations.Converter.class,
            description = "How long to wait for the bus to appear; 0 for not at all, without it forever.")
    private long timeoutNs = Long.MAX_VALUE;
    @Option(names = "--timers",
            description = "Print what concerns timers: owner, key, occurrence, missed, flags, and two latenesses, when "
                    + "published and when seen.")
    private boolean isTimers;
    @Option(names = "--stats", description = "Print no signals but percentiles, once a second.")
    private boolean isStatistics;
    @Mixin
    private OutputOptions output;

    private final AtomicReference<Tail> running = new AtomicReference<>();
    private volatile boolean isStopped;

    @Override
    public Integer call() {
        WaitStrategy strategy = WaitStrategy.named(waiting);
        if (count < 1 || durationNs == 0) {
            throw new IllegalArgumentException("--count and --seconds must be more than 0");
        }
        LineBuffer out = new LineBuffer(new FileOutputStream(FileDescriptor.out));
        SignalFormat format = format();
        TailEvents events = new TailEvents(format, out, output.err());
        SubscriberOptions options = JoinPosition.apply(from).withWaitStrategy(strategy)
                .withSignalIds(signalIds).withListener(events);
        AttachRetry attach = new AttachRetry(bus.directory(), output.err(), () -> isStopped,
                output.isGiven("--from"));
        ShutdownHook.during(this::stop, () -> {
            try (SignalSubscriber subscriber = attach.await(options, timeoutNs)) {
                if (subscriber != null) {
                    explain(subscriber);
                    run(new Tail(subscriber, events, format, out, !isStatistics), out);
                }
            }
        });
        return Tickbus.DONE;
    }

    /** Explains an empty screen, and late signals. */
    private void explain(SignalSubscriber subscriber) {
        long next = subscriber.file().header().nextSequence();
        if (from > next) {
            output.say("sequence " + from + " is still to come, the next one is " + next);
        }
        if (!Platforms.current().hasFutex() && !waiting.equals("spin")) {
            output.say("waiting without the kernel's help, up to a millisecond late: " + Platforms.reason());
        }
    }

    private SignalFormat format() {
        if (output.isJson()) {
            return new SignalJson();
        }
        return isTimers ? SignalTable.ofTimers() : SignalTable.ofSignals();
    }

    private void stop() {
        isStopped = true;
        Tail tail = running.get();
        if (tail != null) {
            tail.stop();
        }
    }

    private void run(Tail tail, LineBuffer out) {
        running.set(tail);
        if (isStopped) {
            tail.stop();
        }
        tail.run(count, durationNs);
        if (output.isJson()) {
            new SignalJson().event(out, tail.summary());
            out.flush();
            return;
        }
        output.say(tail.counts());
        if (!tail.percentiles().isEmpty()) {
            output.say(tail.percentiles());
        }
    }

    /** Where to begin: {@code newest}, {@code oldest} or a sequence. */
    static final class JoinPosition implements ITypeConverter<Long> {
        private static final long NEWEST = -1;
        private static final long OLDEST = -2;

        static SubscriberOptions apply(long from) {
            SubscriberOptions options = SubscriberOptions.defaults();
            return from == NEWEST ? options : from == OLDEST ? options.joinAtOldest() : options.joinAt(from);
        }

        @Override
        public Long convert(String value) {
            if (value.equals("newest")) {
                return NEWEST;
            } else if (value.equals("oldest")) {
                return OLDEST;
            } else if (!value.matches("[0-9]{1,18}")) {
                throw new TypeConversionException("tail begins at newest, oldest or a sequence: from=" + value);
            }
            return Long.parseLong(value);
        }
    }
}
