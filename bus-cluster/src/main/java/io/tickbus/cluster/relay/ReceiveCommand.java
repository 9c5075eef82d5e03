// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.aeron.Aeron;
import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.Report;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.IntegerText;
import io.tickbus.core.internal.layout.SignalsLayout;

/** {@code tickbus relay receive}: publishes the signals of another host's bus on one of this host. */
public final class ReceiveCommand implements Command {
    private final BusOptions bus;
    private final Option<String> at;
    private final Option<String> from;
    private final Option<Integer> slots;
    private final Option<String> group;
    private final Option<Boolean> oldest;
    private final RelayOptions options;

    /** Says what it takes. */
    public ReceiveCommand(CommandSpec command) {
        bus = BusOptions.ofPublisher(command);
        at = command.option("--at", "HOST:PORT", RelayChannels::place, "This host's own address and port, or the "
                + "multicast group, as the sender has it in --to; or an aeron: channel.");
        from = command.option("--from", "HOST:PORT", RelayChannels::place, "The sender's address, as it has it in "
                + "--serve.");
        slots = command.option("--slots", "N", IntegerText::toInt, "Slots of the bus, a power of two.")
                .standard(Integer.toString(SignalsOptions.DEFAULT_SLOT_COUNT));
        oldest = command.flag("--oldest", "Where nothing was relayed before, begin at the oldest signal that the "
                + "sender's bus still has; else at the newest.");
        group = command.option("--group", "NAME", text -> text, "Share the bus with a group.");
        options = new RelayOptions(command);
        command.footer("""
                Examples:
                  tickbus relay receive --bus prices --at 10.0.0.2:40100
                  tickbus relay receive --bus prices --from 10.0.0.1:40100

                The signals keep their sequences; their times are converted to this host's clock. See
                docs/RELAY.md.""");
    }

    @Override
    public int run() {
        if (at.get() == null && from.get() == null) {
            throw new IllegalArgumentException("say where the signals come from: --at this host's own place, or --from "
                    + "the sender's");
        }
        SignalsOptions signals = SignalsOptions.defaults().withSlotCount(slots.get()).withGroup(group.get());
        try (RelayAeron media = options.open();
                RelayReceiver receiver = open(media.aeron(), signals)) {
            options.run(receiver::turn, () -> report(receiver));
        }
        return Tickbus.DONE;
    }

    private RelayReceiver open(Aeron aeron, SignalsOptions signals) {
        SourceClock clock = new SourceClock();
        String channel = RelayChannels.subscription(at.get(), from.get(), options.networkInterface());
        RecordedMessages recorded = new RecordedMessages(aeron, channel, RelayChannels.host(at.get(), from.get()));
        return RelayReceiver.open(aeron, channel, new RelayTarget(bus.directory(), signals, clock), clock,
                oldest.isGiven(), recorded);
    }

    private static Report report(RelayReceiver receiver) {
        RelayTarget target = receiver.target();
        SourceClock clock = receiver.clock();
        long errorNs = clock.errorNs(System.nanoTime());
        return new Report().with("received", target.received()).with("filtered", target.filtered())
                .with("lostAtSource", target.lostAtSource()).with("lostOnTheWay", target.lostOnTheWay())
                .with("gaps", target.gaps()).with("duplicates", target.duplicates())
                .with("nextSequence", target.next()).with("isConnected", receiver.isConnected())
                .with("joins", receiver.joins()).with("otherSenders", receiver.otherSenders())
                .with("clock", clockName(clock.kind()))
                .with("clockOffsetNs", clock.offsetNs()).with("clockErrorNs", errorNs < 0 ? null : errorNs);
    }

    private static String clockName(int kind) {
        return switch (kind) {
            case SignalsLayout.SOURCE_CLOCK_SAME -> "same";
            case SignalsLayout.SOURCE_CLOCK_MEASURED -> "measured";
            default -> "unknown";
        };
    }
}
