// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.cli.BusArgument;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Durations;
import io.tickbus.cli.Option;
import io.tickbus.cli.OutputOptions;
import io.tickbus.cli.ShutdownHook;
import io.tickbus.cli.Terminal;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.WaitStrategy;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.subscriber.SignalSubscriber;
import io.tickbus.subscriber.SubscriberOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.concurrent.atomic.AtomicReference;

/** Prints a bus's signals as they come. */
public final class TailCommand implements Command {
    private static final long NEWEST = -1;
    private static final long OLDEST = -2;

    private final BusArgument bus;
    private final Option<Long> from;
    private final Option<String> waiting;
    private final Option<Integer> signalIds;
    private final Option<Long> count;
    private final Option<Long> durationNs;
    private final Option<Long> timeoutNs;
    private final Option<Boolean> timers;
    private final Option<Boolean> statistics;
    private final OutputOptions output;

    private final AtomicReference<Tail> running = new AtomicReference<>();
    private volatile boolean isStopped;

    /** Says what it takes. */
    public TailCommand(CommandSpec command) {
        bus = new BusArgument(command);
        from = command.option("--from", "newest|oldest|SEQUENCE", TailCommand::position, "Where to begin; without it "
                + "at the newest, or at the oldest on a bus that was not there yet.");
        waiting = command.option("--wait", "predictive|spin|park|backoff", text -> text,
                "How to wait for the next signal.").standard("predictive");
        signalIds = command.option("--signal", "ID", IntegerText::toInt, "Only this signal id.").repeatable();
        count = command.option("--count", "N", IntegerText::toLong, "End after N signals.");
        durationNs = command.option("--seconds", "S", Durations::parseSeconds, "End after S seconds.");
        timeoutNs = command.duration("--timeout", "How long to wait for the bus to appear; 0 for not at all, without "
                + "it forever.");
        timers = command.flag("--timers", "Print what concerns timers: owner, key, occurrence, missed, flags, and two "
                + "latenesses, when published and when seen.");
        statistics = command.flag("--stats", "Print no signals but percentiles, once a second.");
        output = new OutputOptions(command);
        command.footer("""
                Examples:
                  tickbus tail                                  from now on
                  tickbus tail md                               the same on the bus 'md'
                  tickbus tail --from oldest --signal 42 --json | jq .latenessNs
                  tickbus tail --timers                         with owner, occurrence and how late each was published
                  tickbus tail --stats --seconds 10 --wait park   percentiles only

                Lateness is from when a signal was due to when it is seen here, latency from when it was
                published. Neither is given for signals that were published before tail attached. With --timers,
                PUBLISHED is from when a signal was due to when it was published, OBSERVED to when it is seen.""");
    }

    @Override
    public int run() {
        WaitStrategy strategy = WaitStrategy.named(waiting.get());
        if (count.or(1L) < 1 || durationNs.or(1L) == 0) {
            throw new IllegalArgumentException("--count and --seconds must be more than 0");
        }
        LineBuffer out = new LineBuffer(new FileOutputStream(FileDescriptor.out));
        SignalFormat format = format();
        TailEvents events = new TailEvents(format, out, output.err());
        SubscriberOptions options = options().withWaitStrategy(strategy)
                .withSignalIds(signalIds.all().stream().mapToInt(Integer::intValue).toArray()).withListener(events);
        AttachRetry attach = new AttachRetry(bus.directory(), output.err(), () -> isStopped,
                from.isGiven());
        ShutdownHook.during(this::stop, () -> {
            try (SignalSubscriber subscriber = attach.await(options, timeoutNs.or(Long.MAX_VALUE))) {
                if (subscriber != null) {
                    explain(subscriber);
                    run(new Tail(subscriber, events, format, out, !statistics.isGiven()), out);
                }
            }
        });
        return Tickbus.DONE;
    }

    /** Explains an empty screen, and late signals. */
    private void explain(SignalSubscriber subscriber) {
        long next = subscriber.file().header().nextSequence();
        if (from.or(NEWEST) > next) {
            output.say("sequence " + from.get() + " is still to come, the next one is " + next);
        }
        if (!Platforms.current().hasFutex() && !waiting.get().equals("spin")) {
            output.say("waiting without the kernel's help, up to a millisecond late: " + Platforms.reason());
        }
    }

    private SignalFormat format() {
        if (output.isJson()) {
            return new SignalJson();
        }
        return timers.isGiven() ? SignalTable.ofTimers(Terminal.width())
                : SignalTable.ofSignals(Terminal.width());
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
        tail.run(count.or(Long.MAX_VALUE), durationNs.or(Long.MAX_VALUE));
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
    private static long position(String text) {
        if (text.equals("newest") || text.equals("oldest")) {
            return text.equals("newest") ? NEWEST : OLDEST;
        } else if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException("tail begins at newest, oldest or a sequence: from=" + text);
        }
        return Long.parseLong(text);
    }

    private SubscriberOptions options() {
        SubscriberOptions options = SubscriberOptions.defaults();
        long position = from.or(NEWEST);
        return position == NEWEST ? options : position == OLDEST ? options.joinAtOldest() : options.joinAt(position);
    }
}
